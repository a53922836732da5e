//! Why something does not work: in a word for bots, in a sentence for the vendor, and in one for the customer.

use claviger_domain::NEVER;
use claviger_store::access::Blacklisted;

use super::{
    act::Act,
    words::{ago, date, span},
};

/// Who banned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BannedBy {
    /// The vendor.
    Vendor,
    /// The program itself.
    Program,
    /// It came along with the ban of a license, whose key this is, if it is there still.
    License(Option<String>),
    /// Nobody noted it.
    Unknown,
}

/// What of a client an entry of the blacklist matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// This device.
    Device(String),
    /// This address.
    Address(String),
}

/// Why something does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The operator banned the application.
    AppBanned,
    /// The vendor switched the application off.
    AppDisabled,
    /// The vendor paused the application.
    AppPaused,
    /// The address is that of a VPN.
    VpnBlocked(String),
    /// The program brought no token, an unknown one, or one of another file.
    TokenRefused(&'static str),
    /// The token is banned, with the reason.
    TokenBanned(String),
    /// The program is of another version.
    WrongVersion {
        /// What it says, if anything.
        has: Option<String>,
        /// What the application wants.
        wants: String,
    },
    /// The program's hash is not among the allowed ones.
    WrongHash,
    /// The HWID is too short, or missing.
    UnfitDevice(&'static str),
    /// Too many failures before; the seconds until the next try, and whether it is the address that waits.
    TooManyFailures {
        /// Seconds until the next try; `None` where another node counts.
        seconds: Option<i64>,
        /// Whether failures of the address count, not those of the name.
        address: bool,
    },
    /// The license is banned.
    KeyBanned {
        /// Its key.
        key: String,
        /// Why.
        reason: String,
    },
    /// The license was used before.
    KeyUsed {
        /// By whom.
        by: String,
        /// Whether that user is gone.
        gone: bool,
    },
    /// The license is worth no time.
    NoTime,
    /// No subscription has this level.
    NoSubscriptionOfLevel(String),
    /// The user is banned.
    UserBanned {
        /// Why.
        reason: String,
        /// Unix second, where it was noted.
        since: Option<i64>,
        /// Who did it.
        by: BannedBy,
    },
    /// The blacklist keeps the client out.
    Blacklisted {
        /// By this entry.
        entry: Blacklisted,
        /// Which matches this.
        matched: Matched,
    },
    /// There is no password that would be right.
    NoPassword,
    /// The password was wrong.
    WrongPassword,
    /// It came from a device that is not bound.
    OtherDevice {
        /// The device, where the program told one.
        tried: Option<String>,
        /// Those that are bound.
        bound: Vec<String>,
    },
    /// The subscription is paused.
    SubscriptionPaused {
        /// Its name.
        subscription: String,
        /// Seconds that are left, or [`NEVER`].
        left: i64,
        /// Whether it is paused along with the application.
        by_app: bool,
    },
    /// The subscription has ended.
    Ended {
        /// Its name.
        subscription: String,
        /// Unix second.
        since: i64,
    },
    /// The user has no subscription at all.
    NoSubscription,
    /// The two-factor code was missing.
    CodeMissing,
    /// The two-factor code was wrong.
    CodeWrong,
}

/// In a try that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Unix second.
    pub time: i64,
    /// Address of the client.
    pub ip: String,
    /// Whether only the address connects it with the user: it may have been somebody else.
    pub nearby: bool,
}

/// A reason, and where it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What it is.
    pub why: Why,
    /// The try in which it showed; `None`: it is so now, whoever tries.
    pub seen: Option<Seen>,
}

impl Reason {
    /// As it is, seen in a try that may be somebody else's.
    pub(super) fn perhaps(self) -> Self {
        Self { seen: self.seen.map(|seen| Seen { nearby: true, ..seen }), ..self }
    }

    /// The reason in a sentence without a full stop.
    pub fn text(&self, now: i64) -> String {
        let text = self.why.text(now);
        match &self.seen {
            Some(seen) if seen.nearby => {
                let (ago, ip) = (ago(seen.time, now), &seen.ip);
                format!("{text} (so tried somebody {ago} from {ip}, who told no name)")
            }
            Some(seen) => format!("{text} (tried {} from {})", ago(seen.time, now), seen.ip),
            None => text,
        }
    }
}

impl Why {
    /// In a word, for bots.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::AppBanned => "app_banned",
            Self::AppDisabled => "app_disabled",
            Self::AppPaused => "app_paused",
            Self::VpnBlocked(_) => "vpn_blocked",
            Self::TokenRefused(_) => "token_refused",
            Self::TokenBanned(_) => "token_banned",
            Self::WrongVersion { .. } => "wrong_version",
            Self::WrongHash => "wrong_hash",
            Self::UnfitDevice(_) => "unfit_device",
            Self::TooManyFailures { .. } => "too_many_failures",
            Self::KeyBanned { .. } => "key_banned",
            Self::KeyUsed { .. } => "key_used",
            Self::NoTime => "no_time",
            Self::NoSubscriptionOfLevel(_) => "no_subscription_of_level",
            Self::UserBanned { .. } => "user_banned",
            Self::Blacklisted { matched: Matched::Device(_), .. } => "device_blacklisted",
            Self::Blacklisted { matched: Matched::Address(_), .. } => "address_blacklisted",
            Self::NoPassword => "no_password",
            Self::WrongPassword => "wrong_password",
            Self::OtherDevice { .. } => "other_device",
            Self::SubscriptionPaused { .. } => "subscription_paused",
            Self::Ended { .. } => "ended",
            Self::NoSubscription => "no_subscription",
            Self::CodeMissing => "code_missing",
            Self::CodeWrong => "code_wrong",
        }
    }

    /// In a sentence for the vendor, without a full stop.
    pub fn text(&self, now: i64) -> String {
        match self {
            Self::AppBanned => "The application is banned by the operator of this server".into(),
            Self::AppDisabled => "The application is disabled in its settings".into(),
            Self::AppPaused => "The application is paused".into(),
            Self::VpnBlocked(ip) => format!("{ip} is an address of a VPN, and vpnBlock is on"),
            Self::TokenRefused(text) => format!("The program was not let in: {text}"),
            Self::TokenBanned(reason) => format!("The token is banned{}", because(reason)),
            Self::WrongVersion { has: Some(has), wants } => {
                format!("The program is version {has}, and {wants} is wanted")
            }
            Self::WrongVersion { has: None, wants } => {
                format!("The program tells no version, and {wants} is wanted")
            }
            Self::WrongHash => "The program's hash is not among the allowed ones".into(),
            Self::UnfitDevice(text) => format!("The program was refused: {text}"),
            Self::TooManyFailures { seconds, address } => too_many_failures(*seconds, *address),
            Self::KeyBanned { key, reason } => format!("The license {key} is banned{}", because(reason)),
            Self::KeyUsed { by, gone: true } => {
                format!("The license was used by {by}, who is deleted: nobody can use it again")
            }
            Self::KeyUsed { by, gone: false } => {
                format!("The license was used by {by}, who signs in by name and password, not by the key")
            }
            Self::NoTime => "The license is worth no time".into(),
            Self::NoSubscriptionOfLevel(level) => {
                format!("No subscription has the license's level {level}")
            }
            Self::UserBanned { reason, since, by } => user_banned(reason, *since, by, now),
            Self::Blacklisted { entry, matched } => blacklisted(entry, matched),
            Self::NoPassword => {
                "The user has no password, so nobody can sign in: set one, or `forgot` mails a link".into()
            }
            Self::WrongPassword => "The password was wrong".into(),
            Self::OtherDevice { tried, bound } => other_device(tried.as_deref(), bound),
            Self::SubscriptionPaused { subscription, left, by_app } => {
                let with = if *by_app { " along with the application" } else { "" };
                format!("The subscription {subscription} is paused{with}; {} are left", told_left(*left))
            }
            Self::Ended { subscription, since } => {
                format!("The subscription {subscription} ended {} ({})", ago(*since, now), date(*since))
            }
            Self::NoSubscription => "The user has no subscription".into(),
            Self::CodeMissing => "The two-factor code was missing".into(),
            Self::CodeWrong => "The two-factor code was wrong, or was used before".into(),
        }
    }

    /// What to tell the customer.
    pub fn tell(&self) -> String {
        match self {
            Self::AppBanned | Self::AppDisabled => "The program is switched off at the moment.".into(),
            Self::AppPaused => {
                "The program is paused at the moment. Your time stands still meanwhile.".into()
            }
            Self::VpnBlocked(_) => "Please switch your VPN or proxy off and try again.".into(),
            Self::TokenRefused(_) | Self::TokenBanned(_) | Self::WrongHash => {
                "Your copy of the program is not accepted. Please download it anew.".into()
            }
            Self::WrongVersion { wants, .. } => {
                format!("Your program is outdated. Please download version {wants}.")
            }
            Self::UnfitDevice(_) => {
                "Your computer could not be recognised. Please start the program on another one, or write \
                 which Windows you use."
                    .into()
            }
            Self::TooManyFailures { seconds: Some(seconds), .. } => {
                format!("There were too many failed tries. Please try again in {}.", span(*seconds))
            }
            Self::TooManyFailures { seconds: None, .. } => {
                "There were too many failed tries. Please try again in a quarter of an hour.".into()
            }
            Self::KeyBanned { reason, .. } => format!("Your key is banned{}.", because(reason)),
            Self::KeyUsed { gone: false, .. } => {
                "Your key was used already to make an account. Please sign in with the name and the password \
                 that you chose then."
                    .into()
            }
            Self::KeyUsed { gone: true, .. } => "This key was used already.".into(),
            Self::NoTime | Self::NoSubscriptionOfLevel(_) => {
                "There is a mistake on our side with your key; we are on it.".into()
            }
            Self::UserBanned { reason, .. } => format!("Your account is banned{}.", because(reason)),
            Self::Blacklisted { .. } => "Your computer or your connection is blocked.".into(),
            Self::NoPassword => {
                "Your account has no password yet. Use \"forgot password\" in the program, or wait until we tell you one.".into()
            }
            Self::WrongPassword => {
                "The password you typed is not right. Please type it anew, and mind capital letters.".into()
            }
            Self::OtherDevice { .. } => {
                "Your account is bound to another computer than the one you try it on.".into()
            }
            Self::SubscriptionPaused { .. } => "Your subscription is paused; no time is lost.".into(),
            Self::Ended { since, .. } => format!("Your subscription ended on {}.", date(*since)),
            Self::NoSubscription => "Your account has no subscription at the moment.".into(),
            Self::CodeMissing | Self::CodeWrong => {
                "The two-factor code was not right. Please type the one that your app shows now, and check \
                 that the clock of your phone is right."
                    .into()
            }
        }
    }

    /// What mends it, if the vendor can.
    pub fn acts(&self) -> Vec<Act> {
        match self {
            Self::AppPaused | Self::SubscriptionPaused { by_app: true, .. } => vec![Act::UnpauseApp],
            Self::KeyBanned { .. } => vec![Act::UnbanLicense],
            Self::UserBanned { by: BannedBy::License(Some(_)), .. } => vec![Act::UnbanLicense, Act::Unban],
            Self::UserBanned { .. } => vec![Act::Unban],
            Self::Blacklisted { entry, .. } => {
                vec![Act::RemoveEntry { kind: entry.kind.clone(), value: entry.value.clone() }]
            }
            Self::OtherDevice { .. } => vec![Act::ResetDevices],
            Self::SubscriptionPaused { by_app: false, .. } => vec![Act::Unpause],
            Self::Ended { .. } | Self::NoSubscription => vec![Act::Extend],
            Self::CodeMissing | Self::CodeWrong => vec![Act::TurnTwoFactorOff],
            Self::TokenRefused(_) => vec![Act::ResetDevices],
            _ => Vec::new(),
        }
    }
}

fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

fn too_many_failures(seconds: Option<i64>, address: bool) -> String {
    let of = if address { "from this address" } else { "with this name" };
    match seconds {
        Some(seconds) => format!("Too many failures {of}: the next try counts in {}", span(seconds)),
        None => format!("Too many failures {of}"),
    }
}

fn user_banned(reason: &str, since: Option<i64>, by: &BannedBy, now: i64) -> String {
    let by = match by {
        BannedBy::Vendor => " by the vendor".into(),
        BannedBy::Program => " by the program itself".into(),
        BannedBy::License(Some(key)) => format!(" along with the license {key}"),
        BannedBy::License(None) => " along with a license that is deleted".into(),
        BannedBy::Unknown => String::new(),
    };
    let since = since.map(|second| format!(" {} ({})", ago(second, now), date(second))).unwrap_or_default();
    format!("Banned{by}{since}{}", because(reason))
}

fn blacklisted(entry: &Blacklisted, matched: &Matched) -> String {
    let (what, value) = match matched {
        Matched::Device(hwid) => ("device", hwid),
        Matched::Address(ip) => ("address", ip),
    };
    let through = if *value == entry.value { String::new() } else { format!(" through {}", entry.value) };
    let reason = entry.reasons.first();
    let source = match reason.map(|reason| (reason.source.as_str(), reason.source.user())) {
        Some(("ban", Some(user))) => format!(" by the ban of {user}"),
        Some(("ban", None)) => " by the ban of a user".into(),
        _ => String::new(),
    };
    let until = match reason.and_then(|reason| reason.until) {
        Some(until) => format!(" until {}", date(until)),
        None => String::new(),
    };
    format!("The {what} {value} is blacklisted{through}{source}{until}{}", because(entry.reason()))
}

fn other_device(tried: Option<&str>, bound: &[String]) -> String {
    let tried =
        tried.map_or_else(|| "a device that was not told".into(), |hwid| format!("the device {hwid}"));
    format!("The try came from {tried}, and only {} is bound", bound.join(", "))
}

/// What is left of a subscription.
pub(super) fn told_left(seconds: i64) -> String {
    if seconds == NEVER { "all times".into() } else { span(seconds) }
}
