//! What is done with sessions on the hot path, and what they are there.

use std::ops::ControlFlow;

use async_trait::async_trait;
use claviger_domain::SessionId;

use crate::Result;

/// A session to be created.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The application.
    pub app: i64,
    /// Its id, just drawn.
    pub id: SessionId,
    /// When it ends, in Unix seconds.
    pub expires: i64,
    /// Version of the Client API it belongs to, as the store numbers them: 10, 11, 12, 13.
    pub api: i64,
    /// Address of the client.
    pub ip: String,
    /// The client's nonce, where it sent one.
    pub enckey: Option<String>,
}

/// A session that lives, with what must be known of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveSession {
    /// When it ends, in Unix seconds.
    pub expires: i64,
    /// Version of the Client API: 10, 11, 12, 13.
    pub api: i64,
    /// Address of the client at `init`.
    pub ip: String,
    /// The client's nonce, where it sent one.
    pub enckey: Option<String>,
    /// Who signed in, if anybody did.
    pub user: Option<SessionUser>,
    /// The value of the user's variable that the look-up named, if there is one.
    pub variable: Option<String>,
}

/// The user of a session, as of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionUser {
    /// The user's number in the application.
    pub id: i64,
    /// Name at sign-in.
    pub credential: String,
    /// Reason of the user's ban, if there is one.
    pub banned: Option<String>,
    /// Whether a subscription of the user runs.
    pub subscribed: bool,
}

/// Which session to look up, and when.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// The application it must belong to.
    pub app: i64,
    /// Its id.
    pub id: SessionId,
    /// Unix seconds; a session that ends by then is dead.
    pub now: i64,
    /// A variable of the session's user to be read along.
    pub variable: Option<String>,
}

/// Which sessions to walk over.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The application.
    pub app: i64,
    /// Unix seconds; sessions that end by then are left out.
    pub now: i64,
    /// Only sessions created after this one.
    pub after: Option<SessionId>,
    /// Only sessions of the user of this number.
    pub user: Option<i64>,
    /// Only sessions that are, or are not, signed in.
    pub validated: Option<bool>,
}

/// A session met on a walk.
#[derive(Clone, Copy, Debug)]
pub struct ScanRow<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it ends, in Unix seconds.
    pub expires: i64,
    /// Version of the Client API: 10, 11, 12, 13.
    pub api: i64,
    /// Address of the client at `init`.
    pub ip: &'a str,
    /// Who signed in, if anybody did.
    pub credential: Option<&'a str>,
}

/// Called with each session of a walk; `Break` ends it.
pub type Visitor<'v> = dyn FnMut(ScanRow<'_>) -> ControlFlow<()> + 'v;

/// What is done with sessions on the hot path. Ids belong to one application; a session of another is not found.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Creates a session; returns once it is on disk. `false` when its application is gone.
    async fn create(&self, session: NewSession) -> Result<bool>;

    /// Finds a session that lives: neither expired nor ended, and of its application's current generation.
    async fn find(&self, lookup: Lookup) -> Result<Option<LiveSession>>;

    /// Ends all sessions of an application; `false` when none lived. Returns after every creation on this node that
    /// came before it, so that a session whose creation returns later lives.
    async fn end_all(&self, app: i64, now: i64) -> Result<bool>;

    /// Returns after every creation on this node that came before it.
    async fn settle(&self);

    /// Walks over live sessions, oldest first, in one snapshot and in bounded memory. Runs on the caller's thread,
    /// for as long as the visitor takes: give it a thread of its own.
    fn scan(&self, scan: &Scan, visitor: &mut Visitor<'_>) -> Result<()>;
}
