//! Subscriptions that an application offers, and those that users have.

use claviger_domain::{NEVER, Pauser, SECONDS_MAX, Subscription, fold};
use claviger_store::{
    StoreError, subscriptions,
    takeover::{Kind, TakenSubscription, add_subscriptions, named_by_lost_key},
};

use super::{
    named::{Named, take_named},
    record::Record,
    slice::{Fate, Slice, told},
};
use crate::{
    shared::{limits::NAME_MAX as USERNAME_MAX, passwords::NOBODYS},
    vendor::{
        checks::{check_line, check_name},
        subscriptions::{NAME_MAX, check_level},
    },
};

/// Takes what an application offers.
pub(super) fn take_offered(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = |record: &Record| {
        let name = check_name("the name of a subscription", record.needed(&["name"])?, NAME_MAX);
        let level = check_level(record.text(&["level"])?.unwrap_or("1"));
        Ok((name.map_err(|error| told(&error))?, level.map_err(|error| told(&error))?))
    };
    take_named(
        slice,
        &Named {
            what: "subscription",
            read: &read,
            name: &|(name, _): &(String, String)| name.clone(),
            is_there: &|conn, app, (name, _)| Ok(subscriptions::get(conn, app, name)?.is_some()),
            make: &|conn, app, (name, level)| subscriptions::insert(conn, app, name, level),
        },
    )
}

/// A subscription as a row tells it.
struct Had {
    user: String,
    name: String,
    state: Subscription,
    key: Option<String>,
}

/// Takes what users have.
pub(super) fn take_had(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let (now, paused) = (slice.now, slice.paused);
    let read = slice.parse(|record| had(record, now, paused));
    let names: Vec<&str> = read.iter().flatten().map(|had| had.user.as_str()).collect();
    let known = slice.known(Kind::User, &names)?;
    let (mut fates, mut new, mut by_key) = (Vec::with_capacity(read.len()), Vec::new(), Vec::new());
    for had in read {
        fates.push(match had {
            Err(fate) => fate,
            Ok(had) => match slice.find(Kind::User, &known, &had.user) {
                None => Fate::of_nobody("user", &had.user),
                // What a user has who was there before stays as it is.
                Some(known) if !known.ours => Fate::There,
                Some(known) => {
                    if had.key.as_ref().is_some_and(|key| fold(key) == fold(&had.user)) {
                        by_key.push(known.id);
                    }
                    let Had { name, state, key: license_key, .. } = had;
                    new.push(TakenSubscription { user: known.id, name, state, license_key });
                    slice.fate_of_new()
                }
            },
        });
    }
    if slice.makes() {
        add_subscriptions(slice.conn, slice.app, &new)?;
        by_key.sort_unstable();
        by_key.dedup();
        if !by_key.is_empty() {
            named_by_lost_key(slice.conn, slice.app, &by_key, NOBODYS)?;
        }
    }
    Ok(fates)
}

fn had(record: &Record, now: i64, app_paused: bool) -> Result<Had, String> {
    let user = check_line("the name of a user", record.needed(&["user", "username"])?, USERNAME_MAX);
    let name = check_name("the name of a subscription", record.needed(&["subscription"])?, NAME_MAX);
    let key = record.text(&["key"])?.map(|key| check_line("a license key", key, USERNAME_MAX)).transpose();
    let expiry = record.duration(&["expiry", "expires"])?.ok_or("`expiry` is empty")?;
    if expiry < 0 {
        return Err(format!("`expiry` is no Unix second: {expiry}"));
    }
    let state = match record.flag(&["paused"])?.unwrap_or_default() {
        // What is left of it, then.
        true => {
            let by = if app_paused { Pauser::App } else { Pauser::Vendor };
            Subscription::Paused { left: expiry, by }
        }
        false if expiry.saturating_sub(now) > SECONDS_MAX => Subscription::Until(NEVER),
        false => Subscription::Until(expiry),
    };
    Ok(Had {
        user: user.map_err(|error| told(&error))?,
        name: name.map_err(|error| told(&error))?,
        state,
        key: key.map_err(|error| told(&error))?,
    })
}
