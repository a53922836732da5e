//! The look-ups, the cheap ones first: names and keys by their indexes, then addresses and devices by theirs.

use std::net::IpAddr;

use claviger_domain::{Network, fold, normalize_hwid};
use claviger_store::{
    Conn, StoreError,
    access::{self, Blacklisted},
    licenses::{self, License},
    tries,
    users::{self, User},
};

use super::found::{How, Match};
use crate::{
    shared::limits::NAME_MAX,
    vendor::why::{Who, named},
};

/// Matches of one kind that are told.
const TOLD: i64 = 20;
/// Users whose addresses are compared with a network.
const IN_NETWORK: i64 = 2000;
/// Shortest beginning that is looked for, and shortest part of a device, in characters.
const BEGINNING_MIN: usize = 2;
const DEVICE_MIN: usize = 6;

/// What to look for.
pub(super) struct Wanted {
    /// The whole text, in its spellings.
    pub(super) spellings: Vec<String>,
    /// Words in it.
    pub(super) words: Vec<String>,
    /// Hashes of the e-mail address that it may be.
    pub(super) hashes: Vec<[String; 2]>,
}

/// What is exactly that: the first kind of which there is anything.
pub(super) fn exact(
    conn: &mut Conn<'_>,
    app: i64,
    wanted: &Wanted,
    now: i64,
) -> Result<Vec<Match>, StoreError> {
    let found = by_names(conn, app, &wanted.spellings)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let mut found = Vec::new();
    for [keyed, imported] in &wanted.hashes {
        let users = users::by_email(conn, app, [keyed, imported])?;
        found.extend(users.into_iter().map(|one| of_user(one, How::Email)));
    }
    for text in &wanted.spellings {
        if let Ok(network) = text.parse::<Network>() {
            found.extend(by_network(conn, app, network, now)?);
            break;
        }
    }
    if found.is_empty() {
        found = by_device(conn, app, &wanted.spellings, now)?;
    }
    if found.is_empty() {
        found = by_names(conn, app, &wanted.words)?;
    }
    Ok(unique(found))
}

fn of_user(user: User, how: How) -> Match {
    Match::User { id: user.id, name: user.username, how }
}

fn of_license(license: License, how: How) -> Match {
    Match::License { id: license.id, key: license.key, usedby: license.usedby, how }
}

/// Each user and license once. A license by which its user signs in is that user.
pub(super) fn unique(all: Vec<Match>) -> Vec<Match> {
    let mut kept: Vec<Match> = Vec::new();
    for one in all {
        let known = |other: &Match| match (one.subject(), other.subject()) {
            (None, None) => one == *other,
            (one, other) => one == other,
        };
        if !kept.iter().any(known) {
            kept.push(one);
        }
    }
    kept
}

fn by_names(conn: &mut Conn<'_>, app: i64, names: &[String]) -> Result<Vec<Match>, StoreError> {
    let mut found = Vec::new();
    for name in names.iter().filter(|name| name.len() <= NAME_MAX) {
        let user = users::by_name(conn, app, name)?;
        let license = licenses::by_key(conn, app, name)?;
        let one = |user: &User, license: &License| user.by_license == Some(license.id);
        match (user, license) {
            (Some(user), Some(license)) if one(&user, &license) => found.push(of_user(user, How::Key)),
            (user, license) => {
                found.extend(user.map(|user| of_user(user, How::Name)));
                found.extend(license.map(|license| of_license(license, How::Key)));
            }
        }
    }
    Ok(unique(found))
}

fn by_network(conn: &mut Conn<'_>, app: i64, network: Network, now: i64) -> Result<Vec<Match>, StoreError> {
    let text = network.to_string();
    let single: Option<IpAddr> = text.parse().ok();
    // In IPv6 whoever has the address may come from another one of the subscriber's next time.
    let around = network.subscriber().unwrap_or(network);
    let users = users::by_address(conn, app, &beginning_of(around), IN_NETWORK)?;
    let within =
        |user: &User| user.ip.as_deref().and_then(|ip| ip.parse().ok()).is_some_and(|ip| around.contains(ip));
    let users = users.into_iter().filter(within).take(TOLD as usize);
    let mut found: Vec<Match> = users.map(|one| of_user(one, How::Address)).collect();
    found.extend(by_tries(conn, app, &text)?);
    let entries: Vec<Blacklisted> = match single {
        Some(ip) => access::entries_for(conn, app, None, Some(ip), now)?,
        None => {
            let all = access::blacklisted(conn, app, now)?;
            all.into_iter().filter(|one| one.kind == access::IP && one.value == text).collect()
        }
    };
    found.extend(entries.into_iter().map(Match::Entry));
    Ok(found)
}

/// What the texts of all addresses in a network begin with: its whole groups, as far as none of them is written
/// otherwise.
fn beginning_of(network: Network) -> String {
    let text = network.to_string();
    let Some((address, prefix)) = text.split_once('/') else { return text };
    let prefix: usize = prefix.parse().unwrap_or(0);
    match address.contains(':') {
        false => address.split('.').take(prefix / 8).map(|group| format!("{group}.")).collect(),
        // Behind a group of zeros they may be left out.
        true => {
            let groups = address.split(':').take(prefix / 16);
            groups
                .take_while(|group| !group.is_empty() && *group != "0")
                .map(|group| format!("{group}:"))
                .collect()
        }
    }
}

fn by_device(
    conn: &mut Conn<'_>,
    app: i64,
    spellings: &[String],
    now: i64,
) -> Result<Vec<Match>, StoreError> {
    let mut found = Vec::new();
    for text in spellings {
        let hwid = normalize_hwid(text);
        if hwid.chars().count() >= DEVICE_MIN {
            let users = users::by_device(conn, app, &hwid, TOLD)?;
            found.extend(users.into_iter().map(|one| of_user(one, How::Device)));
            found.extend(
                access::entries_for(conn, app, Some(&hwid), None, now)?.into_iter().map(Match::Entry),
            );
        }
        found.extend(by_tries(conn, app, &hwid)?);
    }
    Ok(found)
}

/// Whom tries with this device, address or name were about.
fn by_tries(conn: &mut Conn<'_>, app: i64, text: &str) -> Result<Vec<Match>, StoreError> {
    let tries = tries::with_text(conn, app, text, TOLD)?;
    let mut found = Vec::new();
    for one in named(conn, app, tries)? {
        found.push(match one.who.clone() {
            Who::User { id, name } => Match::User { id, name, how: How::Try },
            Who::License { id, key } => Match::License { id, key, usedby: None, how: How::Try },
            _ => Match::Try(one),
        });
    }
    Ok(found)
}

/// Users and licenses whose names and keys begin so.
pub(super) fn beginnings(
    conn: &mut Conn<'_>,
    app: i64,
    spellings: &[String],
) -> Result<Vec<Match>, StoreError> {
    let mut found = Vec::new();
    for text in
        spellings.iter().filter(|text| text.chars().count() >= BEGINNING_MIN && text.len() <= NAME_MAX)
    {
        let folded = fold(text);
        let users = users::by_beginning(conn, app, &folded, TOLD)?;
        let by_key: Vec<i64> = users.iter().filter_map(|user| user.by_license).collect();
        found.extend(users.into_iter().map(|one| of_user(one, How::Beginning)));
        let licenses = licenses::by_beginning(conn, app, &folded, TOLD)?;
        let other = licenses.into_iter().filter(|license| !by_key.contains(&license.id));
        found.extend(other.map(|one| of_license(one, How::Beginning)));
    }
    Ok(unique(found))
}

/// The users of live sessions, given by id, address and name, each once; the sessions where nobody is signed in.
pub(super) fn of_sessions(
    conn: &mut Conn<'_>,
    app: i64,
    sessions: Vec<(String, String, Option<String>)>,
) -> Result<Vec<Match>, StoreError> {
    let mut found = Vec::new();
    for (id, ip, credential) in sessions {
        match credential {
            Some(name) => {
                let user = users::by_name(conn, app, &name)?;
                found.extend(user.map(|user| of_user(user, How::Session)));
            }
            None => found.push(Match::Session { id, ip }),
        }
    }
    Ok(unique(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_a_network_begin_alike() {
        for (network, beginning) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.0/24", "192.0.2."),
            ("192.0.2.0/25", "192.0.2."),
            ("10.0.0.0/8", "10."),
            ("0.0.0.0/0", ""),
            ("2001:db8::/64", "2001:db8:"),
            ("2001:db8:1:2::/64", "2001:db8:1:2:"),
            ("2001:db8:0:2::/64", "2001:db8:"),
            ("::/0", ""),
        ] {
            assert_eq!(beginning_of(network.parse().unwrap()), beginning, "{network}");
        }
    }
}
