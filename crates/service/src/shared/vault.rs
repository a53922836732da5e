//! The master key, and what is encrypted under it: app secrets and private signing keys.

use std::{fs, io::ErrorKind, path::Path};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hmac,
};
use claviger_domain::{Random, Secret};
use zeroize::Zeroizing;

use crate::shared::private::write_private;

/// Bytes of a master key.
const KEY_LEN: usize = 32;

/// What hashes under the master key are for, so that they have nothing to do with what it encrypts.
const HASHES: &[u8] = b"claviger keyed hashes";

/// Encrypts what must not be readable in the database or in a backup of it (AES-256-GCM).
pub struct Vault {
    key: RandomizedNonceKey,
    hashes: hmac::Key,
}

/// Why there is no usable master key.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file cannot be read or written.
    #[error("the master key file {path} cannot be used: {source}; see whose it is, and its permissions")]
    File {
        /// Where it is.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file holds something else.
    #[error("{0} is no master key: it must hold 64 hexadecimal digits. Restore it from your backup")]
    Malformed(String),
    /// Other users of the machine can read the file.
    #[error("the master key {0} can be read by other users of this machine: run `chmod 600 {0}`")]
    Exposed(String),
    /// The database was set up with another key.
    #[error(
        "the master key {0} is not the one that this database was set up with. \
         Copy the right file there, or name it with --master-key-file"
    )]
    Wrong(String),
    /// The database was set up before, but the key is not here.
    #[error(
        "this database was set up with a master key, and {0} is not there. \
         Copy it from the first server or from your backup, or name it with --master-key-file"
    )]
    Missing(String),
}

impl Vault {
    /// Reads the master key; `None` when the file is not there.
    ///
    /// # Errors
    /// When the file cannot be read, is no master key, or other users of the machine can read it.
    pub fn load(path: &Path) -> Result<Option<Self>, VaultError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(VaultError::File { path: path.display().to_string(), source }),
        };
        refuse_exposed(path)?;
        let mut key = Zeroizing::new([0; KEY_LEN]);
        hex::decode_to_slice(text.trim(), &mut *key)
            .map_err(|_| VaultError::Malformed(path.display().to_string()))?;
        Ok(Some(Self::new(&key)))
    }

    /// Draws a master key and writes it to a new file that only its owner can read.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(path: &Path, random: &dyn Random) -> Result<Self, VaultError> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        random.fill(&mut *key);
        let text = Zeroizing::new(format!("{}\n", hex::encode(*key)));
        write_private(path, text.as_bytes())
            .map_err(|source| VaultError::File { path: path.display().to_string(), source })?;
        Ok(Self::new(&key))
    }

    fn new(key: &[u8; KEY_LEN]) -> Self {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), HASHES);
        let hashes = hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref());
        let key = RandomizedNonceKey::new(&AES_256_GCM, key).expect("the key has the algorithm's length");
        Self { key, hashes }
    }

    /// A hash that only holders of the master key can make or guess at (HMAC-SHA256), as 64 hexadecimal digits.
    /// `purpose` is bound to it.
    pub fn keyed_hash(&self, purpose: &str, text: &str) -> String {
        let mut context = hmac::Context::with_key(&self.hashes);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        hex::encode(context.sign())
    }

    /// Encrypts `plain`. `purpose` is bound to the result: it opens for the same purpose only.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let mut sealed = plain.to_vec();
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(purpose), &mut sealed)
            .expect("a short text can be encrypted");
        let mut out = nonce.as_ref().to_vec();
        out.append(&mut sealed);
        out
    }

    /// Decrypts what [`Vault::seal`] made; `None` when it was made with another key or for another purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = Zeroizing::new(text.to_vec());
        let length = self.key.open_in_place(nonce, Aad::from(purpose), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }

    /// As [`Vault::open`], for text.
    pub fn open_text(&self, purpose: &str, sealed: &[u8]) -> Option<Secret> {
        let bytes = self.open(purpose, sealed)?;
        std::str::from_utf8(&bytes).ok().map(Secret::new)
    }
}

/// The form in which random values are kept: they cannot be guessed, so that a plain hash hides them.
pub(crate) fn sha256(text: &str) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::MetadataExt;
    let file =
        fs::metadata(path).map_err(|source| VaultError::File { path: path.display().to_string(), source })?;
    // Where root keeps the file and lends it, as a secret of a container, the group is how we come to it.
    let others = if file.uid() == 0 && file.gid() != 0 { 0o037 } else { 0o077 };
    if file.mode() & others == 0 { Ok(()) } else { Err(VaultError::Exposed(path.display().to_string())) }
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path) -> Result<(), VaultError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_domain::SystemRandom;

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert!(Vault::load(&path).unwrap().is_none());
        let vault = Vault::create(&path, &SystemRandom).unwrap();
        let sealed = vault.seal("app-secret", b"text");
        let again = Vault::load(&path).unwrap().unwrap();
        assert_eq!(again.open_text("app-secret", &sealed).unwrap().expose(), "text");
        assert!(again.open("signing-key", &sealed).is_none());
        assert!(again.open("app-secret", &sealed[..10]).is_none());
        assert_ne!(vault.seal("app-secret", b"text"), sealed);
        let other = Vault::create(&folder.path().join("other.key"), &SystemRandom).unwrap();
        assert!(other.open("app-secret", &sealed).is_none());
        let hash = vault.keyed_hash("email", "text");
        assert_eq!(hash, again.keyed_hash("email", "text"));
        assert_eq!(hash.len(), 64);
        assert_ne!(hash, other.keyed_hash("email", "text"));
        assert_ne!(hash, vault.keyed_hash("emailt", "ext"));
    }

    #[cfg(unix)]
    #[test]
    fn refuses_a_key_that_others_can_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        Vault::create(&path, &SystemRandom).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Vault::load(&path), Err(VaultError::Exposed(_))));
    }

    #[test]
    fn refuses_a_file_that_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        write_private(&path, b"secret").unwrap();
        assert!(matches!(Vault::load(&path), Err(VaultError::Malformed(_))));
        assert!(matches!(Vault::create(&path, &SystemRandom), Err(VaultError::File { .. })));
    }
}
