//! Following the master key that encrypts, when a command has made it another one.

use std::time::Instant;

use claviger_domain::Seldom;
use claviger_store::{Conn, StoreError, catalog};

use crate::{
    Service, ServiceError,
    shared::master_key::{Marks, Sight},
};

/// What looks for a key that is not there remember.
#[derive(Debug, Default)]
pub(super) struct Follower {
    told: Seldom,
    /// What stood there when it was read in vain, and the name of the key that was looked for. To read it again for the same
    /// one would find the same, and cost 64 MiB and some tenths of a second for each key that a passphrase protects.
    vain: Option<(Sight, String)>,
    /// Why it was in vain.
    reason: String,
}

/// What came of following.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Followed {
    /// The keys that the database names are known.
    Known,
    /// They were read anew, and are known now.
    Read,
    /// They were read anew in vain.
    Vain,
    /// Nothing was read: what stands there is what was read in vain.
    Unchanged,
}

impl Service {
    /// Notices, in one look at the database, what other processes have changed of what is held in memory: owners, applications and
    /// seller keys, and which master key encrypts.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn renew(&self, follower: &mut Follower) -> Result<(), ServiceError> {
        let look = |conn: &mut Conn<'_>| Ok::<_, StoreError>((catalog::version(conn)?, Marks::names(conn)?));
        let (version, names) = self.store.db().read(look).await?;
        self.catalog.renew(version);
        self.follow_master_key(names, follower).await.map(|_| ())
    }

    /// Encrypts under the key that the database names from then on, and knows the one that is announced. What is not found is told
    /// in the log, and it goes on as before: what it encrypts then is encrypted anew by the command.
    async fn follow_master_key(
        &self,
        [current, announced]: [Option<String>; 2],
        follower: &mut Follower,
    ) -> Result<Followed, ServiceError> {
        let turned = current.filter(|name| *name != self.vault.current());
        let known = self.vault.names();
        let unknown = [&turned, &announced].into_iter().flatten().find(|name| !known.contains(name)).cloned();
        if turned.is_none() && unknown.is_none() {
            return Ok(Followed::Known);
        }
        let marks = self.store.db().read(Marks::read).await?;
        if turned.as_ref().is_some_and(|name| known.contains(name)) {
            self.vault.settle(&marks)?;
        }
        let followed = match unknown {
            Some(name) => self.read_keys(name, marks, follower).await?,
            None => Followed::Known,
        };
        if let Some(name) = turned.filter(|name| *name == self.vault.current()) {
            tracing::info!(name, "another master key encrypts from now on");
        }
        Ok(followed)
    }

    /// Reads the keys anew for the one of that name, unless what stands there was read in vain.
    async fn read_keys(
        &self,
        name: String,
        marks: Marks,
        follower: &mut Follower,
    ) -> Result<Followed, ServiceError> {
        let vault = self.vault.clone();
        let vain = follower.vain.as_ref().filter(|(_, wanted)| *wanted == name).map(|(sight, _)| *sight);
        let reading = tokio::task::spawn_blocking(move || {
            // Seen before it is read: what changes in between looks different the next time.
            let sight = vault.source().sight();
            let read = (sight.is_none() || sight != vain).then(|| vault.reload(&marks));
            (sight, read)
        });
        let (sight, read) = reading.await.map_err(|error| ServiceError::System(error.to_string()))?;
        let followed = match read {
            None => Followed::Unchanged,
            Some(Ok(())) if self.vault.names().contains(&name) => {
                follower.vain = None;
                return Ok(Followed::Read);
            }
            Some(read) => {
                let missing = || "it is not among the keys there".to_owned();
                follower.reason = read.err().map_or_else(missing, |error| error.to_string());
                follower.vain = sight.map(|sight| (sight, name.clone()));
                Followed::Vain
            }
        };
        if follower.told.is_due(Instant::now()) {
            tracing::error!(
                name,
                reason = follower.reason,
                "the master key that encrypts, or is to, is not here: put the lines of the file where `claviger keys rotate` ran \
                 before those of this one, and take none out"
            );
        }
        Ok(followed)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path, sync::Arc};

    use claviger_domain::{Secret, SystemClock, SystemRandom};
    use rustix::fs::{CWD, Mode, mkfifoat};
    use tempfile::TempDir;

    use super::*;
    use crate::{
        Database, MasterKeySource, Options,
        shared::{
            master_key::purpose::{KEYED_HASHES, SIGNING_KEY},
            vault::Vault,
        },
    };

    fn source(folder: &Path, name: &str) -> MasterKeySource {
        MasterKeySource::file(folder.join(name)).with_passphrase(Some(Secret::new("correct horse battery")))
    }

    /// A node with a key file of its own, on the database in this folder.
    async fn node(folder: &TempDir, file: &str) -> Service {
        let options = Options { master_key: source(folder.path(), file), ..Options::default() };
        let database = Database::Sqlite(folder.path().join("claviger.db"));
        Service::open(database, options, Arc::new(SystemClock), Arc::new(SystemRandom)).await.unwrap()
    }

    /// Another key encrypts from now on, which this node alone has in its file.
    async fn announce_another(first: &Service, folder: &TempDir) {
        let own = source(folder.path(), "first.key");
        let former = own.read().unwrap().unwrap();
        let keys: Vec<_> =
            std::iter::once(crate::shared::master_key::draw(&SystemRandom)).chain(former).collect();
        own.replace(&keys, &SystemRandom).unwrap();
        let marks = first.store.db().read(Marks::read).await.unwrap();
        first.vault.reload(&marks).unwrap();
        let next = first.vault.names()[0].clone();
        let announce = move |conn: &mut Conn<'_>| marks.announce(conn, &next);
        first.store.db().write::<_, StoreError, _>(announce).await.unwrap();
    }

    async fn look(service: &Service, follower: &mut Follower) -> Followed {
        let names = service.store.db().read::<_, StoreError, _>(Marks::names).await.unwrap();
        service.follow_master_key(names, follower).await.unwrap()
    }

    #[tokio::test]
    async fn a_key_that_is_not_there_is_looked_for_once_for_each_content_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let first = node(&folder, "first.key").await;
        let [one, other] = ["first.key", "second.key"].map(|name| folder.path().join(name));
        fs::copy(&one, &other).unwrap();
        let (second, mut follower) = (node(&folder, "second.key").await, Follower::default());
        assert_eq!(look(&second, &mut follower).await, Followed::Known);

        announce_another(&first, &folder).await;
        let expected = [Followed::Vain, Followed::Unchanged, Followed::Unchanged];
        for expected in expected {
            assert_eq!(look(&second, &mut follower).await, expected);
        }
        // What cannot be read is opened once, too.
        let before = second.vault.names();
        fs::write(&other, fs::read_to_string(&other).unwrap().replace(":3:1:", ":2:1:")).unwrap();
        for expected in expected {
            assert_eq!(look(&second, &mut follower).await, expected);
        }
        assert!(follower.reason.contains("the passphrase does not open"), "{}", follower.reason);
        assert_eq!(second.vault.names(), before);
        fs::copy(&one, &other).unwrap();
        assert_eq!(look(&second, &mut follower).await, Followed::Read);
        assert_eq!(look(&second, &mut follower).await, Followed::Known);
    }

    #[tokio::test]
    async fn a_pipe_in_place_of_the_file_holds_up_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let first = node(&folder, "first.key").await;
        let [one, other] = ["first.key", "second.key"].map(|name| folder.path().join(name));
        fs::copy(&one, &other).unwrap();
        let (second, mut follower) = (node(&folder, "second.key").await, Follower::default());
        announce_another(&first, &folder).await;
        fs::remove_file(&other).unwrap();
        mkfifoat(CWD, &other, Mode::from_raw_mode(0o600)).unwrap();
        assert_eq!(look(&second, &mut follower).await, Followed::Vain);
        assert!(follower.reason.contains("it is no regular file"), "{}", follower.reason);
        fs::remove_file(&other).unwrap();
        fs::copy(&one, &other).unwrap();
        assert_eq!(look(&second, &mut follower).await, Followed::Read);
    }

    #[tokio::test]
    async fn a_file_of_other_keys_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let service = node(&folder, "master.key").await;
        let sealed = service.vault.seal("purpose", b"text");
        let keys = [crate::shared::master_key::draw(&SystemRandom)];
        source(folder.path(), "master.key").replace_under(&keys, None, &SystemRandom).unwrap();
        let announce = |conn: &mut Conn<'_>| Marks::read(conn)?.announce(conn, "01234567");
        service.store.db().write::<_, StoreError, _>(announce).await.unwrap();
        let mut follower = Follower::default();
        assert_eq!(look(&service, &mut follower).await, Followed::Vain);
        assert!(follower.reason.contains("is not the one that this database"), "{}", follower.reason);
        assert_eq!(service.vault.open("purpose", &sealed).unwrap().as_slice(), b"text");
        assert_eq!(
            service.vault.name_of("purpose", &service.vault.seal("purpose", b"x")),
            Some(service.vault.current())
        );
        assert_eq!(service.vault.name_of("purpose", &sealed), Some(service.vault.current()));

        // Another node turns to the key that stands there: the same content, which is right by now.
        let theirs = Vault::load(service.vault.source()).unwrap().unwrap();
        let turn = move |conn: &mut Conn<'_>| {
            let name = theirs.current();
            assert!(Marks::read(conn)?.announce(conn, &name)?);
            Marks::begin(conn, &name, &theirs.seal(SIGNING_KEY, b"seed"), &theirs.seal(KEYED_HASHES, b"key"))
        };
        assert!(service.store.db().write::<_, StoreError, _>(turn).await.unwrap());
        assert_eq!(look(&service, &mut follower).await, Followed::Read);
        assert_eq!(look(&service, &mut follower).await, Followed::Known);
    }
}
