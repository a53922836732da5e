//! Users.

use std::net::IpAddr;

use claviger_domain::{HwidList, fold, normalize_hwid};
use claviger_store::{
    StoreError,
    takeover::{Kind, TakenUser, add_users},
};

use super::{
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

/// Takes users, with what their rows say of passwords, devices and bans.
pub(super) fn take(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let (open, now) = (slice.open, slice.now);
    let read = slice.parse(|record| user(record, open, now));
    let names: Vec<&str> = read.iter().flatten().map(|user| user.username.as_str()).collect();
    let known = slice.known(Kind::User, &names)?;
    let mut fates = Vec::with_capacity(read.len());
    let mut new: Vec<TakenUser> = Vec::new();
    for user in read {
        let fate = match user {
            Err(fate) => fate,
            Ok(user) if !slice.see(Kind::User.as_str(), &fold(&user.username)) => Fate::twice("user"),
            Ok(user) if known.get(&user.username).is_some() => Fate::There,
            Ok(user) => {
                let token = slice.random.hex(TOKEN_BYTES);
                new.push(TakenUser { token, ..user });
                slice.fate_of_new()
            }
        };
        fates.push(fate);
    }
    if slice.makes() {
        let mut added = add_users(slice.conn, slice.app, slice.source, &new)?.into_iter();
        for fate in fates.iter_mut().filter(|fate| **fate == Fate::Taken) {
            if added.next() == Some(false) {
                *fate = Fate::There;
            }
        }
    }
    Ok(fates)
}

fn user(record: &Record, open: bool, now: i64) -> Result<TakenUser, String> {
    let username = check_line("the name of a user", record.needed(&["username", "user"])?, NAME_MAX);
    let username = username.map_err(|error| told(&error))?;
    if fold(&username) == RESERVED {
        return Err("nobody may be called `all`: the Seller API means everybody by it".into());
    }
    let ip = record.text(&["ip"])?.and_then(|ip| ip.parse::<IpAddr>().ok());
    Ok(TakenUser {
        username,
        password: password(record, open)?,
        hwids: hwids(record)?.to_stored(),
        email_hash: email_hash(record)?,
        ip: ip.map(|ip| ip.to_canonical().to_string()),
        owner: record.remark(&["owner"], MAKER_MAX).unwrap_or_default(),
        created: record.second(&["createdate", "created"])?.unwrap_or(now),
        last_login: record.second(&["lastlogin"])?,
        cooldown: record.second(&["cooldown"])?,
        banned: record.remark(&["banned"], REASON_MAX),
        token: String::new(),
    })
}

/// A dump tells of users without a password that they have none; replies of the Seller API hide it.
fn password(record: &Record, open: bool) -> Result<Option<String>, String> {
    match record.text(&["password"])? {
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
