//! Banning users, and lifting bans.

use claviger_store::{
    Conn, StoreError, access,
    user_bans::{self, Lift, UserBan},
    users::User,
};

use super::super::{
    ManageError,
    checks::{REASON_MAX, check_line},
};
use crate::{
    App, Service,
    program::accounts::{Ban, ban},
};

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
            ban::carry_out(conn, app, &ban, now).map(drop)
        })
        .await
    }

    /// Lifts all bans of a user, also those along with a license, which stays banned itself, and what they blacklisted;
    /// `false` when the user is not banned.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn unban_username(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        self.with_user(app, username, |conn, app, user| lift_ban(conn, app, user, Lift::All)).await
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

/// Lifts bans of a user, and what they blacklisted, unless it is there for another reason too; with the last of them
/// all that was. `false` when there are none of these.
pub(crate) fn lift_ban(conn: &mut Conn<'_>, app: i64, user: &User, which: Lift) -> Result<bool, StoreError> {
    if !user_bans::lift(conn, app, user.id, which)? {
        return Ok(false);
    }
    // Nobody noted of old entries which of the user's bans they came with.
    let free = user_bans::of_user(conn, app, user.id)?.is_empty();
    access::unblacklist_for(conn, app, user.id, if free { Lift::All } else { which })?;
    Ok(true)
}
