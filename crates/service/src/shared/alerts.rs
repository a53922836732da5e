//! What tools that watch the log, such as fail2ban, are told of guesses and floods: a line for each, with the address in
//! a form that does not change. What strangers choose stands behind it and is escaped, so that nobody forges a line; how
//! many lines there are is bounded, so that nobody fills the disk.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, PoisonError},
};

use claviger_domain::{ClientAddress, Network};
use claviger_metrics::Counter;

use super::text::cut;

/// Lines a minute about one address, in IPv6 about one /48.
const LINES_EACH: u32 = 60;
/// Lines a minute in all.
const LINES: u32 = 600;
/// How often each was to be told, in the order of [`Alert::ALL`].
pub(crate) static COUNTS: [Counter; Alert::ALL.len()] = [const { Counter::new() }; Alert::ALL.len()];
/// Longest name in a line, in bytes.
const NAME_MAX: usize = 70;
const MINUTE: i64 = 60;

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alert {
    /// A wrong password, or no such user, at an application.
    LoginFailed,
    /// An unknown license key.
    LicenseUnknown,
    /// A wrong two-factor code, at an application or at the dashboard.
    TwoFactorFailed,
    /// A link for a new password was asked for with a wrong name or address.
    ForgotFailed,
    /// An unknown seller key.
    SellerKeyUnknown,
    /// A wrong password or passkey, or no such person, at the dashboard.
    SignInFailed,
    /// An unknown link for a new password.
    ResetLinkUnknown,
    /// An unknown invitation.
    InvitationUnknown,
    /// Refused, since too much was guessed before.
    Paused,
    /// More requests than are served.
    TooManyRequests,
    /// More connections than are served.
    TooManyConnections,
}

impl Alert {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::LoginFailed,
        Self::LicenseUnknown,
        Self::TwoFactorFailed,
        Self::ForgotFailed,
        Self::SellerKeyUnknown,
        Self::SignInFailed,
        Self::ResetLinkUnknown,
        Self::InvitationUnknown,
        Self::Paused,
        Self::TooManyRequests,
        Self::TooManyConnections,
    ];

    /// Its name in the log, which does not change.
    pub fn name(self) -> &'static str {
        match self {
            Self::LoginFailed => "login_failed",
            Self::LicenseUnknown => "license_unknown",
            Self::TwoFactorFailed => "two_factor_failed",
            Self::ForgotFailed => "forgot_failed",
            Self::SellerKeyUnknown => "seller_key_unknown",
            Self::SignInFailed => "sign_in_failed",
            Self::ResetLinkUnknown => "reset_link_unknown",
            Self::InvitationUnknown => "invitation_unknown",
            Self::Paused => "paused",
            Self::TooManyRequests => "too_many_requests",
            Self::TooManyConnections => "too_many_connections",
        }
    }
}

/// Whom something that is told concerns.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alerted<'a> {
    /// Name of the application.
    pub app: Option<&'a str>,
    /// Name of a user or a person who is there. What strangers typed is not told: it may be a password or a key.
    pub user: Option<&'a str>,
}

/// What was told in the minute that runs.
#[derive(Debug, Default)]
pub(crate) struct Alerts(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    /// The minute, in minutes since 1970.
    minute: i64,
    lines: u32,
    each: HashMap<Option<Network>, u32>,
    left_out: u64,
}

impl Alerts {
    /// Whether there is room for one more line about an address, and how many lines of an earlier minute were left out,
    /// where it has not been told yet.
    fn take(&self, address: ClientAddress, now: i64) -> (bool, u64) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left_out = told.turn(now);
        let network = address.known().and_then(|address| Network::counted(address).last());
        let full = told.lines >= LINES;
        let each = told.each.get(&network.map(|(network, _)| network)).copied().unwrap_or_default();
        if full || each >= LINES_EACH {
            told.left_out += 1;
            return (false, left_out);
        }
        told.lines += 1;
        *told.each.entry(network.map(|(network, _)| network)).or_default() += 1;
        (true, left_out)
    }

    /// How many lines of an earlier minute were left out, where it has not been told yet.
    fn left_out(&self, now: i64) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).turn(now)
    }
}

impl Told {
    fn turn(&mut self, now: i64) -> u64 {
        let minute = now.div_euclid(MINUTE);
        if minute == self.minute {
            return 0;
        }
        mem::replace(self, Self { minute, ..Self::default() }).left_out
    }
}

impl Alerts {
    /// Tells of something in the log, while there is room for it.
    pub(crate) fn tell(&self, alert: Alert, address: ClientAddress, about: Alerted<'_>, now: i64) {
        // In the order of the variants; a test sees to it.
        COUNTS[alert as usize].add();
        let (room, left_out) = self.take(address, now);
        tell_left_out(left_out);
        if !room {
            return;
        }
        let address = address.known().map_or(address, |address| address.to_canonical().into());
        let [app, user] = [about.app, about.user].map(|name| name.map(|name| cut(name, NAME_MAX)));
        // `deploy/fail2ban` reads it: the address stands before all that somebody chose.
        tracing::warn!(target: "claviger::guard", event = alert.name(), %address, app, user, "refused");
    }

    /// Tells how much was not told; call it now and then.
    pub(crate) fn tell_left_out(&self, now: i64) {
        tell_left_out(self.left_out(now));
    }
}

fn tell_left_out(lines: u64) {
    if lines > 0 {
        tracing::warn!(target: "claviger::guard", event = "left_out", lines, "more was refused than is told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> ClientAddress {
        ClientAddress::Known(text.parse().unwrap())
    }

    fn told(alerts: &Alerts, addresses: impl Iterator<Item = String>, now: i64) -> usize {
        addresses.filter(|text| alerts.take(address(text), now).0).count()
    }

    #[test]
    fn an_address_has_so_many_lines_a_minute() {
        let alerts = Alerts::default();
        assert_eq!(told(&alerts, (0..100).map(|_| "192.0.2.1".to_owned()), 600), 60);
        assert_eq!(told(&alerts, (0..100).map(|net| format!("2001:db8:0:{net:x}::1")), 601), 60);
        assert_eq!(told(&alerts, (0..1).map(|_| "192.0.2.2".to_owned()), 659), 1);
        assert_eq!((0..61).filter(|_| alerts.take(ClientAddress::Unknown, 659).0).count(), 60);
        assert_eq!(
            alerts.take(address("192.0.2.1"), 660),
            (true, 81),
            "those of the minute before are told once"
        );
        assert_eq!(alerts.left_out(719), 0);
        assert_eq!(alerts.left_out(720), 0);
    }

    #[test]
    fn all_are_listed_in_the_order_of_the_variants() {
        for (place, alert) in Alert::ALL.into_iter().enumerate() {
            assert_eq!(alert as usize, place, "{}", alert.name());
        }
    }

    #[test]
    fn all_have_so_many_lines_a_minute() {
        let alerts = Alerts::default();
        let many = || (0..5000).map(|host| format!("198.51.{}.{}", host / 256, host % 256));
        assert_eq!(told(&alerts, many(), 60), 600);
        assert_eq!(alerts.0.lock().unwrap().each.len(), 600, "those that are left out cost nothing");
        assert_eq!(alerts.left_out(120), 4400);
    }
}
