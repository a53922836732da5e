//! Where the master key comes from.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use aws_lc_rs::digest::{SHA256, digest};
use claviger_domain::{Random, Secret};
use claviger_files::{Lock, write_private};
use zeroize::Zeroizing;

use super::{
    error::MasterKeyError,
    file,
    text::{self, KEY_LEN, KeyBytes, Protection, Unread},
};

/// Where the master key comes from, and what opens it. Several keys may stand there: the first is to be used, the others open
/// what was encrypted before.
#[derive(Clone, Debug)]
pub struct MasterKeySource {
    place: Place,
    passphrase: Option<Secret>,
}

#[derive(Clone, Debug)]
enum Place {
    File(PathBuf),
    /// The text, and what it was given by.
    Given(Secret, String),
}

/// What the keys looked like as they were written down, to tell whether they are still the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight([u8; 32]);

/// As long as this is kept, no other command changes the master key.
pub(crate) struct Held(#[expect(dead_code, reason = "it is given up when it is dropped")] Option<Lock>);

impl MasterKeySource {
    /// A file, which the first start makes.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { place: Place::File(path.into()), passphrase: None }
    }

    /// A text, which was given by `what`, such as `the variable CLAVIGER_MASTER_KEY`.
    pub fn given(text: Secret, what: impl Into<String>) -> Self {
        Self { place: Place::Given(text, what.into()), passphrase: None }
    }

    /// With the passphrase that protects it.
    pub fn with_passphrase(self, passphrase: Option<Secret>) -> Self {
        Self { passphrase, ..self }
    }

    /// The file, if it is one.
    pub fn file_path(&self) -> Option<&Path> {
        match &self.place {
            Place::File(path) => Some(path),
            Place::Given(..) => None,
        }
    }

    /// Whether there is anything.
    pub fn is_there(&self) -> bool {
        match &self.place {
            Place::File(path) => path.exists(),
            Place::Given(..) => true,
        }
    }

    /// Which of the keys a passphrase protects, as far as they can be read.
    pub fn protection(&self) -> Protection {
        self.text().ok().flatten().map_or(Protection::Nothing, |text| text::protection(&text))
    }

    /// What to do where a passphrase protects some keys and not others; `None`: nothing.
    pub fn gap(&self) -> Option<String> {
        (self.protection() == Protection::Part).then(|| {
            format!(
                "{self} is protected in part only: a key stands there in plain text. `claviger keys protect` protects all \
                 that are in a file"
            )
        })
    }

    /// The passphrase, if one is given.
    pub fn passphrase(&self) -> Option<&Secret> {
        self.passphrase.as_ref()
    }

    /// The keys, at least one; `None` when the file is not there. Blocks: a passphrase takes some tenths of a second for each.
    ///
    /// # Errors
    /// When it cannot be read, is no master key, or other users of the machine can read it.
    pub(crate) fn read(&self) -> Result<Option<Vec<KeyBytes>>, MasterKeyError> {
        self.text()?.map(|text| self.parse(&text)).transpose()
    }

    /// Looks whether what is there can be read, and by nobody who must not. What is in it is not looked at.
    ///
    /// # Errors
    /// When it is there and cannot, or others can.
    pub fn look(&self) -> Result<(), MasterKeyError> {
        self.text().map(drop)
    }

    /// What stands there, without opening it; `None` when it is not there or cannot be read. Blocks, for a moment.
    pub(crate) fn sight(&self) -> Option<Sight> {
        let text = self.text().ok().flatten()?;
        let digest = digest(&SHA256, text.as_bytes());
        Some(Sight(digest.as_ref().try_into().expect("SHA-256 has 32 bytes")))
    }

    /// The keys as they are written down; `None` when the file is not there.
    fn text(&self) -> Result<Option<Zeroizing<String>>, MasterKeyError> {
        match &self.place {
            Place::Given(text, _) => Ok(Some(Zeroizing::new(text.expose().to_owned()))),
            Place::File(path) => file::read(path),
        }
    }

    /// Draws a key and writes it to the file.
    ///
    /// # Errors
    /// When the file is there already, cannot be written, or there is none.
    pub(crate) fn create(&self, random: &dyn Random) -> Result<KeyBytes, MasterKeyError> {
        let path = self.path()?;
        let key = draw(random);
        let text = text::render(std::slice::from_ref(&key), self.passphrase.as_ref(), random);
        write_private(path, text.as_bytes()).map_err(|source| file::fault(path, source))?;
        Ok(key)
    }

    /// Puts other keys into the file, protected by the passphrase if one is given.
    ///
    /// # Errors
    /// When it cannot be written, or there is none.
    pub(crate) fn replace(&self, keys: &[KeyBytes], random: &dyn Random) -> Result<(), MasterKeyError> {
        self.replace_under(keys, self.passphrase.as_ref(), random)
    }

    /// Protects what stands in the file in plain text, if a passphrase is given: somebody may have put a key before protected
    /// ones by hand.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(crate) fn protect_rest(&self, random: &dyn Random) -> Result<(), MasterKeyError> {
        let is_due = self.file_path().is_some() && self.passphrase.is_some();
        if is_due && self.protection() != Protection::Whole {
            let keys = self.read()?.ok_or_else(|| MasterKeyError::Missing(self.to_string()))?;
            self.replace(&keys, random)?;
        }
        Ok(())
    }

    /// As [`MasterKeySource::replace`], protected by this passphrase if there is one.
    ///
    /// # Errors
    /// Those of [`MasterKeySource::replace`].
    pub(crate) fn replace_under(
        &self,
        keys: &[KeyBytes],
        passphrase: Option<&Secret>,
        random: &dyn Random,
    ) -> Result<(), MasterKeyError> {
        file::replace(self.path()?, &text::render(keys, passphrase, random))
    }

    /// Keeps other commands from changing the master key.
    ///
    /// # Errors
    /// When one does.
    pub(crate) fn hold(&self) -> Result<Held, MasterKeyError> {
        match &self.place {
            Place::File(path) => Ok(Held(Some(file::lock(path)?))),
            Place::Given(..) => Ok(Held(None)),
        }
    }

    /// The file.
    ///
    /// # Errors
    /// When the key comes from elsewhere.
    fn path(&self) -> Result<&Path, MasterKeyError> {
        self.path_or(
            "write a new key (`openssl rand -hex 32`) before the old one there, with a comma between, start the server \
             anew, and run this again",
        )
    }

    /// The file.
    ///
    /// # Errors
    /// When the key comes from elsewhere: what to do there `instead`.
    pub(crate) fn path_or(&self, instead: &'static str) -> Result<&Path, MasterKeyError> {
        match &self.place {
            Place::File(path) => Ok(path),
            Place::Given(_, what) => Err(MasterKeyError::Fixed(what.clone(), instead)),
        }
    }

    fn parse(&self, text: &str) -> Result<Vec<KeyBytes>, MasterKeyError> {
        let keys = text::parse(text, self.passphrase.as_ref());
        keys.map(once_each).map_err(|unread| match unread {
            Unread::Malformed if self.file_path().is_some() && text.trim().is_empty() => {
                MasterKeyError::Empty(self.to_string())
            }
            Unread::Malformed => MasterKeyError::Malformed(self.to_string()),
            Unread::NoPassphrase => MasterKeyError::Protected(self.to_string()),
            Unread::WrongPassphrase => MasterKeyError::Passphrase(self.to_string()),
        })
    }
}

/// The file, or what the key was given by.
impl fmt::Display for MasterKeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File(path) => path.display().fmt(formatter),
            Place::Given(_, what) => formatter.write_str(what),
        }
    }
}

/// Each key once, where it stands first: the lines of another node's file were put before these.
fn once_each(keys: Vec<KeyBytes>) -> Vec<KeyBytes> {
    let mut all: Vec<KeyBytes> = Vec::with_capacity(keys.len());
    for key in keys {
        if !all.contains(&key) {
            all.push(key);
        }
    }
    all
}

/// A new key.
pub(crate) fn draw(random: &dyn Random) -> KeyBytes {
    let mut key = Zeroizing::new([0; KEY_LEN]);
    random.fill(&mut *key);
    key
}
