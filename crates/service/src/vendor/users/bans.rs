//! Banning users, and lifting bans.

use claviger_domain::HwidList;
use claviger_store::{
    Conn, StoreError, access, tokens,
    users::{self, User},
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
    /// Bans a user: the devices and the address of the last login go to the blacklist, the token is banned, all
    /// sessions end.
    ///
    /// # Errors
    /// When there is none, the reason is empty or too long, or the database fails.
    pub async fn ban_username(&self, app: &App, username: &str, reason: &str) -> Result<(), ManageError> {
        check_length("the reason", reason, REASON_MAX)?;
        let (reason, now) = (reason.to_owned(), self.clock.now());
        self.with_user(app, username, move |conn, app, user| {
            let ban = Ban { user: user.id, reason, hwid: None, ip: user.ip.clone() };
            ban::carry_out(conn, app, &ban, now).map(drop)
        })
        .await
    }

    /// Lifts a user's ban, that of the token, and the blacklisting of the user's devices and address here; `false` when the
    /// user is not banned.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn unban_username(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        self.with_user(app, username, |conn, app, user| {
            if user.banned.is_none() {
                return Ok(false);
            }
            lift_ban(conn, app, user)?;
            Ok(true)
        })
        .await
    }
}

/// Lifts a user's ban, that of the token, and the blacklisting of the user's devices and address.
pub(crate) fn lift_ban(conn: &mut Conn<'_>, app: i64, user: &User) -> Result<(), StoreError> {
    users::set_banned(conn, app, user.id, None)?;
    tokens::set_banned(conn, app, tokens::USER, &user.username, None)?;
    access::unblacklist_for(conn, app, user.id)?;
    for hwid in HwidList::from_stored(user.hwids.as_deref()).iter() {
        access::unblacklist(conn, app, access::HWID, hwid)?;
    }
    if let Some(ip) = &user.ip {
        access::unblacklist(conn, app, access::IP, ip)?;
    }
    Ok(())
}
