//! Looking for what was pasted.

use std::{ops::ControlFlow, sync::Arc};

use claviger_domain::{Network, SessionId};
use claviger_store::{
    StoreError,
    sessions::{Lookup, Scan},
};

use super::{
    super::{ManageError, listing::is_from, why::Subject},
    forms,
    found::{Found, How, Match},
    look,
};
use crate::{App, Service};

/// Sessions that are told of an address.
const SESSIONS_TOLD: usize = 20;
/// Sessions that are looked at for it, the oldest ones: there is no index by address.
const SESSIONS_READ: usize = 200_000;

impl Service {
    /// Finds users, licenses, sessions, tries and entries of the blacklist by a name, a key, an e-mail address, a session,
    /// an address or network, or a device, with or without words around it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(self: &Arc<Self>, app: &App, text: &str) -> Result<Found, ManageError> {
        let text = forms::cleaned(text);
        let spellings = forms::spellings(&text);
        if spellings.is_empty() {
            return Ok(Found::default());
        }
        let mut found = self.find_session_of(app, &spellings).await?;
        if found.is_empty() {
            let emails = spellings.iter().filter(|text| text.contains('@'));
            let hashes = emails.map(|email| self.email_hashes(email)).collect();
            let wanted = look::Wanted { spellings: spellings.clone(), words: forms::words(&text), hashes };
            let (app, now) = (app.id, self.clock.now());
            // Tries of a moment ago belong to it.
            self.write_tries().await?;
            found = self.store.db().read(move |conn| look::exact(conn, app, &wanted, now)).await?;
        }
        if let Some(network) = spellings.iter().find_map(|text| text.parse::<Network>().ok()) {
            let sessions = self.sessions_at(app, network).await?;
            let users: Vec<Subject> = found.iter().filter_map(Match::subject).collect();
            let new = |one: &Match| one.subject().is_none_or(|subject| !users.contains(&subject));
            found.extend(sessions.into_iter().filter(new));
        }
        let mut close = Vec::new();
        if found.is_empty() {
            let (app, wanted) = (app.id, spellings.clone());
            close = self.store.db().read(move |conn| look::beginnings(conn, app, &wanted)).await?;
        }
        Ok(Found { looked_for: spellings, matches: found, close })
    }

    /// The user of a live session, or the session where nobody is signed in.
    async fn find_session_of(&self, app: &App, spellings: &[String]) -> Result<Vec<Match>, ManageError> {
        let Some(id) = spellings.iter().find_map(|text| SessionId::parse(text)) else {
            return Ok(Vec::new());
        };
        let lookup = Lookup { app: app.id, id, now: self.clock.now(), variable: None };
        let Some(session) = self.store.sessions().find(lookup).await? else { return Ok(Vec::new()) };
        Ok(vec![match session.user {
            Some(user) => Match::User { id: user.id, name: user.credential, how: How::Session },
            None => Match::Session { id: id.to_string(), ip: session.ip },
        }])
    }

    /// Live sessions from an address or network, each user once.
    async fn sessions_at(self: &Arc<Self>, app: &App, network: Network) -> Result<Vec<Match>, ManageError> {
        let permit = self.walk_permit(app.id).await?;
        let sessions = self.store.shared_sessions();
        let scan = Scan { app: app.id, now: self.clock.now(), after: None, user: None, validated: None };
        let walk = move || {
            let (_permit, mut found, mut read) = (permit, Vec::new(), 0);
            sessions.scan(&scan, &mut |row| {
                read += 1;
                if is_from(row.ip, network) {
                    found.push((row.id.to_owned(), row.ip.to_owned(), row.credential.map(String::from)));
                }
                let enough = found.len() >= SESSIONS_TOLD || read >= SESSIONS_READ;
                if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            Ok::<_, StoreError>(found)
        };
        let walked = tokio::task::spawn_blocking(walk).await.map_err(|_| StoreError::Closed)??;
        let app = app.id;
        Ok(self.store.db().read(move |conn| look::of_sessions(conn, app, walked)).await?)
    }
}
