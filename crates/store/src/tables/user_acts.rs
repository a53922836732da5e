//! What is done to users, one after the other.

use claviger_domain::Term;
use serde::{Deserialize, Serialize};

use crate::{
    Conn, Range, Result,
    bans::{self, Ban},
    user_bans::Lift,
    user_subscriptions::{self, Extension, Pause},
    users::{self, User},
};

/// What is to be done to users. Durations are seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserAct {
    /// Bans those that are not banned: devices go to the blacklist, the address too if `with_ip`; sessions end.
    Ban {
        /// The reason.
        reason: String,
        /// Whether the address of the last sign-in is blacklisted too.
        with_ip: bool,
    },
    /// Lifts all bans, and what they blacklisted.
    Unban,
    /// Prolongs a subscription; unless `active_only`, those without it get it.
    Extend {
        /// Its name.
        subscription: String,
        /// How much longer.
        seconds: i64,
        /// Only where one runs or is paused.
        active_only: bool,
        /// The application is paused.
        app_paused: bool,
    },
    /// Shortens a subscription.
    Subtract {
        /// Its name.
        subscription: String,
        /// How much shorter.
        seconds: i64,
    },
    /// Pauses what runs; of a name, if there is one.
    Pause(Option<String>),
    /// Lets what is paused go on; of a name, if there is one.
    Unpause {
        /// Its name.
        subscription: Option<String>,
        /// The application is paused: what the vendor paused goes on with it.
        app_paused: bool,
    },
    /// Forgets the devices; sessions end.
    Reset,
    /// Deletes them with all that hangs on them.
    Delete,
}

/// Does it to those of some users that are there, whose numbers rise; returns how many were changed.
pub fn change_users(conn: &mut Conn<'_>, app: i64, ids: &[i64], act: &UserAct, now: i64) -> Result<i64> {
    let mut found = Vec::new();
    // All first, in their order, as by everybody who changes what hangs on users.
    for id in ids {
        found.extend(users::lock(conn, app, *id)?);
    }
    let mut changed = 0;
    for user in found {
        changed += i64::from(change(conn, app, user, act, now)?);
    }
    Ok(changed)
}

fn change(conn: &mut Conn<'_>, app: i64, user: User, act: &UserAct, now: i64) -> Result<bool> {
    let range = Range::one(user.id);
    let pause = |subscription: &Option<String>| Pause { subscription: subscription.clone(), by_app: false };
    Ok(match act {
        UserAct::Ban { .. } if user.banned.is_some() => false,
        UserAct::Ban { reason, with_ip } => {
            let ip = user.ip.filter(|_| *with_ip);
            let reason = reason.clone();
            let ban = Ban { user: user.id, license: None, reason, hwid: None, ip, by_program: false };
            bans::carry_out(conn, app, &ban, now)?
        }
        UserAct::Unban => bans::lift(conn, app, &user, Lift::All)?,
        UserAct::Extend { subscription, seconds, active_only, app_paused } => {
            let with =
                Extension { term: Term::For(*seconds), active_only: *active_only, app_paused: *app_paused };
            user_subscriptions::extend(conn, app, range, subscription, with, now)? > 0
        }
        UserAct::Subtract { subscription, seconds } => {
            user_subscriptions::subtract(conn, app, range, subscription, *seconds, now)? > 0
        }
        UserAct::Pause(subscription) => {
            user_subscriptions::pause(conn, app, range, &pause(subscription), now)? > 0
        }
        UserAct::Unpause { subscription, app_paused: true } => {
            user_subscriptions::hand_over(conn, app, range, subscription.as_deref(), now)? > 0
        }
        UserAct::Unpause { subscription, app_paused: false } => {
            user_subscriptions::unpause(conn, app, range, &pause(subscription), now)? > 0
        }
        UserAct::Reset => {
            let had_some = user.hwids.is_some();
            users::reset_range(conn, app, range)?;
            had_some
        }
        UserAct::Delete => {
            users::delete_range(conn, app, range)?;
            true
        }
    })
}
