//! Tokens of the token system. Users and licenses have one from their making; here they get the one that they had.

use claviger_domain::fold;
use claviger_store::{
    StoreError,
    takeover::{Kind, set_token},
};

use super::{
    record::Record,
    slice::{Fate, Slice, told},
};
use crate::vendor::{REASON_MAX, checks::check_line, tokens::TOKEN_MAX};

/// Longest hash of a file, in bytes.
const HASH_MAX: usize = 128;
/// Longest name of whose a token is, in bytes.
const ASSIGNED_MAX: usize = 70;

struct Had {
    token: String,
    kind: Kind,
    assigned: String,
    banned: Option<String>,
    hash: Option<String>,
}

/// Takes tokens.
pub(super) fn take(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = slice.parse(had);
    let of = |wanted: Kind| {
        let wanted = move |had: &&Had| had.kind == wanted;
        read.iter().flatten().filter(wanted).map(|had| had.assigned.as_str()).collect::<Vec<_>>()
    };
    let users = slice.known(Kind::User, &of(Kind::User))?;
    let licenses = slice.known(Kind::License, &of(Kind::License))?;
    let mut fates = Vec::with_capacity(read.len());
    for had in &read {
        let had = match had {
            Ok(had) => had,
            Err(fate) => {
                fates.push(fate.clone());
                continue;
            }
        };
        let known = if had.kind == Kind::User { &users } else { &licenses };
        let owner = slice.find(had.kind, known, &had.assigned);
        fates.push(match owner {
            None => Fate::of_nobody(had.kind.as_str(), &had.assigned),
            Some(owner) if !owner.ours => Fate::There,
            Some(_) if !slice.see("token", &had.token) || !slice.see("assigned", &assigned(had)) => {
                Fate::twice("token")
            }
            Some(owner) => {
                let of = (had.kind, owner.id);
                let (banned, hash) = (had.banned.as_deref(), had.hash.as_deref());
                match !slice.makes() || set_token(slice.conn, slice.app, of, &had.token, banned, hash)? {
                    true => slice.fate_of_new(),
                    false => Fate::twice("token"),
                }
            }
        });
    }
    Ok(fates)
}

fn assigned(had: &Had) -> String {
    format!("{} {}", had.kind.as_str(), fold(&had.assigned))
}

fn had(record: &Record) -> Result<Had, String> {
    let token = check_line("a token", record.needed(&["token"])?, TOKEN_MAX).map_err(|error| told(&error))?;
    let kind = match record.text(&["type", "kind"])? {
        Some(word) if word.eq_ignore_ascii_case("license") || word.eq_ignore_ascii_case("key") => {
            Kind::License
        }
        Some(word) if word.eq_ignore_ascii_case("user") => Kind::User,
        _ => return Err("its type is neither `user` nor `license`".into()),
    };
    let name = check_line("the name of whose it is", record.needed(&["assigned"])?, ASSIGNED_MAX);
    let is_banned = record.flag(&["banned"]).unwrap_or(Some(true)).unwrap_or_default();
    let reason = || record.remark(&["reason"], REASON_MAX).unwrap_or_else(|| "Token is banned".into());
    Ok(Had {
        token,
        kind,
        assigned: name.map_err(|error| told(&error))?,
        banned: is_banned.then(reason),
        hash: record.remark(&["hash"], HASH_MAX),
    })
}
