//! A page of a table of live sessions: filtered, in either direction, quick however many there are.

use std::{ops::ControlFlow, time::Duration};

use claviger_domain::{Network, SessionId};
use claviger_store::{
    Conn, StoreError,
    sessions::{
        Listed, Wanted,
        pages::{self, Order, Patience, Walk, Walked},
    },
    users,
};

use crate::{
    App, Service, ServiceError,
    shared::{live::count_live, watching::Number},
};

/// What one of the general readers does of a walk; what takes more gets a thread of its own.
const QUICK: Patience = Patience { sessions: 2000, time: Duration::from_millis(20) };
/// How long a page may take: a filter that matches nothing goes through millions of sessions for nothing.
const PATIENT: Patience = Patience { sessions: u64::MAX, time: Duration::from_millis(180) };
/// How long counting what a filter matches may take.
const COUNTING: Patience = Patience { sessions: u64::MAX, time: Duration::from_millis(700) };

/// Which sessions are meant: all conditions that are there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// Name of the user, in any case.
    pub user: Option<String>,
    /// Address or network.
    pub ip: Option<Network>,
    /// Whether somebody is signed in.
    pub signed_in: Option<bool>,
    /// Text in the id, or in the name of the user, there in any case.
    pub text: Option<String>,
    /// Only some of these.
    pub ids: Option<Vec<SessionId>>,
}

impl Whose {
    /// Whether there is no condition.
    pub fn is_everybody(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// With the first session.
    #[default]
    Start,
    /// After this one.
    After(SessionId),
    /// It ends before this one.
    Before(SessionId),
}

/// Which page of sessions is wanted.
#[derive(Clone, Debug, Default)]
pub struct SessionQuery {
    /// Which sessions.
    pub whose: Whose,
    /// In which order.
    pub order: Order,
    /// Where it begins.
    pub place: Place,
    /// Rows at most.
    pub limit: usize,
}

/// A page of live sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionPage {
    /// The sessions, in the order that was asked for.
    pub rows: Vec<Listed>,
    /// The next page begins after this session; `None`: this is the last one.
    pub next: Option<SessionId>,
    /// The page before ends before this session; `None`: this is the first one.
    pub previous: Option<SessionId>,
    /// So many sessions were looked at, and then it took too long: the next page goes on from there.
    pub looked: Option<u64>,
}

impl Service {
    /// A page of live sessions.
    ///
    /// A user's sessions are found by an index, and so are those whose ids are given; for all else the sessions of the
    /// application are walked, in the order of the page, until it is full or [`SessionPage::looked`] tells how far it got.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_page(&self, app: &App, query: SessionQuery) -> Result<SessionPage, ServiceError> {
        let Some(wanted) = self.wanted(app.id, query.whose.clone()).await? else {
            return Ok(SessionPage::default());
        };
        let (after, backwards) = match query.place {
            Place::Start => (None, false),
            Place::After(id) => (Some(id), false),
            Place::Before(id) => (Some(id), true),
        };
        let order = if backwards { query.order.reversed() } else { query.order };
        let walk = Walk { app: app.id, now: self.clock.now(), wanted, order, after, patience: QUICK };
        // One more tells whether there is a next page.
        let (mut rows, walked) = self.walk(walk, query.limit.saturating_add(1)).await?;
        if backwards && walked.stopped.is_none() && rows.len() <= query.limit {
            // What is before makes no whole page: the first one is more useful.
            let query = SessionQuery { place: Place::Start, ..query };
            return Box::pin(self.session_page(app, query)).await;
        }
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let looked = walked.stopped.map(|_| walked.looked);
        let further = if more { rows.last().map(|row| row.id) } else { walked.stopped };
        if !backwards {
            let previous = after.and(rows.first().map(|row| row.id).or(after));
            return Ok(SessionPage { next: further, previous, looked, rows });
        }
        rows.reverse();
        let next = rows.last().map(|row| row.id).or(after);
        Ok(SessionPage {
            next,
            previous: rows.first().map(|row| row.id).filter(|_| more).or(further),
            looked,
            rows,
        })
    }

    /// The first sessions of a walk: on a general reader while that is quick, else on a thread of its own.
    async fn walk(&self, walk: Walk, limit: usize) -> Result<(Vec<Listed>, Walked), ServiceError> {
        let quick = walk.clone();
        let (mut rows, mut walked) = self.store.db().read(move |conn| first_of(conn, &quick, limit)).await?;
        let Some(stopped) = walked.stopped else { return Ok((rows, walked)) };
        let permit = self.walk_permit(walk.app).await?;
        let (wanted, looked) = (limit - rows.len(), walked.looked);
        let rest = Walk { after: Some(stopped), patience: PATIENT, ..walk };
        let walk = move |conn: &mut Conn<'_>| {
            let _permit = permit;
            first_of(conn, &rest, wanted)
        };
        let more = self.store.read_apart(walk).await?;
        rows.extend(more.0);
        walked = Walked { looked: looked + more.1.looked, ..more.1 };
        Ok((rows, walked))
    }

    /// The conditions in the store's words; `None` when no session can be meant, since nobody is called so.
    pub(super) async fn wanted(&self, app: i64, whose: Whose) -> Result<Option<Wanted>, ServiceError> {
        let Whose { user, ip, signed_in, text, ids } = whose;
        // No id and no name has it, and PostgreSQL takes no such text.
        if [&user, &text].into_iter().flatten().any(|text| text.contains('\0')) {
            return Ok(None);
        }
        let user = match user {
            None => None,
            Some(name) => {
                let find = move |conn: &mut Conn<'_>| users::by_name(conn, app, &name);
                match self.store.db().read::<_, StoreError, _>(find).await? {
                    Some(user) => Some(user.id),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Wanted { ids, user, from: ip, signed_in, text }))
    }

    /// What tells whether a session is meant; `None`: none can be, since nobody is called so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session_filter(&self, app: &App, whose: Whose) -> Result<Option<Wanted>, ServiceError> {
        self.wanted(app.id, whose).await
    }

    /// How many sessions live. Very many are not counted each time: then it is what was counted in the last minutes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_sessions(&self, app: &App) -> Result<Number, ServiceError> {
        let (id, now) = (app.id, self.clock.now());
        Ok(self.store.db().read(move |conn| count_live(conn, id, now)).await?)
    }

    /// How many live sessions are meant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_sessions(&self, app: &App, whose: Whose) -> Result<Number, ServiceError> {
        if whose.is_everybody() {
            return self.live_sessions(app).await;
        }
        let Some(wanted) = self.wanted(app.id, whose).await? else { return Ok(Number::Exactly(0)) };
        let order = Order::Newest;
        let walk =
            Walk { app: app.id, now: self.clock.now(), wanted, order, after: None, patience: COUNTING };
        let permit = self.walk_permit(app.id).await?;
        let count = move |conn: &mut Conn<'_>| {
            let (_permit, mut counted) = (permit, 0);
            let walked = pages::walk(conn, &walk, &mut |_| {
                counted += 1;
                ControlFlow::Continue(())
            })?;
            Ok::<_, StoreError>(match walked.stopped {
                None => Number::Exactly(counted),
                Some(_) => Number::AtLeast(counted),
            })
        };
        Ok(self.store.read_apart(count).await?)
    }
}

fn first_of(conn: &mut Conn<'_>, walk: &Walk, limit: usize) -> Result<(Vec<Listed>, Walked), StoreError> {
    let mut rows = Vec::new();
    let walked = pages::walk(conn, walk, &mut |session| {
        rows.push(session);
        if rows.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok((rows, walked))
}
