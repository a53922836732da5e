//! Banning users and lifting bans, with all that hangs on it: sessions, the blacklist.

use std::collections::BTreeSet;

use claviger_domain::{HwidList, Network};

use crate::{
    Conn, Result, Rows,
    access::{self, Entry},
    panel::sign_ins,
    sessions::shared,
    user_bans::{self, Lift, UserBan},
    users::{self, User},
};

/// Whom to ban, and why.
#[derive(Clone, Debug)]
pub struct Ban {
    /// The user's number.
    pub user: i64,
    /// Number of the license whose ban reaches the user; `None`: the ban is the user's own.
    pub license: Option<i64>,
    /// Reason of the ban.
    pub reason: String,
    /// The device to be blacklisted; `None`: those that are bound.
    pub hwid: Option<String>,
    /// The address to be blacklisted as well, if any; in IPv6 its subscriber's network is.
    pub ip: Option<String>,
    /// Whether a program does it, which noticed tampering.
    pub by_program: bool,
}

/// Bans a user: devices and address go to the blacklist, the token is refused, all sessions end. `false` when the user is
/// gone.
pub fn carry_out(conn: &mut Conn<'_>, app: i64, ban: &Ban, now: i64) -> Result<bool> {
    let Some(user) = users::lock(conn, app, ban.user)? else { return Ok(false) };
    let why = UserBan {
        license: ban.license,
        reason: ban.reason.clone(),
        banned_at: now,
        by_program: Some(ban.by_program),
    };
    put(conn, app, &user, &why)?;
    let mut kept_out = match &ban.hwid {
        Some(hwid) => vec![(access::HWID, hwid.clone())],
        None => devices(&user).collect(),
    };
    kept_out.extend(ban.ip.as_deref().and_then(subscriber));
    for (kind, value) in kept_out {
        let entry = Entry { kind, value: &value, reason: &ban.reason, added: now, until: None };
        access::blacklist_for(conn, app, user.id, ban.license, &entry)?;
    }
    Ok(true)
}

/// Bans users, who are locked and whose numbers rise, by hand, as [`carry_out`] bans each; `with_ip`: the address of the
/// last sign-in goes to the blacklist too.
pub(crate) fn carry_out_on(
    conn: &mut Conn<'_>,
    app: i64,
    users: &[User],
    (reason, with_ip): (&str, bool),
    now: i64,
) -> Result<()> {
    let these = Rows::these(conn, &users.iter().map(|user| user.id).collect::<Vec<_>>());
    let ban = UserBan { license: None, reason: reason.into(), banned_at: now, by_program: Some(false) };
    user_bans::put_on(conn, app, &these, users.len() as i64, &ban)?;
    shared::end_of_users(conn, app, &these)?;
    sign_ins::delete_of_users(conn, app, &these)?;
    let kept_out = users.iter().flat_map(|user| {
        let address = user.ip.as_deref().filter(|_| with_ip).and_then(subscriber);
        // Each once: a device may be bound twice.
        devices(user).chain(address).map(|(kind, value)| (user.id, kind, value)).collect::<BTreeSet<_>>()
    });
    access::blacklist_all_for(conn, app, &kept_out.collect::<Vec<_>>(), reason, now)
}

/// The devices that are bound to a user, as they are blacklisted.
fn devices(user: &User) -> impl Iterator<Item = (&'static str, String)> {
    let bound = HwidList::from_stored(user.hwids.as_deref());
    let bound: Vec<_> = bound.iter().map(|hwid| (access::HWID, hwid.to_owned())).collect();
    bound.into_iter()
}

/// The network of an address's subscriber, as it is blacklisted.
fn subscriber(ip: &str) -> Option<(&'static str, String)> {
    let network = ip.parse().map(Network::of_subscriber).ok()?;
    Some((access::IP, network.to_string()))
}

/// The ban of the user alone, who is locked: devices and address stay as they are.
pub fn put(conn: &mut Conn<'_>, app: i64, user: &User, ban: &UserBan) -> Result<()> {
    user_bans::put(conn, app, user.id, ban)?;
    shared::end_of_user(conn, app, user.id, None)?;
    // Lifted, a ban brings no sign-in back.
    sign_ins::delete_all(conn, app, user.id, None)?;
    Ok(())
}

/// Lifts bans of a user, and what they blacklisted, unless it is there for another reason too; with the last of them
/// all that was. `false` when there are none of these.
pub fn lift(conn: &mut Conn<'_>, app: i64, user: &User, which: Lift) -> Result<bool> {
    if !user_bans::lift(conn, app, user.id, which)? {
        return Ok(false);
    }
    // Nobody noted of old entries which of the user's bans they came with.
    let free = user_bans::of_user(conn, app, user.id)?.is_empty();
    access::unblacklist_for(conn, app, user.id, if free { Lift::All } else { which })?;
    Ok(true)
}
