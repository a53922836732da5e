//! What has to be known to tell why a user or a license works or does not, read in one snapshot.

use std::net::IpAddr;

use claviger_domain::HwidList;
use claviger_store::{
    Conn, StoreError,
    access::{self, Blacklisted},
    licenses::{self, License},
    sessions::shared::{self, OfUser},
    subscriptions,
    tokens::{self, Token},
    tries, user_bans,
    user_bans::UserBan,
    user_subscriptions::{self, UserSubscription},
    users::{self, User},
};

use super::{
    reason::Matched,
    tried::{Tried, named},
    verdict::Subject,
};
use crate::shared::outcome::Outcome;

/// Licenses, sessions and tries that are told.
const TOLD: i64 = 20;
/// Tries of strangers that are told.
const NEARBY: i64 = 10;
/// Addresses and devices that are looked up.
const PLACES: usize = 10;

/// What is known of a user or a license.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) user: Option<User>,
    /// The license that was asked for, or the one by which the user signs in.
    pub(super) license: Option<License>,
    pub(super) licenses: Vec<License>,
    /// Bans of the user, newest first, each with the key of its license.
    pub(super) bans: Vec<(UserBan, Option<String>)>,
    pub(super) subscriptions: Vec<UserSubscription>,
    pub(super) sessions: Vec<OfUser>,
    pub(super) tries: Vec<Tried>,
    pub(super) nearby: Vec<Tried>,
    pub(super) token: Option<Token>,
    /// Entries of the blacklist that keep the client out, and what they match.
    pub(super) entries: Vec<(Blacklisted, Matched)>,
    /// Whether a subscription has the license's level.
    pub(super) has_level: bool,
    /// Whether the client's address is that of a VPN, and not exempt.
    pub(super) vpn: bool,
    /// Seconds until the next try is looked at: of the user, and of the address.
    pub(super) paused: [Option<i64>; 2],
}

/// Where the customer tries from: as the last failed try tells, else as the last login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) hwid: Option<String>,
    pub(super) ip: Option<IpAddr>,
}

impl State {
    /// The last try that named the user or the license, if it failed and nothing went well since.
    pub(super) fn last_failed(&self) -> Option<&Tried> {
        // What others did with a user's name or license is none of the user's tries.
        let of_user = |one: &&Tried| match self.user.is_some() {
            true => !matches!(one.kind.as_str(), "upgrade" | "register") || one.outcome == Outcome::Fine,
            false => true,
        };
        let since = self.tries.iter().filter(of_user).filter(|one| one.time >= self.last_login());
        since.max_by_key(|one| (one.time, one.id)).filter(|one| one.outcome != Outcome::Fine)
    }

    /// The last start of a program that was refused at the same address. Such a program tells no name, so it may be
    /// somebody else's; it says nothing once the user's own has started.
    pub(super) fn start_nearby(&self) -> Option<&Tried> {
        let own = self.tries.iter().map(|one| (one.time, one.id)).max().unwrap_or_default();
        let since = |one: &&Tried| one.time >= self.last_login() && (one.time, one.id) > own;
        let starts = self.nearby.iter().filter(|one| one.kind == "init").filter(since);
        starts.max_by_key(|one| (one.time, one.id))
    }

    fn last_login(&self) -> i64 {
        self.user.as_ref().and_then(|user| user.last_login).unwrap_or(0)
    }

    pub(super) fn client(&self) -> Client {
        let failed = self.last_failed().or_else(|| self.start_nearby());
        let last_ip = self.user.as_ref().and_then(|user| user.ip.as_deref());
        let ip = failed.map(|one| one.ip.as_str()).or(last_ip);
        Client { hwid: failed.and_then(|one| one.hwid.clone()), ip: ip.and_then(|ip| ip.parse().ok()) }
    }

    pub(super) fn devices(&self) -> HwidList {
        HwidList::from_stored(self.user.as_ref().and_then(|user| user.hwids.as_deref()))
    }
}

/// `None` when there is no such user or license.
pub(super) fn read(
    conn: &mut Conn<'_>,
    app: i64,
    subject: Subject,
    now: i64,
) -> Result<Option<State>, StoreError> {
    let mut state = State::default();
    match subject {
        Subject::User(id) => {
            let Some(user) = users::by_id(conn, app, id)? else { return Ok(None) };
            if let Some(license) = user.by_license {
                state.license = licenses::by_id(conn, app, license)?;
            }
            state.user = Some(user);
        }
        Subject::License(id) => {
            let Some(license) = licenses::by_id(conn, app, id)? else { return Ok(None) };
            if let Some(user) = license.user {
                state.user = users::by_id(conn, app, user)?;
            }
            state.license = Some(license);
        }
    }
    if let Some(license) = &state.license {
        state.has_level = !subscriptions::of_level(conn, app, &license.level)?.is_empty();
    }
    if let Some(user) = state.user.as_ref().map(|user| user.id) {
        read_user(conn, app, user, &mut state, now)?;
    }
    read_tries(conn, app, &mut state)?;
    state.entries = entries(conn, app, &state, now)?;
    Ok(Some(state))
}

fn read_user(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    state: &mut State,
    now: i64,
) -> Result<(), StoreError> {
    state.licenses = licenses::of_user(conn, app, user, TOLD)?;
    for ban in user_bans::of_user(conn, app, user)? {
        let key = match ban.license {
            Some(license) => licenses::by_id(conn, app, license)?.map(|license| license.key),
            None => None,
        };
        state.bans.push((ban, key));
    }
    state.subscriptions = user_subscriptions::of_user(conn, app, user)?;
    state.sessions = shared::newest_of_user(conn, app, user, now, TOLD)?;
    state.token = tokens::of_owner(conn, app, tokens::USER, user)?;
    Ok(())
}

fn read_tries(conn: &mut Conn<'_>, app: i64, state: &mut State) -> Result<(), StoreError> {
    let user = state.user.as_ref().map(|user| user.id);
    let licenses: Vec<i64> = state.license.iter().map(|license| license.id).collect();
    let tries = tries::about(conn, app, user, &licenses, TOLD)?;
    let last_ip = state.user.as_ref().and_then(|user| user.ip.clone());
    let mut ips: Vec<String> = last_ip.into_iter().chain(tries.iter().map(|one| one.ip.clone())).collect();
    ips.sort_unstable();
    ips.dedup();
    ips.truncate(PLACES);
    state.tries = named(conn, app, tries)?;
    let nearby = tries::of_strangers(conn, app, &ips, NEARBY)?;
    state.nearby = named(conn, app, nearby)?;
    Ok(())
}

/// Entries that keep the client out. Where no device was told, the bound ones are looked up.
fn entries(
    conn: &mut Conn<'_>,
    app: i64,
    state: &State,
    now: i64,
) -> Result<Vec<(Blacklisted, Matched)>, StoreError> {
    let client = state.client();
    let devices = match &client.hwid {
        Some(hwid) => vec![hwid.clone()],
        None => state.devices().iter().take(PLACES).map(String::from).collect(),
    };
    let mut found = Vec::new();
    for hwid in devices {
        let entries = access::entries_for(conn, app, Some(&hwid), None, now)?;
        found.extend(entries.into_iter().map(|entry| (entry, Matched::Device(hwid.clone()))));
    }
    if let Some(ip) = client.ip {
        let entries = access::entries_for(conn, app, None, Some(ip), now)?;
        found.extend(entries.into_iter().map(|entry| (entry, Matched::Address(ip.to_string()))));
    }
    Ok(found)
}
