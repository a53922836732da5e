//! Every setting of an application: the group in which it stands, its words, and a sentence that explains it.

/// A group of settings.
pub(crate) struct Group {
    /// For the address: `#devices`.
    pub id: &'static str,
    pub title: &'static str,
    /// Only the application's owner sees and changes them: they are about what keys may do, and what is kept of it.
    pub owner_only: bool,
    /// Texts that programs show.
    pub shown_by_programs: bool,
    /// Name, words and sentence of each.
    pub settings: &'static [Entry],
}

/// A setting: its name, what it is called, and a sentence.
type Entry = (&'static str, &'static str, &'static str);

const fn group(id: &'static str, title: &'static str, settings: &'static [Entry]) -> Group {
    Group { id, title, owner_only: false, shown_by_programs: false, settings }
}

/// All of them, in the order of the page.
pub(crate) const GROUPS: &[Group] = &[
    group("state", "State", STATE),
    group("api", "Versions of the Client API", API),
    group("programs", "Programs that start", PROGRAMS),
    group("devices", "Devices", DEVICES),
    group("users", "Users and passwords", USERS),
    group("licenses", "Licenses and shops", LICENSES),
    group("logs", "Logs of programs", LOGS),
    Group { shown_by_programs: true, ..group("texts", "Texts that programs show", TEXTS) },
    Group { owner_only: true, ..group("seller", "Seller API and its logs", SELLER) },
];

const STATE: &[Entry] = &[
    (
        "enabled",
        "Switched on",
        "Off, programs are refused when they start and in what open sessions ask; time goes on.",
    ),
    ("paused", "Paused", "As switched off, and no subscription loses time until it goes on."),
];

const API: &[Entry] = &[
    ("api.v1_3", "API 1.3", "Replies are signed with the public key."),
    ("api.v1_2", "API 1.2", "Replies are signed with the secret."),
    ("api.v1_1", "API 1.1", "Replies can be forged; for programs that speak nothing else."),
    ("api.v1_0", "API 1.0", "Replies can be forged, and the encryption is weak."),
];

const PROGRAMS: &[Entry] = &[
    (
        "version",
        "Version",
        "What programs must send as their version, if they send one. Others are told to update.",
    ),
    ("download", "Download", "Address that programs of another version are told."),
    ("sessionSeconds", "Life of a session", "Seconds from the start of the program; at most 604800, a week."),
    (
        "forceEncryption",
        "Encryption on API 1.2",
        "A program on API 1.2 must bring an encryption key when it starts.",
    ),
    (
        "bindSessionToIp",
        "Sessions stay at their address",
        "A session answers only the address it began at; in IPv6 its network.",
    ),
    ("hashCheck", "Check the program's hash", "A program whose hash is not listed below is refused."),
    ("hashes", "Hashes", "MD5 hashes of the program that are let through, one a line."),
    (
        "hashLearn",
        "Learn the next hash",
        "While none is listed, the next hash that a program brings is the first of the list.",
    ),
    ("tokenSystem", "Tokens", "A program must bring the token of a license or a user when it starts."),
    (
        "vpnBlock",
        "Refuse VPNs",
        "Programs behind VPNs, proxies and hosting providers are refused; the server needs a list of them.",
    ),
    ("webDownload", "Web loader", "Where the web loader finds the program."),
];

const DEVICES: &[Entry] = &[
    (
        "hwidCheck",
        "Bind users to devices",
        "A user signs in only from the devices that are bound to the account.",
    ),
    ("forceHwid", "Devices must be told", "A sign-in without a device (HWID) is refused."),
    ("minHwid", "Shortest device", "Bytes that the text of a device has at least."),
    ("cooldownSeconds", "Between two resets", "Seconds that users wait between two resets of their devices."),
];

const USERS: &[Entry] = &[
    ("minUsername", "Shortest name", "Bytes that a user's name has at least; names that are there stay."),
    ("killOtherSessions", "One session a user", "Signing in ends the user's other sessions."),
    (
        "blockLeakedPasswords",
        "Refuse leaked passwords",
        "Passwords known from breaches are refused; the server needs a list of them.",
    ),
    (
        "hideUnknownUsers",
        "Do not tell which users there are",
        "An unknown name is answered like a wrong password.",
    ),
    (
        "banBlacklistsIp",
        "Bans blacklist addresses",
        "The ban of a user blacklists the address too, unless it says otherwise.",
    ),
];

const LICENSES: &[Entry] = &[
    ("licenseMask", "Mask of keys", "How generated license keys look: each * becomes a letter or a digit."),
    ("resellerStore", "Shop for resellers", "Address where resellers buy balance."),
    ("dayProductId", "Product: a day", "What the shop calls a reseller's license for a day."),
    ("weekProductId", "Product: a week", "What the shop calls a reseller's license for a week."),
    ("monthProductId", "Product: a month", "What the shop calls a reseller's license for a month."),
    ("lifetimeProductId", "Product: for ever", "What the shop calls a reseller's license for ever."),
];

const LOGS: &[Entry] = &[
    (
        "webhook",
        "Webhook for logs",
        "Address that each line of `log` is sent to besides. It is not shown once it is set.",
    ),
    (
        "logsKept",
        "Lines kept",
        "The newest lines of signed-in users, and as many of strangers; older ones are deleted.",
    ),
];

const SELLER: &[Entry] = &[
    (
        "sellerApiWhitelist",
        "Addresses of the Seller API",
        "Addresses and networks that may use the Seller API, one a line; none: all.",
    ),
    (
        "sellerApiShowsSecret",
        "Seller API tells the secret",
        "`appdetails` tells the application's secret to keys that may see secrets.",
    ),
    (
        "sellixSecret",
        "Secret of Sellix",
        "The shop's secret. It is kept encrypted, and not shown once it is set.",
    ),
    ("sellerLogs", "Log requests", "Keeps each request of the Seller API, without secrets."),
    ("sellerLogsKept", "Requests kept", "The newest ones; older ones are deleted."),
    ("auditKept", "Changes kept", "Changes that the audit log keeps, the newest; older ones are deleted."),
];

const TEXTS: &[Entry] = &[
    ("messages.loggedIn", "Signed in", "A sign-in or registration went well."),
    ("messages.appDisabled", "Switched off", "The application is switched off."),
    ("messages.pausedApp", "Paused", "The application is paused."),
    ("messages.vpnBlocked", "VPN", "The program is behind a VPN."),
    ("messages.hashCheckFail", "Wrong hash", "The program's hash is not listed."),
    ("messages.tokenInvalid", "No such token", "The token is not there."),
    ("messages.usernameNotFound", "No such user", "Nobody has that name."),
    ("messages.passMismatch", "Wrong password", "The password is another one."),
    ("messages.hwidMismatch", "Another device", "The device is not bound to the user."),
    ("messages.hwidBlacked", "Blacklisted", "The device or the address is blacklisted."),
    ("messages.userBanned", "User banned", "{reason} stands for the reason of the ban."),
    ("messages.noActiveSubs", "No subscription", "No subscription of the user runs."),
    ("messages.pausedSub", "Subscription paused", "All subscriptions of the user are paused."),
    ("messages.keyNotFound", "No such license", "The license key is not there."),
    ("messages.keyUsed", "License used", "The license key was used before."),
    (
        "messages.keyExpired",
        "License expired",
        "For panels: the license is over. Programs get the text for no subscription.",
    ),
    ("messages.keyBanned", "License banned", "{reason} stands for the reason of the ban."),
    ("messages.noSubLevel", "No subscription of the level", "No subscription has the level of the license."),
    ("messages.usernameTaken", "Name taken", "Somebody has that name already."),
    ("messages.usernameTooShort", "Name too short", "The name is shorter than the shortest allowed."),
    ("messages.passwordLeaked", "Leaked password", "The password is known from a breach."),
    ("messages.sessionUnauthed", "Not signed in", "The request needs somebody who is signed in."),
    (
        "messages.chatHitDelay",
        "Chat too fast",
        "The next chat message came before the channel's delay was over.",
    ),
];

/// What a setting is called; its name where it has no words.
pub(crate) fn label(name: &str) -> &str {
    let entries = GROUPS.iter().flat_map(|group| group.settings);
    entries.into_iter().find(|(known, ..)| *known == name).map_or(name, |(_, label, _)| label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_setting_stands_in_one_group() {
        let mut seen = BTreeSet::new();
        for (name, label, sentence) in GROUPS.iter().flat_map(|group| group.settings) {
            assert!(seen.insert(*name), "{name} twice");
            assert!(!label.is_empty() && sentence.ends_with('.'), "{name}");
        }
        let known: BTreeSet<&str> = claviger_service::vendor::SETTINGS.iter().map(|rule| rule.name).collect();
        assert_eq!(seen, known);
    }
}
