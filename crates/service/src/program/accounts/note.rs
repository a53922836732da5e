//! Takes note of what came of sign-ins, for vendors who ask why.

use claviger_domain::ClientAddress;
use claviger_store::{access::Evidence, report_counts::Kind};

use super::{
    refusal::{AccountFailure, Refusal},
    sign_in::Origin,
    upgrade::Upgrade,
};
use crate::{
    App, Service,
    shared::{
        outcome::Outcome,
        text::cut,
        tries::{Named, Noted},
    },
};

/// Bytes of a name, a key, or of what belongs to an outcome, that are kept.
const TEXT_MAX: usize = 120;

impl Service {
    /// Takes note of a sign-in, and counts it. Failures of this server are none of the client's.
    pub(super) fn note_sign_in<T>(
        &self,
        app: &App,
        kind: &'static str,
        origin: &Origin,
        named: Named,
        came: &Result<T, AccountFailure>,
    ) {
        self.note_from(app, kind, (origin.ip, origin.hwid.clone()), named, came);
    }

    /// As [`Service::note_sign_in`], from an address and a device.
    pub(crate) fn note_from<T>(
        &self,
        app: &App,
        kind: &'static str,
        (ip, hwid): (ClientAddress, Option<String>),
        named: Named,
        came: &Result<T, AccountFailure>,
    ) {
        let (outcome, detail) = match came {
            Ok(_) => (Outcome::Fine, None),
            Err(AccountFailure::Refused(refusal)) => outcome_of(refusal),
            Err(_) => return,
        };
        if came.is_ok() {
            app.tally.sign_in();
            if let Some(country) = self.screens.country(ip) {
                app.tally.count(Kind::Country, &country);
            }
        } else {
            app.tally.refusal();
        }
        self.note(app, kind, (outcome, detail), named, hwid, ip);
    }

    /// Takes note of an `upgrade`.
    pub(super) fn note_upgrade(&self, app: &App, ip: ClientAddress, named: Named, came: &Upgrade) {
        let outcome = match came {
            Upgrade::Done => {
                app.tally.count(Kind::Activated, "");
                app.tally.count(Kind::Renewed, "");
                (Outcome::Fine, None)
            }
            Upgrade::KeyNotFound => (Outcome::KeyNotFound, None),
            Upgrade::KeyUsed => (Outcome::KeyUsed, None),
            Upgrade::KeyBanned(reason) => (Outcome::KeyBanned, Some(reason.clone())),
            Upgrade::NoSubscriptionOfLevel => (Outcome::NoSubscriptionOfLevel, None),
            Upgrade::NoTime => (Outcome::NoTime, None),
            Upgrade::UnknownUser => (Outcome::UnknownUser, None),
            Upgrade::UserBanned(reason) => (Outcome::UserBanned, Some(reason.clone())),
            Upgrade::Paused(_) => (Outcome::TooManyFailures, None),
        };
        self.note(app, "upgrade", outcome, named, None, ip);
    }

    /// Takes note of a program that may not start. `detail`: the version that it has, or its hash. Those that may start
    /// are not noted: it is what programs do most.
    pub fn note_refused_start(
        &self,
        app: &App,
        ip: ClientAddress,
        outcome: Outcome,
        detail: Option<String>,
        token: Option<String>,
    ) {
        let named = Named { token, ..Named::default() };
        if let (Outcome::WrongVersion, Some(version)) = (outcome, &detail) {
            app.tally.count(Kind::Outdated, version);
        }
        self.note(app, "init", (outcome, detail), named, None, ip);
    }

    fn note(
        &self,
        app: &App,
        kind: &'static str,
        (outcome, detail): (Outcome, Option<String>),
        named: Named,
        hwid: Option<String>,
        ip: ClientAddress,
    ) {
        outcome.count();
        let short = |text: Option<String>| text.map(|text| cut(&text, TEXT_MAX).to_owned());
        let named = Named {
            user: short(named.user),
            email: named.email.filter(|email| email.len() <= 2 * TEXT_MAX),
            key: short(named.key),
            token: short(named.token),
        };
        let detail = short(detail);
        let noted = Noted { time: self.clock.now(), count: 1, kind, outcome, detail, named, hwid, ip };
        self.tries.note(app.id, noted);
    }
}

/// What a refusal is kept as.
fn outcome_of(refusal: &Refusal) -> (Outcome, Option<String>) {
    let outcome = match refusal {
        Refusal::UsernameTooLong
        | Refusal::KeyTooLong
        | Refusal::UsernameTooShort
        | Refusal::UsernameNotALine => Outcome::Unfit,
        Refusal::PasswordLeaked => Outcome::PasswordLeaked,
        Refusal::UsernameTaken => Outcome::UsernameTaken,
        Refusal::KeyNotFound => Outcome::KeyNotFound,
        Refusal::KeyUsed => Outcome::KeyUsed,
        Refusal::KeyBanned(reason) => return (Outcome::KeyBanned, Some(reason.clone())),
        Refusal::Blacklisted(Evidence::Device) => Outcome::DeviceBlacklisted,
        Refusal::Blacklisted(Evidence::Address) => Outcome::AddressBlacklisted,
        Refusal::NoSubscriptionOfLevel => Outcome::NoSubscriptionOfLevel,
        Refusal::HwidTooShort => Outcome::HwidTooShort,
        Refusal::HwidMissing => Outcome::HwidMissing,
        Refusal::UnknownUser => Outcome::UnknownUser,
        Refusal::UserBanned(reason) => return (Outcome::UserBanned, Some(reason.clone())),
        Refusal::WrongPassword => Outcome::WrongPassword,
        Refusal::HwidMismatch => Outcome::OtherDevice,
        Refusal::SubscriptionPaused => Outcome::SubscriptionPaused,
        Refusal::NoSubscription => Outcome::NoSubscription,
        Refusal::CodeMissing => Outcome::CodeMissing,
        Refusal::CodeWrong => Outcome::CodeWrong,
        Refusal::Paused(_) => Outcome::TooManyFailures,
    };
    (outcome, None)
}
