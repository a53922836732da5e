//! The tables that are taken, and those that are not.

use claviger_store::StoreError;

use super::{
    access, chat, extras, licenses,
    slice::{Fate, Slice},
    subscriptions, tokens, users, variables,
};

/// A table that is taken.
pub(super) struct Table {
    /// Its name in a dump.
    pub(super) name: &'static str,
    /// In which pass it is read: behind what its rows refer to.
    pub(super) pass: usize,
    /// Columns that say what a row is called.
    pub(super) label: &'static [&'static str],
    /// Columns that are read, and those that say nothing which would not be known here.
    pub(super) columns: &'static [&'static str],
    /// Deals with some rows; as many fates as there are rows.
    pub(super) take: fn(&mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError>,
}

/// Passes over the export.
pub(super) const PASSES: usize = 3;

/// The tables that are taken.
pub(super) static TABLES: [Table; 15] = [
    Table {
        name: "subscriptions",
        pass: 1,
        label: &["name"],
        columns: &["id", "name", "level", "app"],
        take: subscriptions::take_offered,
    },
    Table {
        name: "vars",
        pass: 1,
        label: &["varid", "name"],
        columns: &["id", "varid", "name", "msg", "data", "value", "authed", "app"],
        take: variables::take,
    },
    Table {
        name: "chats",
        pass: 1,
        label: &["name"],
        columns: &["id", "name", "delay", "app"],
        take: chat::take_channels,
    },
    Table {
        name: "files",
        pass: 1,
        label: &["id", "name"],
        columns: &["id", "name", "url", "size", "uploaddate", "authed", "app"],
        take: extras::take_files,
    },
    Table {
        name: "webhooks",
        pass: 1,
        label: &["webid"],
        columns: &["id", "webid", "baselink", "short_baselink", "url", "useragent", "authed", "app"],
        take: extras::take_webhooks,
    },
    Table {
        name: "buttons",
        pass: 1,
        label: &["value"],
        columns: &["id", "value", "text", "label", "app"],
        take: extras::take_buttons,
    },
    Table {
        name: "bans",
        pass: 1,
        label: &["hwid", "ip", "data"],
        columns: &["id", "hwid", "ip", "type", "data", "reason", "region", "country", "asn", "app"],
        take: access::take_blacklist,
    },
    Table {
        name: "whitelist",
        pass: 1,
        label: &["ip"],
        columns: &["id", "ip", "app"],
        take: access::take_whitelist,
    },
    Table {
        name: "users",
        pass: 1,
        label: &["username"],
        columns: &[
            "id",
            "username",
            "email",
            "password",
            "hash",
            "hwid",
            "app",
            "owner",
            "createdate",
            "lastlogin",
            "banned",
            "ip",
            "cooldown",
            "subscriptions",
            "subscription",
            "expiry",
            "days",
        ],
        take: users::take,
    },
    Table {
        name: "keys",
        pass: 2,
        label: &["key"],
        columns: &[
            "id", "key", "note", "expires", "duration", "status", "level", "genby", "gengy", "gendate",
            "usedon", "usedby", "app", "banned",
        ],
        take: licenses::take,
    },
    Table {
        name: "chatmsgs",
        pass: 2,
        label: &["channel", "author"],
        columns: &["id", "author", "message", "timestamp", "channel", "app"],
        take: chat::take_messages,
    },
    Table {
        name: "mutes",
        pass: 2,
        label: &["user"],
        columns: &["id", "user", "username", "time", "until", "app"],
        take: chat::take_mutes,
    },
    Table {
        name: "uservars",
        pass: 2,
        label: &["user", "name"],
        columns: &["id", "name", "data", "value", "user", "username", "app", "readOnly"],
        take: variables::take_of_users,
    },
    Table {
        name: "subs",
        pass: 3,
        label: &["user"],
        columns: &[
            "id",
            "user",
            "username",
            "subscription",
            "expiry",
            "expires",
            "timeleft",
            "level",
            "app",
            "key",
            "paused",
        ],
        take: subscriptions::take_had,
    },
    Table {
        name: "tokens",
        pass: 3,
        label: &["assigned"],
        columns: &["id", "app", "token", "assigned", "banned", "reason", "hash", "type", "kind", "status"],
        take: tokens::take,
    },
];

/// Tables that tell of applications.
pub(super) const APPS: &str = "apps";
/// The table of owners, resellers and managers.
pub(super) const ACCOUNTS: &str = "accounts";

/// Tables of which nothing is taken, and why; others say nothing to us.
const LEFT_OUT: [(&str, &str); 9] = [
    (ACCOUNTS, "managers and resellers choose a password here: make them with `claviger account add`"),
    ("sessions", "programs begin new ones"),
    ("logs", "what programs wrote stays where it was"),
    ("sellerLogs", "requests of the past stay where they were"),
    ("auditLog", "what vendors changed stays where it was"),
    ("emailverify", "it waits for mails of the other server"),
    ("resets", "it waits for mails of the other server"),
    ("usernames", "the same names stand in `users`"),
    ("orders", "what was paid to the other server is not known here"),
];

impl Table {
    /// The table of a name, in any case.
    pub(super) fn of(name: &str) -> Option<usize> {
        TABLES.iter().position(|table| table.name.eq_ignore_ascii_case(name))
    }
}

/// Why nothing is taken of a table.
pub(super) fn why_left_out(name: &str) -> &'static str {
    let known = LEFT_OUT.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    known.map_or("it says nothing to us", |(_, why)| why)
}

/// The table of a row of a reply of the Seller API, whose lists have other names there.
pub(super) fn of_reply<'n>(name: &'n str, columns: &[String]) -> &'n str {
    let has = |column: &str| columns.iter().any(|name| name.eq_ignore_ascii_case(column));
    match name {
        "subs" if !has("subscription") => "subscriptions",
        "vars" if has("user") => "uservars",
        "blacklists" => "bans",
        "whitelists" => "whitelist",
        name => name,
    }
}
