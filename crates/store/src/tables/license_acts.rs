//! What is done to licenses.

use std::collections::{BTreeSet, HashMap, HashSet};

use claviger_domain::{LicenseStatus, NEVER};
use serde::{Deserialize, Serialize};

use super::licenses::lock;
use crate::{
    Conn, Result, Rows, bans,
    licenses::{self, License},
    own, subscriptions,
    user_bans::{Lift, UserBan},
    user_subscriptions::{self, Deleted, UserSubscription},
    users::{self, User},
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
    let mut meant = lock(conn, app, ids)?;
    match act {
        LicenseAct::Ban(reason) => ban(conn, app, &mut meant, reason, now)?,
        LicenseAct::Unban => unban(conn, app, &mut meant)?,
        LicenseAct::Note(note) => {
            let note = Some(note.as_str()).filter(|note| !note.is_empty());
            meant.retain(|license| license.note.as_deref() != note);
            licenses::set_note(conn, app, rows(conn, &meant), note)?;
        }
        LicenseAct::Extend(seconds) => {
            for (license, user) in with_users(conn, app, &meant)? {
                let longer = license.duration.saturating_add(*seconds).min(NEVER);
                rewrite(conn, app, user.id, license, longer, now)?;
            }
            licenses::lengthen(conn, app, &rows(conn, &meant), *seconds)?;
        }
        LicenseAct::Worth(seconds) => {
            for license in &meant {
                let longer = license.duration.saturating_add(*seconds).min(NEVER);
                let kept = license.usedby.is_some();
                licenses::set_duration(conn, app, license.id, longer, kept)?;
            }
        }
        LicenseAct::Delete => {
            for (license, user) in with_users(conn, app, &meant)? {
                user_subscriptions::delete(conn, app, user.id, Deleted::FromLicense(&license.key))?;
            }
            licenses::delete_range(conn, app, rows(conn, &meant), None)?;
        }
    }
    Ok(meant.len() as i64)
}

fn rows(conn: &Conn<'_>, licenses: &[License]) -> Rows {
    let ids: Vec<i64> = licenses.iter().map(|license| license.id).collect();
    Rows::these(conn, &ids)
}

/// Those licenses that have users who are there, each with its own, who is locked.
fn with_users<'l>(
    conn: &mut Conn<'_>,
    app: i64,
    licenses: &'l [License],
) -> Result<Vec<(&'l License, User)>> {
    let ids: BTreeSet<i64> = licenses.iter().filter_map(|license| license.user).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let users = users::lock_these(conn, app, &ids.into_iter().collect::<Vec<_>>())?;
    let users: HashMap<i64, User> = users.into_iter().map(|user| (user.id, user)).collect();
    let with_user = |license: &'l License| Some((license, users.get(&license.user?)?.clone()));
    Ok(licenses.iter().filter_map(with_user).collect())
}

fn ban(conn: &mut Conn<'_>, app: i64, meant: &mut Vec<License>, reason: &str, now: i64) -> Result<()> {
    let mut vendors = HashSet::new();
    for license in meant.iter().filter(|license| license.status == LicenseStatus::Banned) {
        // A reseller's own ban, which the reseller may lift, becomes the vendor's.
        if own::banned_by(conn, app, license.id)?.is_none() {
            vendors.insert(license.id);
        }
    }
    meant.retain(|license| !vendors.contains(&license.id));
    licenses::ban(conn, app, rows(conn, meant), reason)?;
    for (license, user) in with_users(conn, app, meant)? {
        if user.by_license == Some(license.id) {
            let (license, reason) = (Some(license.id), reason.to_owned());
            let ban = UserBan { license, reason, banned_at: now, by_program: Some(false) };
            bans::put(conn, app, &user, &ban)?;
        }
    }
    Ok(())
}

fn unban(conn: &mut Conn<'_>, app: i64, meant: &mut Vec<License>) -> Result<()> {
    meant.retain(|license| license.status == LicenseStatus::Banned);
    licenses::unban(conn, app, rows(conn, meant))?;
    for (license, user) in with_users(conn, app, meant)? {
        bans::lift(conn, app, &user, Lift::OfLicense(license.id))?;
    }
    Ok(())
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
