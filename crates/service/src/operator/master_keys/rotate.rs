//! Replacing the master key while servers run.

use std::time::{Duration, Instant};

use claviger_domain::Random;
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
/// How much longer than here opening the keys may take elsewhere: a passphrase makes each cost some tenths of a second.
const SLOWER: u32 = 4;
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
    /// Values that no key opens, which were given up.
    pub unreadable: u64,
}

impl Service {
    /// Makes another master key the one that encrypts: the first of those that are written down, or a new one when that
    /// one encrypts already. Then encrypts under it what is kept. Servers may run: they notice which key encrypts, and read
    /// the file anew for it. One that was interrupted goes on where it was. `told` is called with how many values were
    /// encrypted since the last call.
    ///
    /// `given_up`: the keys that are not in the file are lost. What was encrypted under one is left as it is, and a rotation
    /// to one that does not encrypt yet is forgotten.
    ///
    /// The former key stays in the file: backups from before need it. The key of hashes stays the same, since what was hashed
    /// cannot be hashed anew; it is encrypted under the new master key. If a passphrase is given, it protects all keys of the
    /// file from then on.
    ///
    /// # Errors
    /// When another command changes the master key, here or from another file, its file cannot be written, no key opens some
    /// of what is kept, servers go on to encrypt under the former key, or the database fails. What was encrypted anew stays
    /// so, and the same call goes on.
    pub async fn rotate_master_key(
        &self,
        given_up: bool,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<Rotation, ServiceError> {
        let source = self.vault.source();
        let _held = source.hold()?;
        let marks = self.store.db().read(Marks::read).await?;
        let (vault, known) = (self.vault.clone(), marks.clone());
        let begun = Instant::now();
        apart(move || vault.reload(&known)).await?;
        let read_within = NOTICED + begun.elapsed() * SLOWER;
        let (vault, random) = (self.vault.clone(), self.random.clone());
        apart(move || vault.source().protect_rest(&*random)).await?;
        let from = self.vault.current();
        let resumed = marks.under_way.as_ref() == Some(&from);
        let to = if resumed { from.clone() } else { self.turn_to_next(marks, given_up, read_within).await? };
        let mut encrypted = 0;
        for _ in 0..PASSES {
            let Pass { changed, missed, unreadable } = self.reseal_all(&to, told).await?;
            encrypted += changed;
            if changed == 0 && missed == 0 {
                if unreadable > 0 && !given_up {
                    let place = source.to_string();
                    return Err(MasterKeyError::Unreadable { values: unreadable, place }.into());
                }
                let name = to.clone();
                let end = move |conn: &mut Conn<'_>| Marks::end(conn, &name);
                unless_overtaken(self.store.db().write::<_, StoreError, _>(end).await?)?;
                return Ok(Rotation { from, to, resumed, encrypted, unreadable });
            }
        }
        Err(ServiceError::Refused(format!(
            "something goes on to encrypt under another master key than {to}: bring {source} to all servers, with the keys \
             that are in it now, and run this again"
        )))
    }

    /// Lets the next key encrypt, once servers had the time to read it, and waits until they have noticed; its name.
    async fn turn_to_next(
        &self,
        marks: Marks,
        given_up: bool,
        read_within: Duration,
    ) -> Result<String, ServiceError> {
        let place = self.vault.source().to_string();
        let announced = marks.under_way.clone().filter(|name| self.vault.names().contains(name));
        if let (None, Some(name), false) = (&announced, &marks.under_way, given_up) {
            return Err(MasterKeyError::Elsewhere { name: name.clone(), place }.into());
        }
        let (vault, random, known) = (self.vault.clone(), self.random.clone(), marks.clone());
        let next = apart(move || next_key(&vault, &*random, &known, announced)).await?;
        self.claim(&next, &marks).await?;
        tokio::time::sleep(read_within).await;
        let sealed = || {
            let seed = self.vault.open(SIGNING_KEY, marks.signing_key.as_ref()?)?;
            let signing_key = self.vault.seal_under(&next.key, SIGNING_KEY, &seed)?;
            Some((signing_key, self.vault.seal_hashes(&next.key, &marks)?))
        };
        let (signing_key, hashes) = sealed().ok_or(MasterKeyError::Wrong(place))?;
        let name = next.key.clone();
        let begin = move |conn: &mut Conn<'_>| {
            let begun = Marks::begin(conn, &name, &signing_key, &hashes)?;
            Ok((begun, Marks::read(conn)?))
        };
        let (begun, marks) = self.store.db().write::<_, StoreError, _>(begin).await?;
        unless_overtaken(begun)?;
        self.vault.settle(&marks)?;
        tokio::time::sleep(NOTICED).await;
        Ok(next.key)
    }

    /// Announces the key in the database, whose file of keys may be another one at each node: one of them rotates. Who comes too
    /// late takes the key that it drew out of its file again.
    async fn claim(&self, next: &Next, marks: &Marks) -> Result<(), ServiceError> {
        let (name, known) = (next.key.clone(), marks.clone());
        let announce = move |conn: &mut Conn<'_>| known.announce(conn, &name);
        if self.store.db().write::<_, StoreError, _>(announce).await? {
            return Ok(());
        }
        if next.is_drawn {
            let (vault, random) = (self.vault.clone(), self.random.clone());
            apart(move || forget_first(&vault, &*random)).await?;
        }
        let marks = self.store.db().read(Marks::read).await?;
        Err(match marks.under_way.filter(|name| !self.vault.names().contains(name)) {
            Some(name) => MasterKeyError::Elsewhere { name, place: self.vault.source().to_string() }.into(),
            None => MasterKeyError::Overtaken.into(),
        })
    }
}

fn unless_overtaken(is_ours: bool) -> Result<(), MasterKeyError> {
    if is_ours { Ok(()) } else { Err(MasterKeyError::Overtaken) }
}

/// Does what blocks on a thread of its own.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, MasterKeyError> + Send + 'static,
) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| ServiceError::System(error.to_string()))??)
}

/// The key that is to encrypt.
struct Next {
    key: String,
    /// It was drawn for this, and is the first in the file.
    is_drawn: bool,
}

/// The key that is to encrypt: one that is announced already, else the first of those that are written down, unless it does
/// already; then a new one before them. Blocks.
fn next_key(
    vault: &Vault,
    random: &dyn Random,
    marks: &Marks,
    announced: Option<String>,
) -> Result<Next, MasterKeyError> {
    if let Some(key) = announced {
        return Ok(Next { key, is_drawn: false });
    }
    let source = vault.source();
    let is_drawn = vault.names()[0] == vault.current();
    if is_drawn {
        let keys = source.read()?.ok_or_else(|| MasterKeyError::Missing(source.to_string()))?;
        let keys: Vec<_> = std::iter::once(draw(random)).chain(keys).collect();
        source.replace(&keys, random)?;
        vault.reload(marks)?;
    }
    Ok(Next { key: vault.names().swap_remove(0), is_drawn })
}

/// Takes the first key out of the file. Blocks.
fn forget_first(vault: &Vault, random: &dyn Random) -> Result<(), MasterKeyError> {
    let source = vault.source();
    let keys = source.read()?.ok_or_else(|| MasterKeyError::Missing(source.to_string()))?;
    source.replace(&keys[1..], random)
}
