//! Ending the sessions of a user, of an address or a network.

use std::ops::ControlFlow;

use claviger_domain::{Network, SessionId};
use claviger_store::{
    Conn, StoreError,
    sessions::{Scan, shared},
    users,
};

use super::listing::is_from;
use crate::{App, Service, ServiceError};

/// Sessions that are looked for before those that were found are ended.
const BATCH: usize = 10_000;
/// Sessions that are ended in one transaction, as the sweeper does it.
const SLICE: usize = 200;

/// Whose sessions to end. With both, those of the user that began there.
#[derive(Clone, Debug, Default)]
pub struct Whose {
    /// Name of the user, in any case.
    pub user: Option<String>,
    /// Address or network.
    pub ip: Option<Network>,
}

impl Service {
    /// Ends all live sessions of a user, or begun from an address or network; returns how many. None when neither is
    /// named. Sessions whose `init` came before, on this node, are among them.
    ///
    /// A user's sessions are found by an index. For an address all sessions of the application are read, since sessions
    /// have no index by address: each `init` would have to pay for it.
    ///
    /// # Errors
    /// When the database fails. Some sessions may have ended then.
    pub async fn end_sessions_of(&self, app: &App, whose: Whose) -> Result<u64, ServiceError> {
        match whose {
            Whose { user: Some(name), ip } => self.end_sessions_of_user(app.id, name, ip).await,
            Whose { user: None, ip: Some(net) } => self.end_sessions_from(app.id, net).await,
            Whose { user: None, ip: None } => Ok(0),
        }
    }

    async fn end_sessions_of_user(
        &self,
        app: i64,
        name: String,
        ip: Option<Network>,
    ) -> Result<u64, ServiceError> {
        let now = self.clock.now();
        let end = move |conn: &mut Conn<'_>| {
            // Who signs in meanwhile has the user locked, so that sign-in is waited for.
            let Some(user) = users::lock_by_name(conn, app, &name)? else { return Ok(0) };
            let sessions = shared::of_user(conn, app, user.id, now)?;
            let wanted = sessions.iter().filter(|(_, address)| ip.is_none_or(|net| is_from(address, net)));
            let ids: Vec<SessionId> = wanted.map(|(id, _)| *id).collect();
            shared::end_each(conn, app, &ids, now)
        };
        Ok(self.store.db().write::<_, StoreError, _>(end).await?)
    }

    async fn end_sessions_from(&self, app: i64, net: Network) -> Result<u64, ServiceError> {
        self.store.sessions().settle().await;
        let now = self.clock.now();
        let (mut ended, mut after) = (0, None);
        loop {
            let found = self.sessions_from(app, net, after, now).await?;
            for slice in found.chunks(SLICE) {
                let ids = slice.to_vec();
                let end = move |conn: &mut Conn<'_>| shared::end_each(conn, app, &ids, now);
                ended += self.store.db().write::<_, StoreError, _>(end).await?;
            }
            if found.len() < BATCH {
                return Ok(ended);
            }
            after = found.last().copied();
        }
    }

    /// The next live sessions from a network, at most [`BATCH`].
    async fn sessions_from(
        &self,
        app: i64,
        net: Network,
        after: Option<SessionId>,
        now: i64,
    ) -> Result<Vec<SessionId>, ServiceError> {
        let _permit = self.listings.acquire().await.map_err(|_| StoreError::Closed)?;
        let sessions = self.store.shared_sessions();
        let walk = move || {
            let mut found = Vec::new();
            sessions.scan(&Scan { app, now, after, user: None, validated: None }, &mut |row| {
                found.extend(SessionId::parse(row.id).filter(|_| is_from(row.ip, net)));
                if found.len() < BATCH { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            Ok::<_, StoreError>(found)
        };
        let walked = tokio::task::spawn_blocking(walk).await;
        Ok(walked
            .map_err(|error| ServiceError::System(format!("a walk over sessions ended early: {error}")))??)
    }
}
