//! Banning users, and lifting bans.

use claviger_store::{
    bans::{self, Ban},
    user_bans::{self, Lift, UserBan},
};

use super::super::{
    ManageError,
    checks::{REASON_MAX, check_line},
};
use crate::{App, Service};

impl Service {
    /// Bans a user: the devices go to the blacklist, the token is refused, all sessions end. The address of the last login
    /// goes there too if `with_ip`, or where that is not said, the application, wants it.
    ///
    /// # Errors
    /// When there is none, the reason is empty or too long, or the database fails.
    pub async fn ban_username(
        &self,
        app: &App,
        username: &str,
        reason: &str,
        with_ip: Option<bool>,
    ) -> Result<(), ManageError> {
        let (reason, now) = (check_line("the reason", reason, REASON_MAX)?, self.clock.now());
        let with_ip = with_ip.unwrap_or(app.settings.ban_blacklists_ip);
        self.with_user(app, username, move |conn, app, user| {
            let ip = user.ip.clone().filter(|_| with_ip);
            let ban = Ban { user: user.id, license: None, reason, hwid: None, ip, by_program: false };
            bans::carry_out(conn, app, &ban, now).map(drop)
        })
        .await
    }

    /// Lifts all bans of a user, also those along with a license, which stays banned itself, and what they blacklisted;
    /// `false` when the user is not banned.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn unban_username(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        self.with_user(app, username, |conn, app, user| bans::lift(conn, app, user, Lift::All)).await
    }

    /// Why a user is banned, newest ban first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bans_of_user(&self, app: &App, user: i64) -> Result<Vec<UserBan>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| user_bans::of_user(conn, app, user)).await?)
    }
}
