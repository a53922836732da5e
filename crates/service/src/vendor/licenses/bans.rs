//! Bans of licenses, and what they reach.

use claviger_store::{
    Conn,
    bans::{self, Ban},
    licenses::{self, License},
    user_bans::{Lift, UserBan},
};

use super::{
    super::{ManageError, checks::check_reason},
    find::{lock, user_of},
};
use crate::{App, Service};

impl Service {
    /// Bans a license, and its token with it. Who signs in by this license alone is banned along with it. Another user of
    /// it goes on unless `user_too`, which also blacklists the user's devices, and the address as
    /// [`Service::ban_username`] does.
    ///
    /// # Errors
    /// When there is none, the reason is too long, or the database fails.
    pub async fn ban_license(
        &self,
        app: &App,
        key: &str,
        reason: &str,
        user_too: bool,
        with_ip: Option<bool>,
    ) -> Result<License, ManageError> {
        let reason = check_reason(reason)?;
        let with_ip = with_ip.unwrap_or(app.settings.ban_blacklists_ip);
        let (app, key, now) = (app.id, key.to_owned(), self.clock.now());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            let reaches = Reaches { user_too, with_ip };
            ban_locked(conn, app, &license, reason, reaches, now)?;
            Ok(license)
        })
        .await
    }

    /// Lifts the ban of a license, and with it what that ban put on its user: it is used again if it was used, else unused.
    /// Other bans of the user stay.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn unban_license(&self, app: &App, key: &str) -> Result<License, ManageError> {
        let (app, key) = (app.id, key.to_owned());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            unban_locked(conn, app, &license)?;
            Ok(license)
        })
        .await
    }
}

/// Whom the ban of a license reaches besides.
#[derive(Clone, Copy, Default)]
pub(in crate::vendor) struct Reaches {
    pub user_too: bool,
    pub with_ip: bool,
}

/// Bans a license that is locked.
pub(in crate::vendor) fn ban_locked(
    conn: &mut Conn<'_>,
    app: i64,
    license: &License,
    reason: String,
    reaches: Reaches,
    now: i64,
) -> Result<(), ManageError> {
    licenses::ban(conn, app, license.id, &reason)?;
    match user_of(conn, app, license)? {
        Some(user) if reaches.user_too => {
            let ip = user.ip.filter(|_| reaches.with_ip);
            let license = Some(license.id);
            let ban = Ban { user: user.id, license, reason, hwid: None, ip, by_program: false };
            bans::carry_out(conn, app, &ban, now)?;
        }
        Some(user) if user.by_license == Some(license.id) => {
            let license = Some(license.id);
            let ban = UserBan { license, reason, banned_at: now, by_program: Some(false) };
            bans::put(conn, app, &user, &ban)?;
        }
        _ => {}
    }
    Ok(())
}

/// Lifts the ban of a license that is locked.
pub(in crate::vendor) fn unban_locked(
    conn: &mut Conn<'_>,
    app: i64,
    license: &License,
) -> Result<(), ManageError> {
    licenses::unban(conn, app, license.id)?;
    if let Some(user) = user_of(conn, app, license)? {
        bans::lift(conn, app, &user, Lift::OfLicense(license.id))?;
    }
    Ok(())
}
