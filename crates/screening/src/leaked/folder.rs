//! A folder with a file for each prefix.

use std::{
    fs,
    io::{ErrorKind, Read},
    path::Path,
};

use claviger_files::open_regular;

use super::{
    hash::{DIGITS, Hash, PREFIX_DIGITS},
    row::{parse_row, range_contains},
};
use crate::ScreeningError;

/// Bytes of a prefix's file; those of today have some 50 KiB.
const LARGEST: u64 = 8 << 20;

const NO_FILES: &str = "has no files named by five hexadecimal digits (00000.txt to FFFFF.txt): \
    name the folder into which the Have I Been Pwned downloader wrote single files";
const WRONG_FILES: &str = "has files that are no lists of SUFFIX:COUNT lines, with 35 hexadecimal digits of a SHA-1: \
    download them again with the Have I Been Pwned downloader";
/// Which file it is, is not told: the name is a part of a user's password's hash.
const MISSING_FILE: &str =
    "has no file for one of the prefixes from 00000 to FFFFF: let the download run to its end";

/// Whether `path` looks like such a folder.
pub(super) fn check(path: &Path) -> Result<(), ScreeningError> {
    let file = |source| ScreeningError::file(path, source);
    for entry in fs::read_dir(path).map_err(file)? {
        let entry = entry.map_err(file)?;
        if is_range_name(&entry.file_name().to_string_lossy()) {
            let rows = read(&entry.path())?.ok_or_else(|| ScreeningError::unusable(path, NO_FILES))?;
            let first = rows.split(|byte| *byte == b'\n').next().unwrap_or_default();
            let is_row = parse_row(first, DIGITS - PREFIX_DIGITS).is_some();
            return if is_row { Ok(()) } else { Err(ScreeningError::unusable(path, WRONG_FILES)) };
        }
    }
    Err(ScreeningError::unusable(path, NO_FILES))
}

/// Whether the folder has `hash`.
pub(super) fn contains(path: &Path, hash: Hash) -> Result<bool, ScreeningError> {
    let upper = hash.prefix();
    let lower = upper.to_ascii_lowercase();
    for name in [format!("{upper}.txt"), upper, format!("{lower}.txt"), lower] {
        let rows = read(&path.join(name)).map_err(|error| without_name(path, error))?;
        if let Some(rows) = rows {
            return range_contains(&rows, hash).ok_or_else(|| ScreeningError::unusable(path, WRONG_FILES));
        }
    }
    Err(ScreeningError::unusable(path, MISSING_FILE))
}

/// The content of a file; `None` when it is not there. What is too large is cut off, in the middle of a line or not:
/// no file of a prefix comes near it.
fn read(path: &Path) -> Result<Option<Vec<u8>>, ScreeningError> {
    let file = match open_regular(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ScreeningError::file(path, source)),
    };
    let mut content = Vec::new();
    file.take(LARGEST).read_to_end(&mut content).map_err(|source| ScreeningError::file(path, source))?;
    Ok(Some(content))
}

/// The folder's error in place of a file's; see [`MISSING_FILE`].
fn without_name(folder: &Path, error: ScreeningError) -> ScreeningError {
    match error {
        ScreeningError::File { source, .. } => ScreeningError::file(folder, source),
        other => other,
    }
}

fn is_range_name(name: &str) -> bool {
    let prefix = name.strip_suffix(".txt").unwrap_or(name);
    prefix.len() == PREFIX_DIGITS && prefix.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUFFIX: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            fs::write(folder.path().join(name), content).unwrap();
        }
        folder
    }

    fn ask(files: &[(&str, &str)], password: &str) -> Result<bool, String> {
        let folder = folder(files);
        let outcome = contains(folder.path(), Hash::of(password));
        outcome.map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "F"))
    }

    #[test]
    fn finds_a_password_in_its_file() {
        let rows = format!("{}:7\r\n{SUFFIX}:52256179\r\n", "0".repeat(35));
        for name in ["5BAA6", "5BAA6.txt", "5baa6", "5baa6.txt"] {
            assert_eq!(ask(&[(name, &rows)], "password"), Ok(true), "{name}");
        }
        assert_eq!(ask(&[("5BAA6", &"0".repeat(35))], "password"), Ok(false));
        assert_eq!(ask(&[("5BAA6", &rows)], "other"), Err(format!("F {MISSING_FILE}")));
        assert_eq!(ask(&[("5BAA6", "")], "password"), Err(format!("F {WRONG_FILES}")));
        assert_eq!(ask(&[("5BAA6", &rows[..60])], "password"), Err(format!("F {WRONG_FILES}")));
    }

    #[test]
    fn errors_do_not_tell_the_prefix() {
        let folder = folder(&[]);
        fs::create_dir(folder.path().join("5BAA6")).unwrap();
        let error = contains(folder.path(), Hash::of("password")).unwrap_err().to_string();
        assert!(error.contains("cannot be read") && !error.contains("5BAA6"), "{error}");
    }

    #[test]
    fn checks_one_file() {
        let check = |files: &[(&str, &str)]| {
            let folder = folder(files);
            let outcome = check(folder.path()).map_err(|error| error.to_string());
            outcome.map_err(|error| error.replace(&folder.path().display().to_string(), "F"))
        };
        assert_eq!(check(&[("README", "text"), ("00000.txt", SUFFIX)]), Ok(()));
        assert_eq!(check(&[]), Err(format!("F {NO_FILES}")));
        assert_eq!(check(&[("0000", SUFFIX), ("0000G", SUFFIX)]), Err(format!("F {NO_FILES}")));
        assert_eq!(check(&[("00000", "text")]), Err(format!("F {WRONG_FILES}")));
        assert_eq!(check(&[("00000", &format!("5BAA6{SUFFIX}:1"))]), Err(format!("F {WRONG_FILES}")));
        let error = super::check(Path::new("/nonexistent")).unwrap_err().to_string();
        assert!(error.starts_with("/nonexistent cannot be read: No such file"), "{error}");
    }
}
