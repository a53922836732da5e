//! Bans of users: `ban`, with which a program that noticed tampering bans its own user.

pub use claviger_store::bans::Ban;
use claviger_store::bans::carry_out;

use crate::{App, Service, ServiceError};

impl Service {
    /// Bans a user: devices and address go to the blacklist, the token is refused, all sessions end. `false` when the
    /// user is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ban_user(&self, app: &App, ban: Ban) -> Result<bool, ServiceError> {
        let (app, now) = (app.id, self.clock.now());
        Ok(self.store.db().write(move |conn| carry_out(conn, app, &ban, now)).await?)
    }
}
