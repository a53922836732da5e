//! What is done to licenses, one after the other.

use claviger_domain::{LicenseStatus, NEVER};
use serde::{Deserialize, Serialize};

use super::licenses::lock;
use crate::{
    Conn, Range, Result, bans,
    licenses::{self, License},
    own, subscriptions,
    user_bans::{Lift, UserBan},
    user_subscriptions::{self, Deleted, UserSubscription},
    users,
};

/// What is to be done to licenses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LicenseAct {
    /// Bans those that are not banned, or by a reseller, for a reason. Who signs in by the license alone is banned along with it.
    Ban(String),
    /// Lifts the bans, and what they put on users.
    Unban,
    /// Sets the remark; an empty one forgets it.
    Note(String),
    /// Makes them worth so many seconds more; the user of a used one gets the time.
    Extend(i64),
    /// Makes them worth so many seconds more; users keep what used ones brought.
    Worth(i64),
    /// Deletes them with their tokens and the subscriptions that they brought.
    Delete,
}

/// Does it to those of some licenses that are there, whose numbers rise; returns how many were changed.
pub fn change_licenses(
    conn: &mut Conn<'_>,
    app: i64,
    ids: &[i64],
    act: &LicenseAct,
    now: i64,
) -> Result<i64> {
    let mut changed = 0;
    for license in lock(conn, app, ids)? {
        changed += i64::from(change(conn, app, &license, act, now)?);
    }
    Ok(changed)
}

fn change(conn: &mut Conn<'_>, app: i64, license: &License, act: &LicenseAct, now: i64) -> Result<bool> {
    let user = |conn: &mut Conn<'_>| match license.user {
        Some(user) => users::lock(conn, app, user),
        None => Ok(None),
    };
    let is_banned = license.status == LicenseStatus::Banned;
    match act {
        // A reseller's own ban, which the reseller may lift, becomes the vendor's.
        LicenseAct::Ban(_) if is_banned && own::banned_by(conn, app, license.id)?.is_none() => {
            return Ok(false);
        }
        LicenseAct::Ban(reason) => {
            licenses::ban(conn, app, license.id, reason)?;
            if let Some(user) = user(conn)?.filter(|user| user.by_license == Some(license.id)) {
                let license = Some(license.id);
                let ban =
                    UserBan { license, reason: reason.clone(), banned_at: now, by_program: Some(false) };
                bans::put(conn, app, &user, &ban)?;
            }
        }
        LicenseAct::Unban if !is_banned => return Ok(false),
        LicenseAct::Unban => {
            licenses::unban(conn, app, license.id)?;
            if let Some(user) = user(conn)? {
                bans::lift(conn, app, &user, Lift::OfLicense(license.id))?;
            }
        }
        LicenseAct::Note(note) => {
            let note = Some(note.as_str()).filter(|note| !note.is_empty());
            if note == license.note.as_deref() {
                return Ok(false);
            }
            licenses::set_note(conn, app, license.id, note)?;
        }
        LicenseAct::Extend(seconds) => {
            let longer = license.duration.saturating_add(*seconds).min(NEVER);
            if let Some(user) = user(conn)? {
                rewrite(conn, app, user.id, license, longer, now)?;
            }
            licenses::set_duration(conn, app, license.id, longer, false)?;
        }
        LicenseAct::Worth(seconds) => {
            let longer = license.duration.saturating_add(*seconds).min(NEVER);
            let kept = license.usedby.is_some();
            licenses::set_duration(conn, app, license.id, longer, kept)?;
        }
        LicenseAct::Delete => {
            if let Some(user) = user(conn)? {
                user_subscriptions::delete(conn, app, user.id, Deleted::FromLicense(&license.key))?;
            }
            licenses::delete_range(conn, app, Range::one(license.id), None)?;
        }
    }
    Ok(true)
}

/// Changes what a license brought to its user, who is locked, as if it had been worth so many seconds. A license that
/// prolonged something brought time to the first subscription of its level.
pub fn rewrite(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    license: &License,
    seconds: i64,
    now: i64,
) -> Result<()> {
    let all = user_subscriptions::of_user(conn, app, user)?;
    let brought = |one: &&UserSubscription| one.license_key.as_deref() == Some(license.key.as_str());
    let mut rows: Vec<&UserSubscription> = all.iter().filter(brought).collect();
    if rows.is_empty() {
        let offered = subscriptions::of_level(conn, app, &license.level)?;
        let same = all.iter().filter(|one| offered.first() == Some(&one.subscription));
        rows.extend(same.max_by_key(|one| (one.state().runs(now), one.paused, one.expires)));
    }
    let since = license.usedon.unwrap_or(now);
    for row in rows {
        let state = row.state().rewritten(license.brought, seconds, since, now);
        user_subscriptions::set(conn, app, user, row.id, state)?;
    }
    Ok(())
}
