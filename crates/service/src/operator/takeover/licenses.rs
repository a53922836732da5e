//! Licenses.

use claviger_domain::{LicenseStatus, Mask, fold};
use claviger_store::{
    StoreError,
    takeover::{Kind, TakenLicense, add_licenses, named_by_key},
    user_bans::{self, UserBan},
};

use super::{
    record::Record,
    slice::{Fate, Slice, told},
};
use crate::{
    shared::{limits::TOKEN_BYTES, passwords::NOBODYS},
    vendor::{LEVEL_MAX, NOTE_MAX, REASON_MAX, checks::check_line},
};

/// Longest name of who made or used a license, in bytes.
const PERSON_MAX: usize = 70;

/// Takes licenses, and lets those sign in by them whose name is the key.
pub(super) fn take(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let now = slice.now;
    let read = slice.parse(|record| license(record, now));
    let keys: Vec<&str> = read.iter().flatten().map(|license| license.key.as_str()).collect();
    let known = slice.known(Kind::License, &keys)?;
    let users: Vec<&str> = read.iter().flatten().filter_map(|license| license.usedby.as_deref()).collect();
    let users = slice.known(Kind::User, &users)?;
    let (mut fates, mut new) = (Vec::with_capacity(read.len()), Vec::new());
    let mut by_key = Vec::new();
    for license in read {
        let fate = match license {
            Err(fate) => fate,
            Ok(license) if !slice.see(Kind::License.as_str(), &fold(&license.key)) => Fate::twice("license"),
            Ok(license) if known.get(&license.key).is_some() => Fate::There,
            Ok(license) => {
                let user = license.usedby.as_deref().and_then(|name| users.get(name));
                let named = license.usedby.as_deref().is_some_and(|name| fold(name) == fold(&license.key));
                by_key.push(user.filter(|user| named && user.ours).map(|user| user.id));
                let (user, token) = (user.map(|user| user.id), slice.random.hex(TOKEN_BYTES));
                new.push(TakenLicense { user, token, ..license });
                slice.fate_of_new()
            }
        };
        fates.push(fate);
    }
    if slice.makes() {
        make(slice, &new, &by_key, &mut fates)?;
    }
    Ok(fates)
}

fn make(
    slice: &mut Slice<'_, '_>,
    new: &[TakenLicense],
    by_key: &[Option<i64>],
    fates: &mut [Fate],
) -> Result<(), StoreError> {
    let added = add_licenses(slice.conn, slice.app, slice.source, new)?;
    for (fate, added) in fates.iter_mut().filter(|fate| **fate == Fate::Taken).zip(&added) {
        if added.is_none() {
            *fate = Fate::There;
        }
    }
    let made =
        || added.iter().zip(new).zip(by_key).filter_map(|((id, new), user)| Some(((*id)?, new, (*user)?)));
    let mut users: Vec<i64> = made().map(|(.., user)| user).collect();
    users.sort_unstable();
    if !users.is_empty() {
        named_by_key(slice.conn, slice.app, &users, NOBODYS)?;
    }
    // Who signs in by a banned license is banned along with it.
    for (id, license, user) in made() {
        if let Some(reason) = &license.banned {
            let ban = UserBan { license: Some(id), reason: reason.clone(), banned_at: 0, by_program: None };
            user_bans::put(slice.conn, slice.app, user, &ban)?;
        }
    }
    Ok(())
}

fn license(record: &Record, now: i64) -> Result<TakenLicense, String> {
    let key = Mask::new(record.needed(&["key", "license"])?).map_err(|error| error.to_string())?;
    let level = check_line("a level", record.text(&["level"])?.unwrap_or("1"), LEVEL_MAX);
    let usedby = record.text(&["usedby"])?.map(|name| check_line("the name of a user", name, PERSON_MAX));
    let usedby = usedby.transpose().map_err(|error| told(&error))?;
    let reason = record.remark(&["banned"], REASON_MAX);
    let status = match record.text(&["status"])? {
        _ if reason.is_some() => LicenseStatus::Banned,
        Some(word) if word.eq_ignore_ascii_case("banned") => LicenseStatus::Banned,
        Some(word) if word.eq_ignore_ascii_case("used") => LicenseStatus::Used,
        _ if usedby.is_some() => LicenseStatus::Used,
        Some(word) if word.eq_ignore_ascii_case("not used") => LicenseStatus::NotUsed,
        None => LicenseStatus::NotUsed,
        Some(_) => return Err("its status is neither `Not Used` nor `Used` nor `Banned`".into()),
    };
    let duration = record.duration(&["expires", "duration"])?.ok_or("`expires` is empty")?;
    if duration <= 0 && status == LicenseStatus::NotUsed {
        return Err("it would be worth no time".into());
    }
    Ok(TakenLicense {
        key: key.as_str().into(),
        duration: duration.max(0),
        status,
        level: level.map_err(|error| told(&error))?,
        note: record.remark(&["note"], NOTE_MAX),
        genby: record.remark(&["genby", "gengy"], PERSON_MAX).unwrap_or_default(),
        gendate: record.second(&["gendate"])?.unwrap_or(now),
        usedon: record.second(&["usedon"])?,
        usedby,
        user: None,
        banned: (status == LicenseStatus::Banned).then(|| reason.unwrap_or_default()),
        token: String::new(),
    })
}
