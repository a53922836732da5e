//! An open store with a few shortcuts.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicU64, Ordering},
};

use claviger_domain::{OwnerId, Role, SessionId, SystemRandom};
use claviger_store::{
    Conn, Result, Store,
    apps::{self, NewApp},
    owners::{self, NewOwner},
    sessions::{LiveSession, Lookup, NewSession, Scan, shared},
    users::{self, NewUser},
};
use futures_util::future::join_all;

use super::Place;

/// The time in most tests, in Unix seconds.
pub const NOW: i64 = 1_700_000_000;

/// An open store, and its database for a test to open once more.
pub struct Fixture {
    pub store: Store,
    // After the store: it goes last.
    pub place: Place,
}

impl Fixture {
    pub async fn open(place: Place) -> Self {
        let store = Store::open(place.database(), NOW).await.expect("an open store");
        Self { store, place }
    }

    /// Another node, or the command line, on the same database.
    pub async fn second(&self) -> Store {
        Store::open(self.place.database(), NOW).await.expect("a second store")
    }

    pub async fn write<T, F>(&self, change: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T> + Send + 'static,
    {
        self.store.db().write(change).await.expect("a change")
    }

    pub async fn read<T, F>(&self, reading: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn<'_>) -> Result<T> + Send + 'static,
    {
        self.store.db().read(reading).await.expect("a reading")
    }

    /// Adds an owner; its number.
    pub async fn owner(&self, name: &str) -> i64 {
        let new = NewOwner {
            owner_id: OwnerId::generate(&SystemRandom),
            name: name.into(),
            role: Role::Seller,
            password: None,
            created: NOW,
        };
        self.write(move |conn| owners::insert(conn, &new)).await.expect("a free name").id
    }

    /// Adds an application, with an owner; its number.
    pub async fn app(&self) -> i64 {
        let owner = self.owner(next_id().as_str()).await;
        let new = NewApp {
            owner,
            name: "Loader".into(),
            sealed_secret: b"secret".into(),
            sealed_signing_key: b"signing key".into(),
            settings: "{}".into(),
            created: NOW,
        };
        self.write(move |conn| apps::insert(conn, &new)).await.expect("a free name")
    }

    /// Adds a user; its number.
    pub async fn user(&self, app: i64, name: &str) -> i64 {
        let name = name.to_owned();
        let insert = move |conn: &mut Conn<'_>| {
            let new = NewUser {
                username: &name,
                password: None,
                hwids: None,
                email_hash: None,
                ip: Some("203.0.113.7"),
                owner: "owner",
                made_with: None,
                by_license: None,
                any_device: false,
                created: NOW,
                last_login: Some(NOW),
            };
            users::insert(conn, app, &new)
        };
        self.write(insert).await.expect("a free name")
    }

    /// Creates a session that ends at `expires`.
    pub async fn session(&self, app: i64, expires: i64) -> SessionId {
        let new = NewSession { expires, ..new_session(app) };
        let id = new.id;
        assert!(self.create(new).await);
        id
    }

    /// Creates many sessions at once; their ids in ascending order.
    pub async fn sessions(&self, app: i64, count: usize) -> Vec<SessionId> {
        let new: Vec<_> = (0..count).map(|_| new_session(app)).collect();
        let ids = new.iter().map(|session| session.id).collect();
        assert_eq!(join_all(new.into_iter().map(|session| self.create(session))).await, vec![true; count]);
        ids
    }

    pub async fn create(&self, session: NewSession) -> bool {
        self.store.sessions().create(session).await.expect("creating")
    }

    pub async fn find_at(&self, app: i64, id: SessionId, now: i64) -> Option<LiveSession> {
        self.store.sessions().find(Lookup { app, id, now, variable: None }).await.expect("finding")
    }

    pub async fn find(&self, app: i64, id: SessionId) -> Option<LiveSession> {
        self.find_at(app, id, NOW).await
    }

    pub async fn lives(&self, app: i64, id: SessionId) -> bool {
        self.find(app, id).await.is_some()
    }

    pub async fn sign_in(&self, app: i64, id: SessionId, user: i64, credential: &str) -> bool {
        let credential = credential.to_owned();
        self.write(move |conn| shared::sign_in(conn, app, &id, user, &credential, NOW)).await
    }

    pub async fn end(&self, app: i64, id: SessionId) -> bool {
        self.write(move |conn| shared::end(conn, app, &id, NOW)).await
    }

    pub async fn end_all(&self, app: i64) -> bool {
        self.store.sessions().end_all(app, NOW).await.expect("ending")
    }

    pub async fn count(&self, app: i64) -> i64 {
        self.read(move |conn| shared::count(conn, app, NOW)).await
    }

    /// Number of rows of the table `sessions`, dead ones as well.
    pub async fn rows(&self, app: i64) -> i64 {
        let sql = "SELECT COUNT(*) FROM sessions WHERE app = $1";
        let row = self.read(move |conn| conn.query_one(sql, claviger_store::params![app])).await;
        row.expect("a row").get(0).expect("a number")
    }

    /// All sessions that a walk meets.
    pub async fn scan(&self, scan: Scan) -> Vec<Seen> {
        let sessions = self.store.shared_sessions();
        tokio::task::spawn_blocking(move || -> Result<_> {
            let mut found = Vec::new();
            sessions.scan(&scan, &mut |row| {
                found.push(seen(row));
                ControlFlow::Continue(())
            })?;
            Ok(found)
        })
        .await
        .expect("no panic")
        .expect("a walk")
    }

    /// The ids that a walk over all live sessions meets.
    pub async fn scan_ids(&self, app: i64) -> Vec<String> {
        self.scan(walk(app)).await.into_iter().map(|seen| seen.id).collect()
    }
}

/// A session met on a walk, to keep.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub id: String,
    pub expires: i64,
    pub ip: String,
    pub credential: Option<String>,
}

pub fn seen(row: claviger_store::sessions::ScanRow<'_>) -> Seen {
    Seen {
        id: row.id.into(),
        expires: row.expires,
        ip: row.ip.into(),
        credential: row.credential.map(String::from),
    }
}

/// A walk over all live sessions.
pub fn walk(app: i64) -> Scan {
    Scan { app, now: NOW, after: None, user: None, validated: None }
}

/// A session with an id greater than all before, that lives at [`NOW`].
pub fn new_session(app: i64) -> NewSession {
    NewSession { app, id: next_id(), expires: NOW + 60, api: 13, ip: "203.0.113.7".into(), enckey: None }
}

/// An id greater than all before.
pub fn next_id() -> SessionId {
    static MILLISECONDS: AtomicU64 = AtomicU64::new(NOW as u64 * 1000);
    SessionId::generate(MILLISECONDS.fetch_add(1, Ordering::Relaxed), &SystemRandom)
}
