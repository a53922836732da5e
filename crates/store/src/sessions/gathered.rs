//! The hot path on either database: concurrent requests are gathered, and each database carries them out in its way.

use std::sync::Arc;

use async_trait::async_trait;
use claviger_metrics::Histogram;
use futures_util::FutureExt;
use tokio::sync::RwLock;
use tracing::Instrument as _;

use super::{
    counts, postgres, shared, sqlite,
    store::{LiveSession, Lookup, NewSession, Scan, SessionStore, Visitor},
};
use crate::{Db, Result, gather::Gather, trace::span};

/// Sessions that were created together.
pub(super) static CREATED_TOGETHER: Histogram = Histogram::of_sizes();
/// Sessions that were looked up together.
pub(super) static FOUND_TOGETHER: Histogram = Histogram::of_sizes();

pub(super) struct Gathered {
    db: Arc<Db>,
    create: Arc<Gather<NewSession, bool>>,
    /// Read by every creation until it is answered.
    creating: RwLock<()>,
    find: Arc<Gather<Lookup, Option<LiveSession>>>,
}

impl Gathered {
    pub(super) fn new(db: &Arc<Db>) -> Self {
        // Batches that may be under way at once; PostgreSQL has two connections for each kind.
        let create_lanes = match **db {
            Db::Sqlite(_) => 3,
            Db::Postgres(_) => 2,
        };
        let (creating, finding) = (db.clone(), db.clone());
        Self {
            db: db.clone(),
            create: Gather::new(create_lanes, 512, &CREATED_TOGETHER, move |sessions| {
                create_all(creating.clone(), sessions).boxed()
            }),
            creating: RwLock::new(()),
            find: Gather::new(2, 256, &FOUND_TOGETHER, move |lookups| {
                find_all(finding.clone(), lookups).boxed()
            }),
        }
    }
}

async fn create_all(db: Arc<Db>, sessions: Vec<NewSession>) -> Result<Vec<bool>> {
    let created = match &*db {
        Db::Sqlite(db) => db.write(move |connection| sqlite::create_all(connection, &sessions)).await,
        Db::Postgres(db) => db.create(move |conn| postgres::create_all(conn, &sessions)).await,
    };
    created.inspect(|created| counts::begun(created))
}

async fn find_all(db: Arc<Db>, lookups: Vec<Lookup>) -> Result<Vec<Option<LiveSession>>> {
    match &*db {
        Db::Sqlite(db) => db.look_up(move |connection| sqlite::find_all(connection, &lookups)).await,
        Db::Postgres(db) => db.look_up(move |conn| postgres::find_all(conn, &lookups)).await,
    }
}

#[async_trait]
impl SessionStore for Gathered {
    async fn create(&self, session: NewSession) -> Result<bool> {
        let _creating = self.creating.read().await;
        self.create.submit(session).instrument(span(self.db.kind(), "create")).await
    }

    async fn find(&self, lookup: Lookup) -> Result<Option<LiveSession>> {
        self.find.submit(lookup).instrument(span(self.db.kind(), "look_up")).await
    }

    async fn end_all(&self, app: i64, now: i64) -> Result<bool> {
        let ended = self.db.write(move |conn| shared::end_all(conn, app, now)).await?;
        self.settle().await;
        Ok(ended)
    }

    async fn settle(&self) {
        drop(self.creating.write().await);
    }

    fn scan(&self, scan: &Scan, visitor: &mut Visitor<'_>) -> Result<()> {
        match &*self.db {
            Db::Sqlite(db) => sqlite::scan(db, scan, visitor),
            Db::Postgres(db) => postgres::scan(db, scan, visitor),
        }
    }
}
