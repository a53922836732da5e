//! Use cases on a real database (SQLite); what the store does is tested there, on both.

mod attention;
mod clock;
mod files;
mod lists;
mod notices;
mod rest;
mod sessions;
mod team;
mod users;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use claviger_domain::{
    Alphabet, ApiVersions, Clock, LicenseStatus, Mask, Role, Secret, SessionId, SystemRandom,
};
use claviger_store::{
    Conn, StoreError,
    sessions::{NewSession, shared},
    tokens as token_rows, user_subscriptions,
    users::{self as rows, NewUser, Totp},
};

use super::*;
use crate::{
    App, Database, MasterKeySource, Options, Service, shared::vault::sha256, vendor::new_licenses::NewKeys,
};

const NOW: i64 = 1_700_000_000;

struct Watch(AtomicI64);

impl Clock for Watch {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed) as u64 * 1000
    }
}

struct Fixture {
    service: Arc<Service>,
    app: App,
    watch: Arc<Watch>,
    folder: tempfile::TempDir,
}

impl Fixture {
    async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    async fn open_with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options {
            master_key: MasterKeySource::file(folder.path().join("master.key")),
            files_dir: folder.path().join("files"),
            file_max_bytes: 100,
            ..Options::default()
        };
        change(&mut options);
        let watch = Arc::new(Watch(AtomicI64::new(NOW)));
        let database = Database::Sqlite(folder.path().join("claviger.db"));
        let service = Service::open(database, options, watch.clone(), Arc::new(SystemRandom)).await.unwrap();
        service.create_owner("acme", Role::Seller, None).await.unwrap();
        let app = service.create_app("acme", "shop", ApiVersions::default()).await.unwrap().app;
        Self { service: Arc::new(service), app, watch, folder }
    }

    /// An upload with this content, which is not added yet.
    async fn upload(&self, content: &[u8]) -> Result<Upload, ManageError> {
        let mut upload = self.service.begin_upload(&self.app, 0, u64::MAX).await?;
        upload.write(content).await?;
        Ok(upload)
    }

    /// Adds a user with a token, two devices and a session; the session's id.
    async fn user(&self, name: &'static str) -> SessionId {
        let (app, id) = (self.app.id, SessionId::generate(NOW as u64 * 1000, &SystemRandom));
        let session = NewSession { app, id, expires: NOW + 60, api: 13, ip: String::new(), enckey: None };
        assert!(self.service.store.sessions().create(session).await.unwrap());
        let add = move |conn: &mut Conn<'_>| {
            let new = NewUser {
                username: name,
                password: None,
                hwids: Some("device one\ndevice two"),
                email_hash: None,
                ip: Some("192.0.2.1"),
                owner: "SellerAPI",
                made_with: None,
                by_license: None,
                any_device: false,
                created: NOW,
                last_login: Some(NOW),
            };
            let user = rows::insert(conn, app, &new)?.expect("a free name");
            user_subscriptions::give(
                conn,
                app,
                user,
                "default",
                claviger_domain::Subscription::Until(NOW + 60),
                None,
            )?;
            let owner = token_rows::Owner { kind: token_rows::USER, id: user, name };
            token_rows::insert(conn, app, &format!("token of {name}"), owner)?;
            shared::sign_in(conn, app, &id, user, name, NOW)?;
            Ok::<_, StoreError>(())
        };
        self.service.store.db().write(add).await.unwrap();
        id
    }

    async fn lives(&self, id: SessionId) -> bool {
        let lookup = claviger_store::sessions::Lookup { app: self.app.id, id, now: NOW, variable: None };
        self.service.store.sessions().find(lookup).await.unwrap().is_some()
    }

    async fn token(&self, text: &str) -> Option<token_rows::Token> {
        let tokens = self.service.tokens(&self.app, 100).await.unwrap();
        tokens.into_iter().find(|token| token.token == text)
    }

    async fn blacklisted(&self) -> Vec<String> {
        let entries = self.service.blacklist(&self.app).await.unwrap();
        entries.into_iter().map(|entry| entry.value).collect()
    }
}

fn is_unknown<T>(outcome: Result<T, ManageError>) -> bool {
    matches!(outcome.err(), Some(ManageError::Unknown { .. }))
}

fn is_taken<T>(outcome: Result<T, ManageError>) -> bool {
    matches!(outcome.err(), Some(ManageError::Taken { .. }))
}

fn is_unfit<T>(outcome: Result<T, ManageError>) -> bool {
    matches!(outcome.err(), Some(ManageError::Unfit(_)))
}
