//! Taking master keys out of their file, and protecting those in it.

use claviger_domain::Secret;
use claviger_store::{Conn, StoreError};

use super::look::Looked;
use crate::{
    Service, ServiceError,
    shared::master_key::{Marks, MasterKeyError, MasterKeySource},
};

impl Service {
    /// Takes a former master key out of the file, once nothing is encrypted under it.
    ///
    /// # Errors
    /// When there is none of that name, it is still needed, the file cannot be written, or the database fails.
    pub async fn forget_master_key(&self, name: &str) -> Result<(), ServiceError> {
        let source = self.vault.source();
        let _held = source.hold()?;
        let Looked { keys, marks, .. } = self.look_at_master_keys().await?;
        let refused = |reason: String| Err(ServiceError::Refused(reason));
        let Some(position) = keys.iter().position(|key| key.name == name) else {
            return refused(format!(
                "there is no master key `{name}` in {source}; `claviger keys list` shows them"
            ));
        };
        if keys[position].encrypts {
            return refused(format!(
                "the master key {name} encrypts: `claviger keys rotate` makes another one"
            ));
        }
        if marks.under_way.is_some() {
            return refused(format!(
                "a rotation of the master key is not finished: run `claviger keys rotate`, which encrypts anew what is left, \
                 and take {name} out then"
            ));
        }
        let needed = |values: u64| {
            refused(format!(
                "{values} values are encrypted under the master key {name}: `claviger keys rotate` encrypts them anew"
            ))
        };
        if keys[position].values > 0 {
            return needed(keys[position].values);
        }
        // Servers that stood still may be about to keep something; from here on they are refused.
        let key = name.to_owned();
        let forget = move |conn: &mut Conn<'_>| Marks::forget(conn, &key);
        if !self.store.db().write::<_, StoreError, _>(forget).await? {
            return Err(MasterKeyError::Overtaken.into());
        }
        let left = self.look_at_master_keys().await?.keys.into_iter().find(|key| key.name == name);
        if let Some(left) = left.filter(|left| left.values > 0) {
            let key = name.to_owned();
            let recall = move |conn: &mut Conn<'_>| Marks::recall(conn, &key);
            self.store.db().write::<_, StoreError, _>(recall).await?;
            return needed(left.values);
        }
        let mut kept = source.read()?.ok_or_else(|| MasterKeyError::Missing(source.to_string()))?;
        if position >= kept.len() {
            return Err(MasterKeyError::InUse(source.to_string()).into());
        }
        source.path_or("take that key and the comma beside it out there, and start the server anew")?;
        kept.remove(position);
        source.replace(&kept, self.random())?;
        Ok(())
    }

    /// Protects the master keys in a file by a passphrase, or lifts the protection. A server needs the passphrase at its next
    /// start. Blocks, and needs no database.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn protect_master_key(
        source: &MasterKeySource,
        passphrase: Option<&Secret>,
    ) -> Result<(), MasterKeyError> {
        source.path_or(
            "only a file is protected by a passphrase. Protect the place that it is set in, or write it into a file and name \
             that with --master-key-file",
        )?;
        let _held = source.hold()?;
        let keys = source.read()?.ok_or_else(|| MasterKeyError::Missing(source.to_string()))?;
        source.replace_under(&keys, passphrase, &claviger_domain::SystemRandom)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, sync::Arc};

    use claviger_domain::{ApiVersions, Role, SystemClock, SystemRandom};
    use claviger_store::notices;

    use super::*;
    use crate::{
        App, Database, Options,
        vendor::{ManageError, NoticeChange, Occasion},
    };

    /// A node that does nothing by itself, with a key file of its own on the database in this folder.
    async fn node(folder: &tempfile::TempDir, file: &str) -> Arc<Service> {
        let options =
            Options { master_key: MasterKeySource::file(folder.path().join(file)), ..Options::default() };
        let database = Database::Sqlite(folder.path().join("claviger.db"));
        let opened = Service::open(database, options, Arc::new(SystemClock), Arc::new(SystemRandom));
        Arc::new(opened.await.unwrap())
    }

    async fn app(service: &Service, name: &str) -> Result<App, ServiceError> {
        Ok(service.create_app("acme", name, ApiVersions::default()).await?.app)
    }

    fn choice() -> NoticeChange {
        NoticeChange {
            email: "vendor@example.org".into(),
            occasions: vec![Occasion::Refusals],
            refusals: 9,
            days: 7,
            backup_days: 2,
            ..NoticeChange::default()
        }
    }

    async fn follow(service: &Service) {
        let marks = service.store.db().read(Marks::read).await.unwrap();
        service.vault.reload(&marks).unwrap();
    }

    #[tokio::test]
    async fn a_server_that_stood_still_keeps_nothing_under_a_key_that_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [node(&folder, "master.key").await, node(&folder, "master.key").await];
        first.create_owner("acme", Role::Seller, None).await.unwrap();
        let made = app(&first, "made").await.unwrap();
        let rotation = second.rotate_master_key(false, &|_| {}).await.unwrap();
        // A server that has not noticed is not hindered, as long as the key is there.
        app(&first, "meanwhile").await.unwrap();
        let refused = second.forget_master_key(&rotation.from).await.unwrap_err().to_string();
        assert!(refused.contains("2 values are encrypted under the master key"), "{refused}");
        app(&first, "again").await.unwrap();
        second.rotate_master_key(false, &|_| {}).await.unwrap();
        second.forget_master_key(&rotation.from).await.unwrap();

        let changes = [("sellixSecret".to_owned(), "x".to_owned())];
        assert!(app(&first, "late").await.unwrap_err().is_passing());
        let refused = first.change_settings(&made, &changes).await.unwrap_err();
        assert!(matches!(&refused, ManageError::Service(error) if error.is_passing()), "{refused}");
        assert_eq!(second.master_keys().await.unwrap().1, 0, "nothing is lost");
        follow(&first).await;
        app(&first, "late").await.unwrap();
        first.change_settings(&made, &changes).await.unwrap();
        assert_eq!(second.master_keys().await.unwrap().1, 0);
    }

    #[tokio::test]
    async fn what_no_key_opens_is_not_taken_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let first = node(&folder, "first.key").await;
        let [one, other] = ["first.key", "second.key"].map(|name| folder.path().join(name));
        fs::copy(&one, &other).unwrap();
        let second = node(&folder, "second.key").await;
        first.create_owner("acme", Role::Seller, None).await.unwrap();
        let app = app(&first, "made").await.unwrap();
        second.choose_notices(&app, choice(), "").await.unwrap();
        second.change_settings(&app, &[("sellixSecret".to_owned(), "x".to_owned())]).await.unwrap();
        let chosen = second.notice_settings(&app).await.unwrap();
        second.rotate_master_key(false, &|_| {}).await.unwrap();
        let kept = second.app("acme", "made").await.unwrap().settings.sellix_secret.clone();

        // Its file lacks the key.
        assert!(first.notice_settings(&app).await.unwrap_err().is_passing());
        assert!(first.secret_setting(kept.as_deref()).unwrap_err().is_passing());
        assert!(first.choose_notices(&app, choice(), "").await.is_err());
        first.watch_notices().await.unwrap();
        let due = |conn: &mut Conn<'_>| notices::unchecked(conn, 0, 9);
        let due = first.store.db().read::<_, StoreError, _>(due).await.unwrap();
        assert_eq!(due, [app.id], "the turn is not taken");
        assert_eq!(second.notice_settings(&app).await.unwrap(), chosen);
        fs::copy(&other, &one).unwrap();
        follow(&first).await;
        assert_eq!(first.notice_settings(&app).await.unwrap(), chosen);
        assert_eq!(first.secret_setting(kept.as_deref()).unwrap().expose(), "x");
    }
}
