//! Which settings there are, and what values fit.

use std::ops::RangeInclusive;

use claviger_domain::{
    Alphabet, HWID_MAX, MAX_SESSION_SECONDS, Mask, NOT_A_LINE, Network, is_line, is_md5, tidy, trimmed,
};
use serde_json::Value;

use super::super::checks::check_url;
use crate::shared::limits::NAME_MAX;

/// Longest text for end users in bytes.
pub(super) const MESSAGE_MAX: usize = 100;
/// Entries of a list at most.
pub(super) const LIST_MAX: usize = 1000;
/// What C++ programs take for an attack after a login.
const INITIALIZED: &str = "Initialized";

/// A setting: its name, and what values fit.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, with dots.
    pub name: &'static str,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Flag,
    Number(RangeInclusive<i64>),
    /// Not empty, so many bytes at most.
    Text(usize),
    /// As [`Kind::Text`], without line ends.
    Line(usize),
    /// May be empty; so many bytes at most.
    Url(usize),
    /// May be empty; so many bytes at most.
    Optional(usize),
    /// As [`Kind::Optional`]; kept encrypted.
    Secret(usize),
    Hashes,
    Networks,
    Mask,
    /// The text after a login.
    LoggedIn,
}

const fn rule(name: &'static str, kind: Kind) -> Rule {
    Rule { name, kind }
}

const MESSAGE: Kind = Kind::Text(MESSAGE_MAX);

/// Every setting of an application.
pub const SETTINGS: &[Rule] = &[
    rule("enabled", Kind::Flag),
    rule("paused", Kind::Flag),
    rule("api.v1_0", Kind::Flag),
    rule("api.v1_1", Kind::Flag),
    rule("api.v1_2", Kind::Flag),
    rule("api.v1_3", Kind::Flag),
    rule("version", Kind::Line(5)),
    rule("download", Kind::Url(120)),
    rule("hwidCheck", Kind::Flag),
    rule("forceHwid", Kind::Flag),
    rule("minHwid", Kind::Number(0..=HWID_MAX as i64)),
    rule("sessionSeconds", Kind::Number(1..=MAX_SESSION_SECONDS)),
    rule("forceEncryption", Kind::Flag),
    rule("hashCheck", Kind::Flag),
    rule("hashes", Kind::Hashes),
    rule("hashLearn", Kind::Flag),
    rule("vpnBlock", Kind::Flag),
    rule("tokenSystem", Kind::Flag),
    rule("blockLeakedPasswords", Kind::Flag),
    rule("banBlacklistsIp", Kind::Flag),
    rule("bindSessionToIp", Kind::Flag),
    rule("hideUnknownUsers", Kind::Flag),
    rule("webhook", Kind::Url(130)),
    rule("logsKept", Kind::Number(1..=10_000_000)),
    rule("sellerLogs", Kind::Flag),
    rule("sellerLogsKept", Kind::Number(1..=10_000_000)),
    rule("auditKept", Kind::Number(1..=10_000_000)),
    rule("sellerApiShowsSecret", Kind::Flag),
    rule("cooldownSeconds", Kind::Number(0..=315_360_000)),
    rule("webDownload", Kind::Optional(120)),
    rule("resellerStore", Kind::Optional(69)),
    rule("sellixSecret", Kind::Secret(32)),
    rule("dayProductId", Kind::Optional(13)),
    rule("weekProductId", Kind::Optional(13)),
    rule("monthProductId", Kind::Optional(13)),
    rule("lifetimeProductId", Kind::Optional(13)),
    rule("minUsername", Kind::Number(1..=NAME_MAX as i64)),
    rule("killOtherSessions", Kind::Flag),
    rule("sellerApiWhitelist", Kind::Networks),
    rule("licenseMask", Kind::Mask),
    rule("messages.appDisabled", MESSAGE),
    rule("messages.pausedApp", MESSAGE),
    rule("messages.vpnBlocked", MESSAGE),
    rule("messages.hashCheckFail", MESSAGE),
    rule("messages.tokenInvalid", MESSAGE),
    rule("messages.usernameTaken", MESSAGE),
    rule("messages.keyNotFound", MESSAGE),
    rule("messages.keyUsed", MESSAGE),
    rule("messages.keyExpired", MESSAGE),
    rule("messages.keyBanned", MESSAGE),
    rule("messages.noSubLevel", MESSAGE),
    rule("messages.usernameNotFound", MESSAGE),
    rule("messages.passMismatch", MESSAGE),
    rule("messages.hwidMismatch", MESSAGE),
    rule("messages.hwidBlacked", MESSAGE),
    rule("messages.noActiveSubs", MESSAGE),
    rule("messages.pausedSub", MESSAGE),
    rule("messages.userBanned", MESSAGE),
    rule("messages.sessionUnauthed", MESSAGE),
    rule("messages.loggedIn", Kind::LoggedIn),
    rule("messages.usernameTooShort", MESSAGE),
    rule("messages.passwordLeaked", MESSAGE),
    rule("messages.chatHitDelay", MESSAGE),
];

impl Rule {
    /// Whether the value is kept encrypted and shown nowhere.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret(_))
    }

    /// The rule for a setting.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|rule| rule.name == name)
    }

    /// Reads a value; else what is wrong with it.
    pub(super) fn parse(&self, text: &str) -> Result<Value, String> {
        if let (Kind::Mask, Ok(mask)) = (&self.kind, Mask::new(text))
            && mask.is_weak(Alphabet::default())
        {
            let (bits, min) = (mask.bits(Alphabet::default()), Mask::MIN_BITS);
            return Err(format!(
                "its keys have {bits} bits of randomness and could be guessed; {min} are enough. Write more *, \
                 or add --force"
            ));
        }
        self.parse_forced(text)
    }

    /// As [`Rule::parse`], but takes a mask whose keys can be guessed.
    pub(super) fn parse_forced(&self, text: &str) -> Result<Value, String> {
        let text = trimmed(text);
        match &self.kind {
            Kind::Flag => flag(text),
            Kind::Number(range) => number(text, range),
            Kind::Text(max) => message(text, *max),
            Kind::Line(max) => match tidy(text) {
                text if is_line(text) => message(text, *max),
                _ => Err(format!("it {NOT_A_LINE}")),
            },
            Kind::Url(_) if text.is_empty() => Ok(Value::Null),
            Kind::Url(max) => {
                let text = tidy(text);
                check_url("the address", text, *max).map_err(|error| error.to_string())?;
                Ok(text.into())
            }
            Kind::Optional(_) | Kind::Secret(_) if text.is_empty() => Ok(Value::Null),
            Kind::Optional(max) | Kind::Secret(max) => message(text, *max),
            Kind::Hashes => list(text, hash),
            Kind::Networks => list(text, network),
            Kind::Mask => {
                let mask = Mask::new(text).map_err(|error| error.to_string())?;
                Ok(mask.as_str().into())
            }
            Kind::LoggedIn if text == INITIALIZED => {
                Err(format!("programs in C++ take `{INITIALIZED}` for an attack: choose another text"))
            }
            Kind::LoggedIn => message(text, MESSAGE_MAX),
        }
    }

    /// As [`Rule::parse_forced`], but takes any text for an address.
    pub(super) fn parse_leniently(&self, text: &str) -> Result<Value, String> {
        match &self.kind {
            Kind::Url(max) if !trimmed(text).is_empty() => message(tidy(text), *max),
            _ => self.parse_forced(text),
        }
    }
}

fn flag(text: &str) -> Result<Value, String> {
    text.parse::<bool>().map(Value::from).map_err(|_| format!("`{text}` is neither true nor false"))
}

fn number(text: &str, range: &RangeInclusive<i64>) -> Result<Value, String> {
    match text.parse::<i64>() {
        Ok(number) if range.contains(&number) => Ok(number.into()),
        _ => Err(format!("`{text}` is no number from {} to {}", range.start(), range.end())),
    }
}

fn message(text: &str, max: usize) -> Result<Value, String> {
    match text.len() {
        0 => Err("it must not be empty".into()),
        length if length > max => Err(format!("it has at most {max} bytes; this text has {length}")),
        _ => Ok(text.into()),
    }
}

/// A list as JSON, or separated by commas.
fn list(text: &str, entry: fn(&str) -> Result<String, String>) -> Result<Value, String> {
    let entries: Vec<String> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(|_| "it is no JSON list of texts".to_owned())?
    } else {
        text.split(',').map(|entry| entry.trim().to_owned()).filter(|entry| !entry.is_empty()).collect()
    };
    if entries.len() > LIST_MAX {
        return Err(format!("it has at most {LIST_MAX} entries; this list has {}", entries.len()));
    }
    let mut kept: Vec<String> = Vec::with_capacity(entries.len());
    for text in entries {
        let text = entry(tidy(&text))?;
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    Ok(kept.into())
}

fn hash(text: &str) -> Result<String, String> {
    if is_md5(text) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(format!("`{text}` is no MD5 hash: write 32 hexadecimal digits"))
    }
}

fn network(text: &str) -> Result<String, String> {
    text.parse::<Network>().map(|network| network.to_string()).map_err(|error| error.to_string())
}
