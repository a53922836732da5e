//! The hot path on either database: concurrent requests are gathered, and each database carries them out in its way.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::RwLock;

use super::{
    shared,
    store::{LiveSession, Lookup, NewSession, Scan, SessionStore, Visitor},
};
use crate::{Db, Result, gather::Gather};

/// How a database walks over sessions.
type Walk = fn(&Db, &Scan, &mut Visitor<'_>) -> Result<()>;

pub(super) struct Gathered {
    db: Arc<Db>,
    create: Arc<Gather<NewSession, bool>>,
    /// Read by every creation until it is answered.
    creating: RwLock<()>,
    find: Arc<Gather<Lookup, Option<LiveSession>>>,
    walk: Walk,
}

impl Gathered {
    pub(super) fn new(
        db: Arc<Db>,
        create: Arc<Gather<NewSession, bool>>,
        find: Arc<Gather<Lookup, Option<LiveSession>>>,
        walk: Walk,
    ) -> Self {
        Self { db, create, creating: RwLock::new(()), find, walk }
    }
}

#[async_trait]
impl SessionStore for Gathered {
    async fn create(&self, session: NewSession) -> Result<bool> {
        let _creating = self.creating.read().await;
        self.create.submit(session).await
    }

    async fn find(&self, lookup: Lookup) -> Result<Option<LiveSession>> {
        self.find.submit(lookup).await
    }

    async fn end_all(&self, app: i64, now: i64) -> Result<bool> {
        let ended = self.db.write(move |conn| shared::end_all(conn, app, now)).await?;
        drop(self.creating.write().await);
        Ok(ended)
    }

    fn scan(&self, scan: &Scan, visitor: &mut Visitor<'_>) -> Result<()> {
        (self.walk)(&self.db, scan, visitor)
    }
}
