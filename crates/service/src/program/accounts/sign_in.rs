//! What all sign-ins have in common.

use std::net::IpAddr;

use claviger_domain::Secret;
use claviger_domain::{HwidList, SessionId, is_active};
use claviger_store::{
    Conn, access,
    sessions::shared,
    user_subscriptions::{self, UserSubscription},
};

use super::refusal::{AccountFailure, Refusal};
use crate::{App, Service, shared::attempts::Attempt};

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The session that is to be signed in; `None` where a vendor acts for a user.
    pub session: Option<SessionId>,
    /// Address of the client.
    pub ip: IpAddr,
    /// The device, where the program told one.
    pub hwid: Option<String>,
}

/// What a registration brings.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: Option<Secret>,
    /// The license to be used up.
    pub key: String,
    /// The user's e-mail address.
    pub email: Option<String>,
}

/// A user who has just signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Name as it was registered.
    pub username: String,
    /// Subscriptions that run; after a registration those that it brought.
    pub subscriptions: Vec<UserSubscription>,
    /// Devices bound.
    pub hwids: HwidList,
    /// Unix second of registration.
    pub created: i64,
    /// Unix second of this sign-in.
    pub last_login: i64,
}

impl Service {
    /// Counts guesses that failed, and forgets a user's after a success.
    pub(super) fn count_attempt<T>(&self, attempt: Attempt<'_>, outcome: &Result<T, AccountFailure>) {
        match outcome {
            Ok(_) => self.attempts.succeeded(attempt),
            Err(AccountFailure::Refused(refusal)) if refusal.is_guess() => {
                self.attempts.failed(attempt, self.clock.now());
            }
            Err(_) => {}
        }
    }

    /// Refuses whoever failed too often.
    pub(super) fn refuse_paused(&self, attempt: Attempt<'_>, known: bool) -> Result<(), Refusal> {
        self.attempts
            .pause(attempt, known, self.clock.now())
            .map_or(Ok(()), |seconds| Err(Refusal::Paused(seconds)))
    }
}

/// A sign-in, owned, as transactions need it.
#[derive(Clone)]
pub(super) struct SignIn {
    pub(super) app: i64,
    pub(super) session: Option<SessionId>,
    pub(super) ip: String,
    pub(super) hwid: Option<String>,
    pub(super) hwid_check: bool,
    pub(super) kill_others: bool,
    pub(super) now: i64,
}

impl SignIn {
    pub(super) fn new(app: &App, origin: &Origin, now: i64) -> Self {
        Self {
            app: app.id,
            session: origin.session,
            ip: origin.ip.to_string(),
            hwid: origin.hwid.clone(),
            hwid_check: app.settings.hwid_check,
            kill_others: app.settings.kill_other_sessions,
            now,
        }
    }

    /// Notes the user on the session, if there is one.
    pub(super) fn note(&self, conn: &mut Conn<'_>, user: i64, username: &str) -> Result<(), AccountFailure> {
        let Some(session) = &self.session else { return Ok(()) };
        if !shared::sign_in(conn, self.app, session, user, username, self.now)? {
            return Err(AccountFailure::SessionEnded);
        }
        if self.kill_others {
            shared::end_of_user(conn, self.app, user, Some(session))?;
        }
        Ok(())
    }

    /// Refuses blacklisted devices and addresses.
    pub(super) fn refuse_blacklisted(&self, conn: &mut Conn<'_>) -> Result<(), AccountFailure> {
        if access::is_blacklisted(conn, self.app, self.hwid.as_deref(), &self.ip)? {
            return Err(Refusal::Blacklisted.into());
        }
        Ok(())
    }

    /// Subscriptions of the user that run; else the reason why there are none.
    pub(super) fn running(
        &self,
        conn: &mut Conn<'_>,
        user: i64,
    ) -> Result<Vec<UserSubscription>, AccountFailure> {
        let (running, rest): (Vec<_>, Vec<_>) = user_subscriptions::of_user(conn, self.app, user)?
            .into_iter()
            .partition(|subscription| !subscription.paused && is_active(subscription.expires, self.now));
        match (running.is_empty(), rest.iter().any(|subscription| subscription.paused)) {
            (false, _) => Ok(running),
            (true, true) => Err(Refusal::SubscriptionPaused.into()),
            (true, false) => Err(Refusal::NoSubscription.into()),
        }
    }
}

/// The rules for a HWID at login, before the user is looked at.
pub(super) fn check_hwid(app: &App, hwid: Option<&str>) -> Result<(), Refusal> {
    match hwid {
        Some(hwid) if hwid.len() < app.settings.min_hwid => Err(Refusal::HwidTooShort),
        None if app.settings.force_hwid => Err(Refusal::HwidMissing),
        _ => Ok(()),
    }
}
