//! What a seller key may do: in which areas of an application, and whether it may change anything there.

use std::{fmt, str::FromStr};

/// An area of the Seller API, as a bit of a key's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum SellerArea {
    /// Sessions.
    Sessions = 1,
    /// License keys.
    Licenses = 2,
    /// End users and their variables.
    Users = 4,
    /// What the application offers, and what users have of it.
    Subscriptions = 8,
    /// Variables of the application.
    Variables = 16,
    /// Blacklist and whitelist.
    Blacklist = 32,
    /// Chat channels.
    Chats = 64,
    /// Files.
    Files = 128,
    /// Webhooks.
    Webhooks = 256,
    /// Buttons of the web loader.
    Buttons = 512,
    /// Accounts of resellers and managers.
    Accounts = 1024,
    /// The application and its settings.
    Application = 2048,
    /// What programs wrote.
    Logs = 4096,
}

impl SellerArea {
    /// All areas, in the order of the documentation.
    pub const ALL: [Self; 13] = [
        Self::Sessions,
        Self::Licenses,
        Self::Users,
        Self::Subscriptions,
        Self::Variables,
        Self::Blacklist,
        Self::Chats,
        Self::Files,
        Self::Webhooks,
        Self::Buttons,
        Self::Accounts,
        Self::Application,
        Self::Logs,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Licenses => "licenses",
            Self::Users => "users",
            Self::Subscriptions => "subscriptions",
            Self::Variables => "variables",
            Self::Blacklist => "blacklist",
            Self::Chats => "chats",
            Self::Files => "files",
            Self::Webhooks => "webhooks",
            Self::Buttons => "buttons",
            Self::Accounts => "accounts",
            Self::Application => "application",
            Self::Logs => "logs",
        }
    }
}

/// Every bit of an area.
const EVERYWHERE: u32 = (1 << SellerArea::ALL.len()) - 1;
/// The word for a key that changes nothing.
const READ: &str = "read";
/// The word for a key without limits.
const ALL: &str = "all";

/// What a seller key may do. Written as words with commas between them: areas, and `read` for a key that changes
/// nothing. No area means all of them; `all` alone is a key without limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SellerRights {
    areas: u32,
    read_only: bool,
}

impl SellerRights {
    /// Everything.
    pub const ALL: Self = Self { areas: EVERYWHERE, read_only: false };
    /// Everything that changes nothing.
    pub const READ_ONLY: Self = Self { areas: EVERYWHERE, read_only: true };
    /// Sessions and nothing else.
    pub const SESSIONS: Self = Self { areas: SellerArea::Sessions as u32, read_only: false };
    /// Licenses and nothing else.
    pub const LICENSES: Self = Self { areas: SellerArea::Licenses as u32, read_only: false };

    /// Whether a key may do something in an area: read, or change it.
    pub fn allow(self, area: SellerArea, changes: bool) -> bool {
        self.areas & area as u32 != 0 && !(changes && self.read_only)
    }

    /// Whether a key may change nothing.
    pub fn is_read_only(self) -> bool {
        self.read_only
    }

    /// Whether a key has an area.
    pub fn has(self, area: SellerArea) -> bool {
        self.allow(area, false)
    }

    /// Whether a key has every area.
    pub fn is_everywhere(self) -> bool {
        self.areas == EVERYWHERE
    }
}

impl fmt::Display for SellerRights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str(ALL);
        }
        let limited = !self.is_everywhere();
        let areas = SellerArea::ALL.into_iter().filter(|&area| limited && self.has(area));
        let words = areas.map(SellerArea::as_str).chain(self.read_only.then_some(READ));
        f.write_str(&words.collect::<Vec<_>>().join(","))
    }
}

impl FromStr for SellerRights {
    type Err = String;

    /// Reads the words, in any case and order.
    ///
    /// # Errors
    /// With a sentence, when there is no word, or one that is none of them.
    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let (mut areas, mut read_only, mut any) = (0, false, false);
        for word in words {
            let is = |known: &str| known.eq_ignore_ascii_case(word);
            match SellerArea::ALL.into_iter().find(|area| is(area.as_str())) {
                Some(area) => areas |= area as u32,
                None if is(READ) => read_only = true,
                None if is(ALL) => areas = EVERYWHERE,
                None => return Err(unknown(word)),
            }
            any = true;
        }
        if !any {
            return Err("a key needs a right".into());
        }
        Ok(Self { areas: if areas == 0 { EVERYWHERE } else { areas }, read_only })
    }
}

fn unknown(word: &str) -> String {
    let areas = SellerArea::ALL.map(SellerArea::as_str).join(", ");
    format!("`{word}` is no right of a seller key: write all, read, or areas of these: {areas}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_written() {
        for (text, rights, written) in [
            ("all", SellerRights::ALL, "all"),
            ("READ", SellerRights::READ_ONLY, "read"),
            ("all,read", SellerRights::READ_ONLY, "read"),
            (" sessions ", SellerRights::SESSIONS, "sessions"),
            ("Licenses,licenses,", SellerRights::LICENSES, "licenses"),
        ] {
            assert_eq!(text.parse(), Ok(rights), "{text}");
            assert_eq!(rights.to_string(), written);
        }
        let several: SellerRights = "read,logs,sessions".parse().unwrap();
        assert_eq!(several.to_string(), "sessions,logs,read");
        for text in ["", ",", "everything", "read write", "sessions;logs", "\0"] {
            assert!(text.parse::<SellerRights>().is_err(), "{text:?}");
        }
        let every = SellerArea::ALL.map(SellerArea::as_str).join(",");
        assert_eq!(every.parse(), Ok(SellerRights::ALL));
    }

    #[test]
    fn rights_are_what_they_say() {
        for area in SellerArea::ALL {
            assert!(SellerRights::ALL.allow(area, true) && SellerRights::ALL.allow(area, false));
            assert!(SellerRights::READ_ONLY.allow(area, false) && !SellerRights::READ_ONLY.allow(area, true));
            for changes in [false, true] {
                assert_eq!(SellerRights::SESSIONS.allow(area, changes), area == SellerArea::Sessions);
                assert_eq!(SellerRights::LICENSES.allow(area, changes), area == SellerArea::Licenses);
            }
        }
    }
}
