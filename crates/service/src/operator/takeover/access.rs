//! Blacklist and whitelist.

use claviger_domain::Network;
use claviger_store::{
    StoreError,
    access::{self, Entry},
};

use super::{
    named::{Named, take_named},
    record::Record,
    slice::{Fate, Slice},
};
use crate::vendor::{Outcast, REASON_MAX};

/// A row of the blacklist: kind, value and reason.
type Kept = (&'static str, String, String);

/// Takes the blacklist; what bans of users put there is an entry of its own, since nobody told which user's it is.
pub(super) fn take_blacklist(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let now = slice.now;
    let read = |record: &Record| {
        let kind = record.text(&["type"])?.map(str::to_ascii_lowercase);
        let kind = match (kind, record.text(&["hwid"])?) {
            (Some(kind), _) => kind,
            (None, Some(_)) => access::HWID.into(),
            (None, None) => access::IP.into(),
        };
        let value = match record.text(&[kind.as_str()])? {
            Some(value) => value,
            None => record.needed(&["data"])?,
        };
        let outcast = Outcast::parse(&kind, value)
            .ok_or_else(|| format!("`{kind}` is no kind of entry, or its value cannot be one"))?;
        let (kind, value) = outcast.stored();
        Ok((kind, value, record.remark(&["reason"], REASON_MAX).unwrap_or_default()))
    };
    take_named(
        slice,
        &Named {
            what: "entry of the blacklist",
            read: &read,
            name: &|(kind, value, _): &Kept| format!("{kind} {value}"),
            is_there: &|conn, app, (kind, value, _)| Ok(access::entry(conn, app, kind, value, now)?.is_some()),
            make: &|conn, app, (kind, value, reason)| {
                access::blacklist(conn, app, &Entry { kind, value, reason, added: now, until: None })
                    .map(|()| true)
            },
        },
    )
}

/// Takes the whitelist.
pub(super) fn take_whitelist(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let now = slice.now;
    let read = |record: &Record| {
        let network = record.needed(&["ip"])?.parse::<Network>().map_err(|error| error.to_string())?;
        Ok(network.to_string())
    };
    take_named(
        slice,
        &Named {
            what: "entry of the whitelist",
            read: &read,
            name: &|network: &String| network.clone(),
            is_there: &|conn, app, network| {
                Ok(access::whitelisted(conn, app, now)?.iter().any(|entry| entry.network == *network))
            },
            make: &|conn, app, network| access::whitelist(conn, app, network, None, now),
        },
    )
}
