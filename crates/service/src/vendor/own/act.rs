//! What a reseller may do with licenses that it made, and with users whom these made: each act is a right that the owner gives.

use claviger_domain::{AccountRole, LicenseStatus, ResellerRight};
use claviger_store::{
    Conn, Range, accounts,
    licenses::License,
    own,
    users::{self, User},
};

use crate::{
    App, Service,
    people::Person,
    vendor::{
        ManageError,
        checks::check_reason,
        licenses::{Reaches, ban_locked, delete_one, unban_locked},
    },
};

/// What is done with a license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnAct {
    /// It is banned, for this reason.
    Ban(String),
    /// The reseller's ban is lifted.
    Unban,
    /// It is deleted.
    Delete,
}

impl Service {
    /// Does something with a license that the person made; returns it as it was, or `None` when there is none of that
    /// number.
    ///
    /// # Errors
    /// When the owner does not allow it, the license is not in the state for it, or the database fails.
    pub async fn act_on_own(
        &self,
        app: &App,
        person: &Person,
        id: i64,
        act: OwnAct,
    ) -> Result<Option<License>, ManageError> {
        let act = match act {
            OwnAct::Ban(reason) => OwnAct::Ban(check_reason(&reason)?),
            act => act,
        };
        let (app, account, now) = (app.id, person.id.number(), self.clock.now());
        self.manage(move |conn| {
            let right = if act == OwnAct::Delete { ResellerRight::Delete } else { ResellerRight::Ban };
            must_have(conn, app, account, right)?;
            let Some((license, banned_by)) = own::lock(conn, app, account, id)? else { return Ok(None) };
            let is_banned = license.status == LicenseStatus::Banned;
            if is_banned && banned_by != Some(account) {
                return refused("somebody else banned this license: the application's owner decides");
            }
            match act {
                OwnAct::Ban(_) if is_banned => return refused("the license is banned already"),
                OwnAct::Ban(reason) => {
                    ban_locked(conn, app, &license, reason, Reaches::default(), now)?;
                    own::set_banned_by(conn, app, license.id, account)?;
                }
                OwnAct::Unban if !is_banned => return refused("the license is not banned"),
                OwnAct::Unban => unban_locked(conn, app, &license)?,
                OwnAct::Delete => delete_one(conn, app, &license, false)?,
            }
            Ok(Some(license))
        })
        .await
    }

    /// Resets the devices of a user whom a license of the person made; `None` when there is no such user.
    ///
    /// # Errors
    /// When the owner does not allow it, or the database fails.
    pub async fn reset_own_user(
        &self,
        app: &App,
        person: &Person,
        user: i64,
    ) -> Result<Option<User>, ManageError> {
        let (app, account) = (app.id, person.id.number());
        self.manage(move |conn| {
            must_have(conn, app, account, ResellerRight::ResetDevices)?;
            if !own::has_user(conn, app, account, user)? {
                return Ok(None);
            }
            let Some(found) = users::by_id(conn, app, user)? else { return Ok(None) };
            users::reset_range(conn, app, Range::one(user))?;
            Ok(Some(found))
        })
        .await
    }
}

fn refused<T>(why: &str) -> Result<T, ManageError> {
    Err(ManageError::Unfit(why.into()))
}

/// The right may have been taken since the page was shown.
fn must_have(conn: &mut Conn<'_>, app: i64, account: i64, right: ResellerRight) -> Result<(), ManageError> {
    let found = accounts::lock(conn, app, account)?;
    let may = found.is_some_and(|account| {
        account.role == AccountRole::Reseller && account.suspended.is_none() && right.is_in(account.rights)
    });
    if may { Ok(()) } else { refused("the application's owner does not let you do this") }
}
