//! Ending the sessions that are meant by a filter: of a user, of an address or a network, some that were chosen.

use std::{ops::ControlFlow, time::Duration};

use claviger_domain::SessionId;
use claviger_store::{
    Conn, StoreError,
    sessions::{
        Wanted,
        pages::{self, Order, Patience, Walk},
        shared,
    },
    users,
};

use super::session_page::Whose;
use crate::{App, Service, ServiceError, shared::watching::Number};

/// Sessions that are looked for before those that were found are ended.
const BATCH: usize = 10_000;
/// How long they are looked for in one snapshot of the database.
const SNAPSHOT: Patience = Patience { sessions: u64::MAX, time: Duration::from_secs(1) };
/// Sessions that are ended in one transaction, as the sweeper does it.
const SLICE: usize = 200;
/// Of all sessions that are ended at once, so many are counted.
const COUNTED: i64 = 10_000;

impl Service {
    /// Ends all live sessions that are meant; returns how many. None when there is no condition. Sessions whose `init` came
    /// before, on this node, are among them.
    ///
    /// A user's sessions are found by an index. For an address all sessions of the application are read, since sessions
    /// have no index by address: each `init` would have to pay for it. Very many are ended in many transactions.
    ///
    /// # Errors
    /// When the database fails. Some sessions may have ended then.
    pub async fn end_sessions_of(&self, app: &App, whose: Whose) -> Result<u64, ServiceError> {
        if whose.is_everybody() {
            return Ok(0);
        }
        match whose {
            Whose { user: Some(name), ids: None, ip, signed_in, text } if !name.contains('\0') => {
                let wanted = Wanted { ids: None, user: None, from: ip, signed_in, text };
                self.end_sessions_of_user(app.id, name, wanted).await
            }
            whose => {
                let ids = whose.ids.clone();
                let Some(wanted) = self.wanted(app.id, whose).await? else { return Ok(0) };
                match ids {
                    Some(ids) => self.end_each(app.id, &ids, &Wanted { ids: None, ..wanted }).await,
                    None => self.end_wanted(app.id, wanted).await,
                }
            }
        }
    }

    /// Ends all live sessions of an application in one small change; returns how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_everybodys_sessions(&self, app: &App) -> Result<Number, ServiceError> {
        let (id, now) = (app.id, self.clock.now());
        let end = move |conn: &mut Conn<'_>| {
            if !shared::end_all(conn, id, now)? {
                return Ok(0);
            }
            // Of the generation before: nobody adds to it any more.
            pages::count_former_up_to(conn, id, now, COUNTED + 1)
        };
        let ended = self.store.db().write::<_, StoreError, _>(end).await?;
        self.store.sessions().settle().await;
        app.tally.ended();
        Ok(match ended {
            ended if ended > COUNTED => Number::AtLeast(COUNTED as u64),
            ended => Number::Exactly(ended as u64),
        })
    }

    async fn end_sessions_of_user(
        &self,
        app: i64,
        name: String,
        wanted: Wanted,
    ) -> Result<u64, ServiceError> {
        let now = self.clock.now();
        let end = move |conn: &mut Conn<'_>| {
            // Who signs in meanwhile has the user locked, so that sign-in is waited for.
            let Some(user) = users::lock_by_name(conn, app, &name)? else { return Ok(0) };
            let sessions = pages::of_user(conn, app, user.id, now, i64::MAX)?;
            let wanted = sessions.iter().filter(|session| wanted.admits(session));
            let ids: Vec<SessionId> = wanted.map(|session| session.id).collect();
            shared::end_each(conn, app, &ids, now)
        };
        Ok(self.store.db().write::<_, StoreError, _>(end).await?)
    }

    async fn end_wanted(&self, app: i64, wanted: Wanted) -> Result<u64, ServiceError> {
        self.store.sessions().settle().await;
        let (mut ended, mut after) = (0, None);
        loop {
            let (found, further) = self.sessions_wanted(app, wanted.clone(), after).await?;
            ended += self.end_each(app, &found, &wanted).await?;
            if further.is_none() {
                return Ok(ended);
            }
            after = further;
        }
    }

    /// The next live sessions that are wanted, at most [`BATCH`], the oldest first, and after which session it goes on.
    async fn sessions_wanted(
        &self,
        app: i64,
        wanted: Wanted,
        after: Option<SessionId>,
    ) -> Result<(Vec<SessionId>, Option<SessionId>), ServiceError> {
        let permit = self.walk_permit(app).await?;
        let (order, patience) = (Order::Oldest, SNAPSHOT);
        let walk = Walk { app, now: self.clock.now(), wanted, order, after, patience };
        let find = move |conn: &mut Conn<'_>| {
            let (_permit, mut found) = (permit, Vec::new());
            let walked = pages::walk(conn, &walk, &mut |session| {
                found.push(session.id);
                if found.len() < BATCH { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            let last = found.last().copied().filter(|_| found.len() == BATCH);
            Ok::<_, StoreError>((found, last.or(walked.stopped)))
        };
        Ok(self.store.read_apart(find).await?)
    }

    /// Ends those of some sessions that are wanted still: who has signed in meanwhile is spared where that counts.
    async fn end_each(&self, app: i64, ids: &[SessionId], wanted: &Wanted) -> Result<u64, ServiceError> {
        let (mut ended, now) = (0, self.clock.now());
        for slice in ids.chunks(SLICE) {
            let (slice, wanted) = (slice.to_vec(), wanted.clone());
            let end = move |conn: &mut Conn<'_>| {
                let mut found = pages::by_ids(conn, app, &slice, now, true)?;
                found.retain(|session| wanted.admits(session));
                let ids: Vec<SessionId> = found.iter().map(|session| session.id).collect();
                shared::end_each(conn, app, &ids, now)
            };
            ended += self.store.db().write::<_, StoreError, _>(end).await?;
        }
        Ok(ended)
    }
}
