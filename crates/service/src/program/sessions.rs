//! Sessions: begin, find, end.

use std::sync::Arc;

use claviger_domain::{MAX_SESSION_SECONDS, SessionId, SigningKey};
use claviger_store::sessions::{LiveSession, Lookup, NewSession, SessionUser, shared};

use crate::{App, Service, ServiceError};

/// What a program tells when it starts a session.
#[derive(Clone, Debug)]
pub struct Init<'a> {
    /// Version of the Client API: 10, 11, 12 or 13.
    pub api: i64,
    /// Address of the client.
    pub ip: &'a str,
    /// The client's nonce, where it sent one.
    pub enckey: Option<&'a str>,
    /// The program's version, where it told one.
    pub version: Option<&'a str>,
}

/// Whose reply is to be signed.
#[derive(Clone, Copy, Debug)]
pub enum Asking<'a> {
    /// A program that starts.
    Init {
        /// Its version, where it told one.
        version: Option<&'a str>,
    },
    /// One that names a session.
    Session(&'a str),
}

/// A session that lives.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// What the database knows of it and of its user.
    pub state: LiveSession,
}

impl Session {
    /// Who is signed in, if nothing keeps him from what needs a login.
    pub fn signed_in(&self) -> Option<&SessionUser> {
        self.state.user.as_ref().filter(|user| user.banned.is_none() && user.subscribed)
    }
}

impl Service {
    /// A former key pair that must sign in place of the newest: of a program that was built with it, by the version that its
    /// `init` tells, or of a session of such a program.
    pub fn former_signing_key(&self, app: &App, asked: Asking<'_>) -> Option<Arc<SigningKey>> {
        if self.options.single_signing_key || app.key_pairs.former().is_empty() {
            return None;
        }
        let now_ms = self.clock.now_ms();
        Some(match asked {
            Asking::Init { version } => app.key_pairs.for_version(version, now_ms).clone(),
            Asking::Session(id) => app.key_pairs.for_session(&SessionId::parse(id)?, now_ms).clone(),
        })
    }

    /// Whether an application may have one more session in which nobody is signed in. Counted about once a minute, so that
    /// beginning a session costs no more for it.
    pub fn has_room_for_session(&self, app: &App) -> bool {
        app.tally.strangers() < self.options.shares.anonymous_sessions.into()
    }

    /// Begins a session; returns once it is on disk. `None` when the application is gone meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_session(&self, app: &App, init: Init<'_>) -> Result<Option<SessionId>, ServiceError> {
        let now_ms = self.clock.now_ms();
        let id = SessionId::generate(now_ms, &*self.random);
        let id = app.key_pairs.mark(id, init.version, now_ms);
        let session = NewSession {
            app: app.id,
            id,
            expires: (now_ms / 1000) as i64 + app.settings.session_seconds.clamp(1, MAX_SESSION_SECONDS),
            api: init.api,
            ip: init.ip.into(),
            enckey: init.enckey.map(String::from),
        };
        let created = self.store.sessions().create(session).await?;
        if created {
            app.tally.init(init.api);
        }
        Ok(created.then_some(id))
    }

    /// Finds a live session of an application that was begun on the same version of the Client API, and along with it
    /// the value of a variable of its user, where one is named.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_session(
        &self,
        app: &App,
        id: &str,
        api: i64,
        variable: Option<&str>,
    ) -> Result<Option<Session>, ServiceError> {
        let Some(id) = SessionId::parse(id) else { return Ok(None) };
        let lookup = Lookup { app: app.id, id, now: self.clock.now(), variable: variable.map(String::from) };
        let found = self.store.sessions().find(lookup).await?;
        Ok(found.filter(|state| state.api == api).map(|state| Session { id, state }))
    }

    /// Ends a session: kill and logout. `false` when no such session lived; of two at once, one gets `true`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&self, app: &App, id: &str) -> Result<bool, ServiceError> {
        let Some(id) = SessionId::parse(id) else { return Ok(false) };
        let (app, now) = (app.id, self.clock.now());
        Ok(self.store.db().write(move |conn| shared::end(conn, app, &id, now)).await?)
    }

    /// Ends all sessions of an application. `false` when none lived.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_all_sessions(&self, app: &App) -> Result<bool, ServiceError> {
        let ended = self.store.sessions().end_all(app.id, self.clock.now()).await?;
        app.tally.ended();
        Ok(ended)
    }
}
