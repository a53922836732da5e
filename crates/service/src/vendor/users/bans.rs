//! Banning users, and lifting bans.

use claviger_domain::HwidList;
use claviger_store::{
    Conn, StoreError, access,
    user_bans::{self, Lift, UserBan},
    users::User,
};

use super::super::{
    ManageError,
    checks::{REASON_MAX, check_length},
};
use crate::{
    App, Service,
    program::accounts::{Ban, ban},
};

impl Service {
    /// Bans a user: the devices and the address of the last login go to the blacklist, the token is refused, all
    /// sessions end.
    ///
    /// # Errors
    /// When there is none, the reason is empty or too long, or the database fails.
    pub async fn ban_username(&self, app: &App, username: &str, reason: &str) -> Result<(), ManageError> {
        check_length("the reason", reason, REASON_MAX)?;
        let (reason, now) = (reason.to_owned(), self.clock.now());
        self.with_user(app, username, move |conn, app, user| {
            let ban = Ban { user: user.id, license: None, reason, hwid: None, ip: user.ip.clone() };
            ban::carry_out(conn, app, &ban, now).map(drop)
        })
        .await
    }

    /// Lifts all bans of a user, also those along with a license, which stays banned itself, and the blacklisting of the
    /// user's devices and address here; `false` when the user is not banned.
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

/// Lifts bans of a user, and with the last of them the blacklisting of the user's devices and address. `false` when there
/// are none of these.
pub(crate) fn lift_ban(conn: &mut Conn<'_>, app: i64, user: &User, which: Lift) -> Result<bool, StoreError> {
    if !user_bans::lift(conn, app, user.id, which)? {
        return Ok(false);
    }
    if !user_bans::of_user(conn, app, user.id)?.is_empty() {
        return Ok(true);
    }
    access::unblacklist_for(conn, app, user.id)?;
    for hwid in HwidList::from_stored(user.hwids.as_deref()).iter() {
        access::unblacklist(conn, app, access::HWID, hwid)?;
    }
    if let Some(ip) = &user.ip {
        access::unblacklist(conn, app, access::IP, ip)?;
    }
    Ok(true)
}
