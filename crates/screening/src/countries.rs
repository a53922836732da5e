//! Countries of addresses, from a database in MaxMind's format (MMDB) that the operator provides.

use std::{
    fs,
    io::ErrorKind,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, RwLock},
    time::SystemTime,
};

use claviger_files::read_regular;
use maxminddb::{PathElement, Reader};

use crate::ScreeningError;

/// Largest file that is read, in bytes: one of all cities has some 130 MB.
const MAX: u64 = 1 << 30;
/// Where databases of different makers keep the name of a country, in English, or else its code.
const PLACES: [&[&str]; 5] = [
    &["country", "names", "en"],
    &["country", "iso_code"],
    &["country_name"],
    &["country"],
    &["country_code"],
];

/// A database of countries, in memory.
pub struct Countries(Reader<Vec<u8>>);

impl Countries {
    /// Reads a database. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read, is none, or knows no countries.
    pub fn load(path: &Path) -> Result<Self, ScreeningError> {
        let too_large = "is larger than a gigabyte: give a database of countries";
        let bytes = read_regular(path, MAX).map_err(|error| match error.kind() {
            ErrorKind::FileTooLarge => ScreeningError::unusable(path, too_large),
            _ => ScreeningError::file(path, error),
        })?;
        let what = "is no database in MaxMind's format (.mmdb): download it again, and unpack it";
        let reader = Reader::from_source(bytes).map_err(|_| ScreeningError::unusable(path, what))?;
        let kind = reader.metadata().database_type.to_ascii_lowercase();
        let fits =
            ["country", "city", "enterprise", "location", "geo"].iter().any(|word| kind.contains(word));
        // ASN databases of some makers are called GeoLite2-ASN.
        if !fits || kind.contains("asn") && !kind.contains("country") {
            return Err(ScreeningError::unusable(
                path,
                "knows no countries: give a database of countries or cities",
            ));
        }
        Ok(Self(reader))
    }

    /// The country of an address, by its English name where the database has one, else by its code.
    pub fn of(&self, address: IpAddr) -> Option<String> {
        let found = self.0.lookup(address.to_canonical()).ok()?;
        PLACES.iter().find_map(|place| {
            let path: Vec<PathElement<'_>> = place.iter().copied().map(PathElement::Key).collect();
            let name: Option<String> = found.decode_path(&path).ok()?;
            name.filter(|name| !name.is_empty())
        })
    }

    /// What the database calls itself, such as `GeoLite2-Country`.
    pub fn kind(&self) -> &str {
        &self.0.metadata().database_type
    }

    /// Unix second in which it was made.
    pub fn made(&self) -> i64 {
        i64::try_from(self.0.metadata().build_epoch).unwrap_or(i64::MAX)
    }
}

/// What tells one version of the file from the next; `None` when it cannot be told.
type Stamp = Option<(SystemTime, u64)>;

/// [`Countries`] that are read again when the file has changed.
pub struct CountryWatch {
    path: PathBuf,
    current: RwLock<Countries>,
    /// What the file was like when it was last looked at; held while it is read.
    seen: Mutex<Stamp>,
}

impl CountryWatch {
    /// Reads the database. Blocks.
    ///
    /// # Errors
    /// Those of [`Countries::load`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, ScreeningError> {
        let path = path.into();
        let seen = stamp(&path);
        let current = Countries::load(&path)?;
        Ok(Self { path, current: RwLock::new(current), seen: Mutex::new(seen) })
    }

    /// The country of an address, see [`Countries::of`].
    pub fn of(&self, address: IpAddr) -> Option<String> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).of(address)
    }

    /// Reads the file again if it has another time or length than before; whether it did. Blocks. A file that changes while
    /// it is read is left for the next call.
    ///
    /// # Errors
    /// Those of [`Countries::load`]; the database stays what it was. A wrong file is told once, one that the system refuses
    /// at each call.
    pub fn reload_if_changed(&self) -> Result<bool, ScreeningError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamp(&self.path);
        if now == *seen {
            return Ok(false);
        }
        let loaded = Countries::load(&self.path);
        if stamp(&self.path) != now {
            return Ok(false);
        }
        if !matches!(loaded, Err(ScreeningError::File { .. })) {
            *seen = now;
        }
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded?;
        Ok(true)
    }
}

fn stamp(path: &Path) -> Stamp {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[cfg(test)]
mod tests {
    use std::{fs::File, time::Duration};

    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    /// Where a database for tests is; another program made them.
    fn made(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/countries").join(name)
    }

    /// Puts a file in place that was changed `age` seconds after the epoch, so that no test waits for a clock.
    fn put(path: &Path, bytes: &[u8], age: u64) {
        fs::write(path, bytes).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(age)).unwrap();
    }

    #[test]
    fn countries_are_named_in_english_or_by_their_code() {
        let countries = Countries::load(&made("countries.mmdb")).unwrap();
        assert_eq!(countries.kind(), "Test-Country");
        assert!(countries.made() > 1_700_000_000, "{}", countries.made());
        let flat = Countries::load(&made("flat.mmdb")).unwrap();
        for (countries, address, name) in [
            (&countries, "203.0.113.5", Some("Germany")),
            (&countries, "::ffff:203.0.113.5", Some("Germany")),
            (&countries, "203.0.113.200", Some("France")),
            (&countries, "2001:db8:1::7", Some("Germany")),
            (&countries, "198.51.100.1", Some("NZ")),
            (&countries, "192.0.2.1", None),
            (&countries, "9.9.9.9", None),
            (&countries, "2001:db8:2::", None),
            (&flat, "203.0.113.5", Some("Japan")),
            (&flat, "198.51.100.1", Some("IN")),
        ] {
            assert_eq!(countries.of(address.parse().unwrap()).as_deref(), name, "{address}");
        }
        let error = Countries::load(&made("systems.mmdb")).err().unwrap().to_string();
        assert!(error.contains("knows no countries"), "{error}");
    }

    #[test]
    fn a_changed_file_is_read_and_a_wrong_one_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countries.mmdb");
        let [first, second] = ["countries.mmdb", "moved.mmdb"].map(|name| fs::read(made(name)).unwrap());
        put(&path, &first, 1);
        let watch = CountryWatch::open(&path).unwrap();
        let country = || watch.of("203.0.113.5".parse().unwrap());
        assert_eq!((country().as_deref(), watch.reload_if_changed().unwrap()), (Some("Germany"), false));
        put(&path, b"nonsense", 2);
        assert!(watch.reload_if_changed().is_err());
        assert_eq!((country().as_deref(), watch.reload_if_changed().unwrap()), (Some("Germany"), false));
        fs::remove_file(&path).unwrap();
        assert!(watch.reload_if_changed().is_err() && watch.reload_if_changed().is_err());
        put(&path, &second, 3);
        assert!(watch.reload_if_changed().unwrap());
        assert_eq!((country().as_deref(), watch.reload_if_changed().unwrap()), (Some("Sweden"), false));
    }

    #[test]
    fn a_pipe_in_place_of_the_file_holds_up_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countries.mmdb");
        put(&path, &fs::read(made("countries.mmdb")).unwrap(), 1);
        let watch = CountryWatch::open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        mkfifoat(CWD, &path, Mode::from_raw_mode(0o600)).unwrap();
        let error = watch.reload_if_changed().unwrap_err().to_string();
        assert!(error.contains("it is no regular file"), "{error}");
        assert_eq!(watch.of("203.0.113.5".parse().unwrap()).as_deref(), Some("Germany"));
        assert!(matches!(Countries::load(&path), Err(ScreeningError::File { .. })));
    }

    #[test]
    fn what_is_no_database_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("countries.mmdb");
        assert!(matches!(Countries::load(&path), Err(ScreeningError::File { .. })));
        for bytes in [&b""[..], b"nonsense", b"\xab\xcd\xefMaxMind.com", b"\xab\xcd\xefMaxMind.com\xe1\x42"] {
            fs::write(&path, bytes).unwrap();
            let error = Countries::load(&path).err().unwrap().to_string();
            assert!(error.contains("is no database in MaxMind's format"), "{error}");
        }
    }
}
