//! What is encrypted under the master key: app secrets, private signing keys, secrets of codes.

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hmac,
};
use claviger_domain::{Random, Secret};
use claviger_store::StoreError;
use zeroize::Zeroizing;

use crate::shared::{
    master_key::{
        KeyBytes, Marks, MasterKeyError, MasterKeySource,
        purpose::{KEYED_HASHES, SIGNING_KEY},
    },
    to_keep::ToKeep,
};

/// What hashes under the master key are for, so that they have nothing to do with what it encrypts.
const HASHES: &[u8] = b"claviger keyed hashes";
/// What the names of master keys are made for.
const NAMES: &[u8] = b"claviger master key id";
/// Bytes of such a name: enough to tell a handful of keys apart, and nothing to find one by.
const NAME_BYTES: usize = 4;

/// Encrypts what must not be readable in the database or in a backup of it (AES-256-GCM).
pub struct Vault {
    source: MasterKeySource,
    ring: RwLock<Arc<Ring>>,
}

/// The master keys that are known.
struct Ring {
    /// In the order in which they are written down.
    keys: Arc<[Key]>,
    /// The one that encrypts.
    current: usize,
    hashes: hmac::Key,
}

struct Key {
    id: String,
    cipher: RandomizedNonceKey,
    /// What hashes are made with as long as this is the first key of a database.
    derived: Zeroizing<Vec<u8>>,
}

impl Vault {
    /// Reads the master keys; `None` when their file is not there. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read, is no master key, or other users of the machine can read it.
    pub fn load(source: &MasterKeySource) -> Result<Option<Self>, MasterKeyError> {
        let keys = source.read()?;
        Ok(keys.map(|keys| Self { source: source.clone(), ring: RwLock::new(Arc::new(Ring::new(&keys))) }))
    }

    /// Draws a master key and writes it to a new file that only its owner can read.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(source: &MasterKeySource, random: &dyn Random) -> Result<Self, MasterKeyError> {
        let key = source.create(random)?;
        Ok(Self { source: source.clone(), ring: RwLock::new(Arc::new(Ring::new(&[key]))) })
    }

    /// Where the keys come from.
    pub(crate) fn source(&self) -> &MasterKeySource {
        &self.source
    }

    /// Encrypts from now on as the database does. Reads the keys anew when the one that it names is not among those that are
    /// known; blocks then.
    ///
    /// # Errors
    /// When it is not there either; then nothing changes.
    pub(crate) fn settle(&self, marks: &Marks) -> Result<(), MasterKeyError> {
        match self.ring().settled(marks) {
            Some(settled) => self.use_ring(settled),
            None => self.reload(marks)?,
        }
        Ok(())
    }

    /// Reads the keys anew, and encrypts from now on as the database does. Blocks.
    ///
    /// # Errors
    /// When they cannot be read, or the one that the database names is not among them; then nothing changes.
    pub(crate) fn reload(&self, marks: &Marks) -> Result<(), MasterKeyError> {
        let keys = self.source.read()?.ok_or_else(|| MasterKeyError::Missing(self.source.to_string()))?;
        let settled = Ring::new(&keys).settled(marks);
        self.use_ring(settled.ok_or_else(|| MasterKeyError::Wrong(self.source.to_string()))?);
        Ok(())
    }

    fn use_ring(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// The name of the key that encrypts.
    pub(crate) fn current(&self) -> String {
        let ring = self.ring();
        ring.keys[ring.current].id.clone()
    }

    /// The names of all keys, in the order in which they are written down.
    pub(crate) fn names(&self) -> Vec<String> {
        self.ring().keys.iter().map(|key| key.id.clone()).collect()
    }

    /// The key of the hashes, encrypted under the key of that name.
    pub(crate) fn seal_hashes(&self, name: &str, marks: &Marks) -> Option<Vec<u8>> {
        let ring = self.ring();
        let plain = match &marks.hashes {
            Some(sealed) => ring.open(KEYED_HASHES, sealed)?.1,
            None => ring.keys[ring.current].derived.clone(),
        };
        Some(ring.key(name)?.seal(KEYED_HASHES, &plain))
    }

    /// The name of the key that opens something; `None`: none does.
    pub(crate) fn name_of(&self, purpose: &str, sealed: &[u8]) -> Option<String> {
        let ring = self.ring();
        ring.open(purpose, sealed).map(|(key, _)| key.id.clone())
    }

    /// A hash that only holders of the master key can make or guess at (HMAC-SHA256), as 64 hexadecimal digits.
    /// `purpose` is bound to it.
    pub fn keyed_hash(&self, purpose: &str, text: &str) -> String {
        let mut context = hmac::Context::with_key(&self.ring().hashes);
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(text.as_bytes());
        hex::encode(context.sign())
    }

    /// Encrypts `plain`, which goes out and comes back; see [`Vault::seal_to_keep`]. `purpose` is bound to the result: it opens
    /// for the same purpose only.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let ring = self.ring();
        ring.keys[ring.current].seal(purpose, plain)
    }

    /// As [`Vault::seal`], for what is kept.
    pub(crate) fn seal_to_keep(&self, purpose: &str, plain: &[u8]) -> ToKeep {
        let ring = self.ring();
        let key = &ring.keys[ring.current];
        ToKeep::new(key.id.clone(), key.seal(purpose, plain))
    }

    /// As [`Vault::seal`], under the key of that name; `None` when there is none.
    pub(crate) fn seal_under(&self, name: &str, purpose: &str, plain: &[u8]) -> Option<Vec<u8>> {
        Some(self.ring().key(name)?.seal(purpose, plain))
    }

    /// Decrypts what [`Vault::seal`] made; `None` when it was made with an unknown key or for another purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.ring().open(purpose, sealed).map(|(_, plain)| plain)
    }

    /// As [`Vault::open`], for what is kept: that it does not open is no sign that there is nothing.
    ///
    /// # Errors
    /// [`StoreError::OtherKey`], which passes once the key is here.
    pub(crate) fn open_kept(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        self.open(purpose, sealed).ok_or(StoreError::OtherKey)
    }

    /// As [`Vault::open`], for text.
    pub fn open_text(&self, purpose: &str, sealed: &[u8]) -> Option<Secret> {
        let bytes = self.open(purpose, sealed)?;
        std::str::from_utf8(&bytes).ok().map(Secret::new)
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Ring {
    /// The keys, of which the first encrypts until the database says otherwise.
    fn new(keys: &[KeyBytes]) -> Self {
        let keys: Arc<[Key]> = keys.iter().map(Key::new).collect();
        let hashes = hmac::Key::new(hmac::HMAC_SHA256, &keys[0].derived);
        Self { keys, current: 0, hashes }
    }

    /// The same keys, used as the database tells; `None` when the one that it names, or that it was set up with, is not
    /// among them.
    fn settled(&self, marks: &Marks) -> Option<Self> {
        let keys = self.keys.clone();
        let current = match (&marks.current, &marks.signing_key) {
            (Some(name), _) => keys.iter().position(|key| key.id == *name)?,
            (None, Some(sealed)) => keys.iter().position(|key| key.open(SIGNING_KEY, sealed).is_some())?,
            (None, None) => 0,
        };
        let hashes = match &marks.hashes {
            Some(sealed) => self.open(KEYED_HASHES, sealed)?.1,
            None => keys[current].derived.clone(),
        };
        Some(Self { hashes: hmac::Key::new(hmac::HMAC_SHA256, &hashes), keys, current })
    }

    fn key(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == name)
    }

    /// What is encrypted, and the key that opened it. The one that encrypts now is tried first.
    fn open(&self, purpose: &str, sealed: &[u8]) -> Option<(&Key, Zeroizing<Vec<u8>>)> {
        let current = &self.keys[self.current];
        let others = self.keys.iter().filter(|key| key.id != current.id);
        std::iter::once(current).chain(others).find_map(|key| Some((key, key.open(purpose, sealed)?)))
    }
}

impl Key {
    fn new(key: &KeyBytes) -> Self {
        let cipher =
            RandomizedNonceKey::new(&AES_256_GCM, &**key).expect("the key has the algorithm's length");
        let mac = hmac::Key::new(hmac::HMAC_SHA256, &**key);
        let id = hex::encode(&hmac::sign(&mac, NAMES).as_ref()[..NAME_BYTES]);
        Self { id, cipher, derived: Zeroizing::new(hmac::sign(&mac, HASHES).as_ref().to_vec()) }
    }

    fn seal(&self, purpose: &str, plain: &[u8]) -> Vec<u8> {
        let mut sealed = plain.to_vec();
        let nonce = self
            .cipher
            .seal_in_place_append_tag(Aad::from(purpose), &mut sealed)
            .expect("a short text can be encrypted");
        let mut out = nonce.as_ref().to_vec();
        out.append(&mut sealed);
        out
    }

    fn open(&self, purpose: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = Zeroizing::new(text.to_vec());
        let length = self.cipher.open_in_place(nonce, Aad::from(purpose), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

/// The form in which random values are kept: they cannot be guessed, so that a plain hash hides them.
pub(crate) fn sha256(text: &str) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use claviger_domain::SystemRandom;

    fn source(folder: &Path, name: &str) -> MasterKeySource {
        MasterKeySource::file(folder.join(name))
    }

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = source(folder.path(), "master.key");
        assert!(Vault::load(&path).unwrap().is_none());
        let vault = Vault::create(&path, &SystemRandom).unwrap();
        let sealed = vault.seal("app-secret", b"text");
        let again = Vault::load(&path).unwrap().unwrap();
        assert_eq!(again.open_text("app-secret", &sealed).unwrap().expose(), "text");
        assert!(again.open("signing-key", &sealed).is_none());
        assert!(again.open("app-secret", &sealed[..10]).is_none());
        assert_ne!(vault.seal("app-secret", b"text"), sealed);
        let other = Vault::create(&source(folder.path(), "other.key"), &SystemRandom).unwrap();
        assert!(other.open("app-secret", &sealed).is_none());
        let hash = vault.keyed_hash("email", "text");
        assert_eq!(hash, again.keyed_hash("email", "text"));
        assert_eq!(hash.len(), 64);
        assert_ne!(hash, other.keyed_hash("email", "text"));
        assert_ne!(hash, vault.keyed_hash("emailt", "ext"));
    }

    #[test]
    fn another_key_opens_what_the_former_one_sealed_and_hashes_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = source(folder.path(), "master.key");
        let vault = Vault::create(&path, &SystemRandom).unwrap();
        let (former, hash) = (vault.current(), vault.keyed_hash("email", "text"));
        let marks = Marks { signing_key: Some(vault.seal(SIGNING_KEY, b"seed")), ..Marks::default() };
        let sealed = vault.seal("totp", b"secret");
        let keys: Vec<_> = [crate::shared::master_key::draw(&SystemRandom)]
            .into_iter()
            .chain(path.read().unwrap().unwrap())
            .collect();
        path.replace(&keys, &SystemRandom).unwrap();

        // Written down first, but not used before the database says so.
        let fresh = Vault::load(&path).unwrap().unwrap();
        fresh.settle(&marks).unwrap();
        assert_eq!((fresh.current(), fresh.keyed_hash("email", "text")), (former.clone(), hash.clone()));
        let next = fresh.names()[0].clone();
        let begun =
            Marks { current: Some(next.clone()), hashes: fresh.seal_hashes(&next, &marks), ..marks.clone() };
        // One that was running reads the file anew, one that starts finds the same.
        for vault in [vault, Vault::load(&path).unwrap().unwrap()] {
            vault.settle(&begun).unwrap();
            assert_eq!((vault.current(), vault.keyed_hash("email", "text")), (next.clone(), hash.clone()));
            assert_eq!(vault.name_of("totp", &sealed), Some(former.clone()));
            assert_eq!(vault.open("totp", &sealed).unwrap().as_slice(), b"secret");
            assert_eq!(vault.name_of("totp", &vault.seal("totp", b"x")), Some(next.clone()));
        }
        // A backup from before is opened by the former key.
        let old = Vault::load(&path).unwrap().unwrap();
        old.settle(&marks).unwrap();
        assert_eq!((old.current(), old.keyed_hash("email", "text")), (former, hash));

        path.replace(&keys[1..], &SystemRandom).unwrap();
        let lost = Vault::load(&path).unwrap().unwrap();
        assert!(matches!(lost.settle(&begun), Err(MasterKeyError::Wrong(_))));
    }

    #[cfg(unix)]
    #[test]
    fn refuses_a_key_that_others_can_read() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let folder = tempfile::tempdir().unwrap();
        let (path, file) = (source(folder.path(), "master.key"), folder.path().join("master.key"));
        Vault::create(&path, &SystemRandom).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(Vault::load(&path), Err(MasterKeyError::Exposed(..))));
    }

    #[test]
    fn refuses_a_file_that_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = source(folder.path(), "master.key");
        claviger_files::write_private(&folder.path().join("master.key"), b"secret").unwrap();
        assert!(matches!(Vault::load(&path), Err(MasterKeyError::Malformed(_))));
        assert!(matches!(Vault::create(&path, &SystemRandom), Err(MasterKeyError::File { .. })));
    }
}
