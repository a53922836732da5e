//! What all sign-ins have in common.

use claviger_capacity::Who;
use claviger_domain::{ClientAddress, HwidList, Secret, SessionId, is_same_subscriber};
use claviger_store::{
    Conn, access,
    sessions::shared,
    user_subscriptions::{self, UserSubscription},
    users::User,
};

use super::refusal::{AccountFailure, Refusal};
use crate::App;

/// Where a sign-in comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The session that is to be signed in.
    pub session: SessionId,
    /// Address of the client.
    pub ip: ClientAddress,
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
    /// Unix second of the one before.
    pub previous_login: Option<i64>,
}

/// A sign-in, owned, as transactions need it.
#[derive(Clone)]
pub(crate) struct SignIn {
    pub(crate) app: i64,
    pub(crate) session: Option<SessionId>,
    /// Address of the client; `None` where a vendor acts for a user, whose address nobody knows then.
    pub(crate) ip: Option<ClientAddress>,
    pub(crate) hwid: Option<String>,
    pub(crate) hwid_check: bool,
    pub(crate) kill_others: bool,
    pub(crate) now: i64,
}

impl SignIn {
    pub(super) fn new(app: &App, origin: &Origin, now: i64) -> Self {
        Self {
            session: Some(origin.session),
            ip: Some(origin.ip),
            ..Self::by_vendor(app, origin.hwid.clone(), now)
        }
    }

    /// A sign-in that a vendor makes for a user.
    pub(crate) fn by_vendor(app: &App, hwid: Option<String>, now: i64) -> Self {
        Self {
            app: app.id,
            session: None,
            ip: None,
            hwid,
            hwid_check: app.settings.hwid_check,
            kill_others: app.settings.kill_other_sessions,
            now,
        }
    }

    /// Whose turn it takes to hash its password.
    pub(super) fn who(&self) -> Who {
        self.ip.map_or(Who::app(self.app), |ip| Who::client(self.app, ip))
    }

    /// The address as it is kept.
    pub(super) fn kept_ip(&self) -> Option<String> {
        self.ip.and_then(ClientAddress::known).map(|ip| ip.to_string())
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
        let found = access::evidence(conn, self.app, self.hwid.as_deref(), self.ip, self.now)?;
        found.map_or(Ok(()), |evidence| Err(Refusal::Blacklisted(evidence).into()))
    }

    /// Subscriptions of the user that run; else the reason why there are none.
    pub(super) fn running(
        &self,
        conn: &mut Conn<'_>,
        user: i64,
    ) -> Result<Vec<UserSubscription>, AccountFailure> {
        Ok(running(user_subscriptions::of_user(conn, self.app, user)?, self.now)?)
    }
}

/// Those of a user's subscriptions that run; else the reason why there are none.
pub(crate) fn running(all: Vec<UserSubscription>, now: i64) -> Result<Vec<UserSubscription>, Refusal> {
    let (running, rest): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|subscription| subscription.state().runs(now));
    match (running.is_empty(), rest.iter().any(|subscription| subscription.paused)) {
        (false, _) => Ok(running),
        (true, true) => Err(Refusal::SubscriptionPaused),
        (true, false) => Err(Refusal::NoSubscription),
    }
}

/// The user's devices after a login from one, if it comes from one of them.
pub(crate) fn admit_device(user: &User, hwid: Option<&str>, hwid_check: bool) -> Result<HwidList, Refusal> {
    let mut hwids = HwidList::from_stored(user.hwids.as_deref());
    if !hwid_check || user.any_device {
        return Ok(hwids);
    }
    match hwid {
        Some(hwid) if hwids.is_empty() => hwids.bind(hwid),
        Some(hwid) if hwids.contains(hwid) => hwids.settle(hwid),
        None if hwids.is_empty() => {}
        _ => return Err(Refusal::HwidMismatch),
    }
    Ok(hwids)
}

/// Whether an address is that of the user's last login, or of the same subscriber.
pub(super) fn was_here(user: &User, address: ClientAddress) -> bool {
    let same = |last: &str| address.known().is_some_and(|address| is_same_subscriber(last, address));
    user.ip.as_deref().is_some_and(same)
}

/// The rules for a HWID at login, before the user is looked at.
pub(crate) fn check_hwid(app: &App, hwid: Option<&str>) -> Result<(), Refusal> {
    match hwid {
        Some(hwid) if hwid.len() < app.settings.min_hwid => Err(Refusal::HwidTooShort),
        None if app.settings.force_hwid => Err(Refusal::HwidMissing),
        _ => Ok(()),
    }
}
