//! Asking why, and what was refused lately.

use claviger_domain::{ClientAddress, is_same_subscriber};
use claviger_store::{Conn, StoreError, tries};

use super::{
    super::ManageError,
    judge, state,
    tried::{Tried, named},
    verdict::{Subject, Verdict},
};
use crate::{
    App, Service, ServiceError,
    shared::attempts::{Attempt, Standing},
};

impl Service {
    /// Why a user or a license works or does not. What only this node knows, failures that pause a login, is of this
    /// node.
    ///
    /// # Errors
    /// When there is no such user or license, or the database fails.
    pub async fn why(&self, app: &App, subject: Subject) -> Result<Verdict, ManageError> {
        // Tries of a moment ago belong to it.
        self.write_tries().await?;
        let (id, now) = (app.id, self.clock.now());
        let read = move |conn: &mut Conn<'_>| state::read(conn, id, subject, now);
        let mut state = self.store.db().read(read).await?.ok_or_else(|| unknown(subject))?;
        let client = state.client();
        let ip = client.ip.map_or(ClientAddress::Unknown, ClientAddress::Known);
        if app.settings.vpn_block && client.ip.is_some() {
            state.vpn = self.is_vpn(app, ip).await?;
        }
        if let Some(user) = &state.user {
            let last = user.ip.as_deref();
            let known = client.ip.is_some_and(|ip| last.is_some_and(|last| is_same_subscriber(last, ip)));
            let standing = if known { Standing::Known } else { Standing::Familiar };
            let attempt = Attempt { app: app.id, username: Some(&user.username), ip, standing };
            state.paused = self.attempts.pauses(attempt, client.ip.is_some(), now);
        }
        Ok(judge::verdict(app, subject, state, &client, now))
    }

    /// The latest tries to sign in that were refused, at most `limit`, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest_failures(&self, app: &App, limit: i64) -> Result<Vec<Tried>, ServiceError> {
        let app = app.id;
        let read = move |conn: &mut Conn<'_>| {
            let refused = tries::latest_refused(conn, app, limit)?;
            named(conn, app, refused)
        };
        Ok(self.store.db().read::<_, StoreError, _>(read).await?)
    }
}

fn unknown(subject: Subject) -> ManageError {
    match subject {
        Subject::User(id) => ManageError::unknown("user", &id.to_string()),
        Subject::License(id) => ManageError::unknown("license", &id.to_string()),
    }
}
