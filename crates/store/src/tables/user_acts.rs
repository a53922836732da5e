//! What is done to users.

use claviger_domain::Term;
use serde::{Deserialize, Serialize};

use crate::{
    Conn, Result, Rows, bans,
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
    // All first, in their order, as by everybody who changes what hangs on users.
    let mut found = users::lock_these(conn, app, ids)?;
    let these = Rows::these(conn, &found.iter().map(|user| user.id).collect::<Vec<_>>());
    let pause = |subscription: &Option<String>| Pause { subscription: subscription.clone(), by_app: false };
    let touched = match act {
        UserAct::Ban { reason, with_ip } => {
            found.retain(|user| user.banned.is_none());
            bans::carry_out_on(conn, app, &found, (reason, *with_ip), now)?;
            return Ok(found.len() as i64);
        }
        UserAct::Unban => return unban(conn, app, &found),
        UserAct::Reset => return Ok(i64::try_from(users::reset_range(conn, app, these)?).unwrap_or(i64::MAX)),
        UserAct::Delete => {
            users::delete_range(conn, app, these)?;
            return Ok(found.len() as i64);
        }
        UserAct::Extend { subscription, seconds, active_only, app_paused } => {
            let with =
                Extension { term: Term::For(*seconds), active_only: *active_only, app_paused: *app_paused };
            user_subscriptions::extend(conn, app, these, subscription, with, now)?
        }
        UserAct::Subtract { subscription, seconds } => {
            user_subscriptions::subtract(conn, app, these, subscription, *seconds, now)?
        }
        UserAct::Pause(subscription) => {
            user_subscriptions::pause(conn, app, these, &pause(subscription), now)?
        }
        UserAct::Unpause { subscription, app_paused: true } => {
            user_subscriptions::hand_over(conn, app, these, subscription.as_deref(), now)?
        }
        UserAct::Unpause { subscription, app_paused: false } => {
            user_subscriptions::unpause(conn, app, these, &pause(subscription), now)?
        }
    };
    Ok(touched.users())
}

fn unban(conn: &mut Conn<'_>, app: i64, found: &[User]) -> Result<i64> {
    let mut lifted = 0;
    for user in found {
        lifted += i64::from(bans::lift(conn, app, user, Lift::All)?);
    }
    Ok(lifted)
}
