//! The words for what people of a team may do, and for the balances of resellers.

use claviger_domain::{Balance, Permission, ResellerRight};

/// Areas of managers: in the words of the side bar, and what each allows.
pub(crate) const PERMISSIONS: [(Permission, &str, &str); 12] = [
    (Permission::Licenses, "licenses", "make, change, ban and delete license keys"),
    (Permission::Users, "users", "see users, reset devices, extend, ban and delete"),
    (Permission::Subscriptions, "subscriptions", "decide which level brings what"),
    (Permission::Chats, "chats", "channels, messages, muting"),
    (Permission::Sessions, "sessions", "see who is online, end sessions"),
    (Permission::Webhooks, "webhooks", "addresses that programs call through the server"),
    (Permission::Files, "files", "what programs download"),
    (Permission::Variables, "variables", "texts that programs read"),
    (Permission::Logs, "logs", "read what programs logged"),
    (Permission::Blacklists, "blacklists", "keep addresses and devices out, or let them in"),
    (Permission::Settings, "settings", "everything about the application, its credentials too"),
    (Permission::Tokens, "tokens", "one-time tokens of users and licenses"),
];

/// What resellers may do with their licenses: the field's value, and what it allows.
pub(crate) const RIGHTS: [(ResellerRight, &str, &str); 3] = [
    (ResellerRight::Ban, "ban", "ban licenses that it made, and lift these bans"),
    (ResellerRight::Delete, "delete", "delete licenses that it made; the balance does not come back"),
    (ResellerRight::ResetDevices, "devices", "reset the devices of users who used its licenses"),
];

/// How long licenses last, in the order of a balance's counts: the field's name, and the words.
pub(crate) const LENGTHS: [(&str, &str); 7] = [
    ("day", "a day"),
    ("week", "a week"),
    ("month", "a month"),
    ("three_month", "three months"),
    ("six_month", "six months"),
    ("lifetime", "more than a year"),
    ("year", "a year"),
];

/// The areas of a manager, in words.
pub(crate) fn areas(permissions: i64) -> String {
    let all = PERMISSIONS.iter().all(|(permission, ..)| permission.is_in(permissions));
    if all {
        return "everything".into();
    }
    let words = PERMISSIONS.iter().filter(|(permission, ..)| permission.is_in(permissions));
    words.map(|(_, word, _)| *word).collect::<Vec<_>>().join(", ")
}

/// The levels of a reseller, in words.
pub(crate) fn levels(key_levels: &str) -> String {
    match key_levels {
        "" | "N/A" => "all levels".into(),
        levels if levels.contains(',') => format!("levels {levels}"),
        level => format!("level {level}"),
    }
}

/// What there is of a balance, as `3 a week, 1 a year`; `sign`: with what was taken and given.
pub(crate) fn told(balance: &Balance, sign: bool) -> String {
    let counts = balance.counts().into_iter().zip(LENGTHS).filter(|(count, _)| *count != 0);
    let words = counts.map(|(count, (_, word))| match count {
        count if count < 0 => format!("−{} for {word}", count.unsigned_abs()),
        count if sign => format!("+{count} for {word}"),
        count => format!("{count} for {word}"),
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "nothing".into() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_its_words() {
        let bits = PERMISSIONS.iter().fold(0, |bits, (permission, ..)| bits | *permission as i64);
        assert_eq!(bits, Permission::ALL);
        assert_eq!(areas(bits), "everything");
        assert_eq!(areas(3), "licenses, users");
    }

    #[test]
    fn balances_are_told() {
        let balance = Balance { week: 3, year: 1, ..Balance::default() };
        assert_eq!(told(&balance, false), "3 for a week, 1 for a year");
        let change = Balance { week: -3, year: 1, ..Balance::default() };
        assert_eq!(told(&change, true), "−3 for a week, +1 for a year");
        assert_eq!(told(&Balance::default(), false), "nothing");
        assert_eq!(levels("N/A"), "all levels");
        assert_eq!(levels("1,2"), "levels 1,2");
    }
}
