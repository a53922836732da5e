//! Users.

use std::net::IpAddr;

use claviger_domain::{HwidList, Subscription, fold, normalize_hwid};
use claviger_store::{
    StoreError,
    takeover::{Kind, TakenSubscription, TakenUser, add_subscriptions, add_users},
};

use super::{
    listed,
    plan::Usual,
    record::Record,
    slice::{Fate, Slice, told},
};
use crate::{
    shared::{
        limits::{NAME_MAX, RESERVED, TOKEN_BYTES},
        passwords::{NOBODYS, is_hash},
    },
    vendor::{REASON_MAX, checks::check_line},
};

/// Longest list of devices that is read, in bytes.
const HWIDS_MAX: usize = 16 << 10;
/// Longest name of who made a license or user, in bytes.
const MAKER_MAX: usize = 65;

/// Takes users, with what their rows say of passwords, devices and bans, and, in a list, of a subscription.
pub(super) fn take(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let (open, usual, now) = (slice.open, slice.usual, slice.now);
    let read = slice.parse(|record| user_of(record, open, usual, now));
    let names: Vec<&str> = read.iter().flatten().map(|(user, _)| user.username.as_str()).collect();
    let known = slice.known(Kind::User, &names)?;
    let mut fates = Vec::with_capacity(read.len());
    let (mut new, mut have): (Vec<TakenUser>, Vec<Option<(String, Subscription)>>) = Default::default();
    for user in read {
        let fate = match user {
            Err(fate) => fate,
            Ok((user, _)) if !slice.see(Kind::User.as_str(), &fold(&user.username)) => Fate::twice("user"),
            Ok((user, _)) if known.get(&user.username).is_some() => Fate::There,
            Ok((user, had)) => {
                let token = slice.random.hex(TOKEN_BYTES);
                new.push(TakenUser { token, ..user });
                have.push(had);
                slice.fate_of_new()
            }
        };
        fates.push(fate);
    }
    if slice.makes() {
        let added = add_users(slice.conn, slice.app, slice.source, &new)?;
        for (fate, added) in fates.iter_mut().filter(|fate| **fate == Fate::Taken).zip(&added) {
            if added.is_none() {
                *fate = Fate::There;
            }
        }
        let had = added.into_iter().zip(have).filter_map(|(user, had)| {
            let (user, (name, state)) = (user?, had?);
            Some(TakenSubscription { user, name, state, license_key: None })
        });
        add_subscriptions(slice.conn, slice.app, &had.collect::<Vec<_>>())?;
    }
    Ok(fates)
}

/// What a row says of a user, and, in a list, of a subscription.
pub(super) fn user_of(
    record: &Record,
    open: bool,
    usual: Option<&Usual>,
    now: i64,
) -> Result<(TakenUser, Option<(String, Subscription)>), String> {
    let had = usual.map(|usual| listed::subscription(record, usual, now)).transpose()?;
    Ok((user(record, open, usual, now)?, had.flatten()))
}

fn user(record: &Record, open: bool, usual: Option<&Usual>, now: i64) -> Result<TakenUser, String> {
    let username = check_line("the name of a user", record.needed(&["username", "user"])?, NAME_MAX);
    let username = username.map_err(|error| told(&error))?;
    if fold(&username) == RESERVED {
        return Err("nobody may be called `all`: the Seller API means everybody by it".into());
    }
    let ip = record.text(&["ip"])?.and_then(|ip| ip.parse::<IpAddr>().ok());
    Ok(TakenUser {
        username,
        password: password(record, open)?,
        hwids: if usual.is_some() { listed::hwids(record)? } else { hwids(record)? }.to_stored(),
        email_hash: email_hash(record)?,
        ip: ip.map(|ip| ip.to_canonical().to_string()),
        owner: record
            .remark(&["owner"], MAKER_MAX)
            .unwrap_or_else(|| usual.map_or_else(String::new, |usual| usual.owner.clone())),
        created: record.second(&["createdate", "created"])?.unwrap_or(now),
        last_login: record.second(&["lastlogin"])?,
        cooldown: record.second(&["cooldown"])?,
        banned: record.remark(&["banned"], REASON_MAX),
        token: String::new(),
    })
}

/// A dump tells of users without a password that they have none; replies of the Seller API hide it.
fn password(record: &Record, open: bool) -> Result<Option<String>, String> {
    match record.text(&["password", "hash"])? {
        Some(hash) if is_hash(hash) => Ok(Some(hash.into())),
        Some(_) => Err("its password is neither a bcrypt nor an Argon2id hash".into()),
        None if open => Ok(None),
        None => Ok(Some(NOBODYS.into())),
    }
}

/// A list as JSON, or what older servers kept: one behind the other.
fn hwids(record: &Record) -> Result<HwidList, String> {
    let Some(text) = record.text(&["hwid"])? else { return Ok(HwidList::default()) };
    if text.len() > HWIDS_MAX {
        return Err(format!("its devices have more than {HWIDS_MAX} bytes"));
    }
    let Some(list) = serde_json::from_str::<Vec<String>>(text).ok().filter(|_| text.starts_with('[')) else {
        return Ok(HwidList::from_import(text));
    };
    let mut hwids = HwidList::default();
    for hwid in list.iter().filter(|hwid| !normalize_hwid(hwid).trim().is_empty()) {
        hwids.bind(hwid);
    }
    Ok(hwids)
}

/// SHA-1 of the address, as the other server kept it; where it is an address, it was hashed before it came here.
fn email_hash(record: &Record) -> Result<Option<String>, String> {
    let text = record.text(&["email"])?;
    let is_hash =
        |text: &&str| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(text.filter(is_hash).map(str::to_ascii_lowercase))
}
