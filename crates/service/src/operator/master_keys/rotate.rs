//! Replacing the master key while servers run.

use std::time::Duration;

use claviger_store::{Conn, StoreError};

use super::reseal::Pass;
use crate::{
    Service, ServiceError,
    shared::{
        master_key::{Marks, MasterKeyError, draw, purpose::SIGNING_KEY},
        vault::Vault,
    },
};

/// In which servers notice which key is to encrypt, and which does: they look five times a second.
const NOTICED: Duration = Duration::from_secs(1);
/// Passes over everything until one finds nothing. What servers encrypt under the former key while they notice is found by the
/// second.
const PASSES: usize = 10;

/// What a rotation of the master key has done.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Name of the key that encrypted before; that of the new one when an interrupted rotation was finished.
    pub from: String,
    /// Name of the key that encrypts now.
    pub to: String,
    /// One that was interrupted was finished; no key was drawn.
    pub resumed: bool,
    /// Values that were encrypted anew.
    pub encrypted: u64,
    /// Values that no key opens: they were unreadable before.
    pub unreadable: u64,
}

impl Service {
    /// Makes another master key the one that encrypts: the first of those that are written down, or a new one when that
    /// one encrypts already. Then encrypts under it what is kept. Servers may run: they notice which key encrypts, and read
    /// the file anew for it. One that was interrupted goes on where it was. `told` is called with how many values were
    /// encrypted since the last call.
    ///
    /// The former key stays in the file: backups from before need it. The key of hashes stays the same, since what was hashed
    /// cannot be hashed anew; it is encrypted under the new master key.
    ///
    /// # Errors
    /// When another command changes the master key, its file cannot be written, servers go on to encrypt under the former
    /// one, or the database fails. What was encrypted anew stays so, and the same call goes on.
    pub async fn rotate_master_key(&self, told: &(dyn Fn(u64) + Sync)) -> Result<Rotation, ServiceError> {
        let _held = self.vault.source().hold()?;
        let marks = self.store.db().read(Marks::read).await?;
        let from = self.vault.current();
        let resumed = marks.under_way.as_ref() == Some(&from);
        let to = if resumed { from.clone() } else { self.turn_to_next(marks).await? };
        let mut encrypted = 0;
        for _ in 0..PASSES {
            let Pass { changed, missed, unreadable } = self.reseal_all(&to, told).await?;
            encrypted += changed;
            if changed == 0 && missed == 0 {
                self.store.db().write::<_, StoreError, _>(Marks::end).await?;
                return Ok(Rotation { from, to, resumed, encrypted, unreadable });
            }
        }
        Err(ServiceError::Refused(format!(
            "something goes on to encrypt under another master key than {to}: bring {source} to all servers, with the keys \
             that are in it now, and run this again",
            source = self.vault.source()
        )))
    }

    /// Lets the next key encrypt, and waits until servers have noticed; its name.
    async fn turn_to_next(&self, marks: Marks) -> Result<String, ServiceError> {
        let (vault, random, known) = (self.vault.clone(), self.random.clone(), marks.clone());
        let next = tokio::task::spawn_blocking(move || next_key(&vault, &*random, &known)).await;
        let next = next.map_err(|error| ServiceError::System(error.to_string()))??;
        let name = next.clone();
        let announce = move |conn: &mut Conn<'_>| Marks::announce(conn, &name);
        self.store.db().write::<_, StoreError, _>(announce).await?;
        tokio::time::sleep(NOTICED).await;
        let sealed = || {
            let seed = self.vault.open(SIGNING_KEY, marks.signing_key.as_ref()?)?;
            let signing_key = self.vault.seal_under(&next, SIGNING_KEY, &seed)?;
            Some((signing_key, self.vault.seal_hashes(&next, &marks)?))
        };
        let (signing_key, hashes) =
            sealed().ok_or_else(|| MasterKeyError::Wrong(self.vault.source().to_string()))?;
        let name = next.clone();
        let begin = move |conn: &mut Conn<'_>| {
            Marks::begin(conn, &name, &signing_key, &hashes)?;
            Marks::read(conn)
        };
        let marks = self.store.db().write::<_, StoreError, _>(begin).await?;
        self.vault.settle(&marks)?;
        tokio::time::sleep(NOTICED).await;
        Ok(next)
    }
}

/// The key that is to encrypt: the first of those that are written down, unless it does already; then a new one before
/// them. Blocks.
fn next_key(
    vault: &Vault,
    random: &dyn claviger_domain::Random,
    marks: &Marks,
) -> Result<String, MasterKeyError> {
    vault.reload(marks)?;
    let source = vault.source();
    if vault.names()[0] == vault.current() {
        let keys = source.read()?.ok_or_else(|| MasterKeyError::Missing(source.to_string()))?;
        let keys: Vec<_> = std::iter::once(draw(random)).chain(keys).collect();
        source.replace(&keys, source.protection(), random)?;
        vault.reload(marks)?;
    }
    Ok(vault.names().swap_remove(0))
}
