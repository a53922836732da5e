//! What a row of a list says of a user that a dump says in other rows, or otherwise.

use claviger_domain::{HWID_MAX, HwidList, NEVER, Subscription, Term, Unit, normalize_hwid, sum};

use super::{plan::Usual, record::Record, slice::told};
use crate::vendor::{checks::check_name, subscriptions::NAME_MAX};

/// Devices of a user that are read.
const DEVICES_MAX: usize = 100;

/// The subscription that a user gets.
pub(super) fn subscription(
    record: &Record,
    usual: &Usual,
    now: i64,
) -> Result<Option<(String, Subscription)>, String> {
    let own = end(record, now)?;
    let usual_end = || usual.term.map(|term| sum(now, term.seconds(now)));
    let name = match record.text(&["subscription"])? {
        Some(name) => {
            check_name("the name of a subscription", name, NAME_MAX).map_err(|error| told(&error))?
        }
        None => match (&usual.subscription, own) {
            (Some(name), _) => name.clone(),
            (None, None) => return Ok(None),
            (None, Some(_)) => return Err("it tells an end, but no subscription".into()),
        },
    };
    let end =
        own.or_else(usual_end).ok_or("it tells no end of the subscription: `expiry` and `days` are empty")?;
    Ok(Some((name, Subscription::Until(end))))
}

/// The second in which a row says that the subscription ends.
fn end(record: &Record, now: i64) -> Result<Option<i64>, String> {
    let (expiry, days) = (record.text(&["expiry"])?, record.text(&["days"])?);
    let is_never = |text| Term::parse(text, Unit::Seconds, now) == Ok(Term::For(NEVER));
    match (expiry, days) {
        (Some(_), Some(_)) => Err("it has both `expiry` and `days`".into()),
        (None, None) => Ok(None),
        (Some(text), None) if is_never(text) => Ok(Some(NEVER)),
        (Some(_), None) => record.second(&["expiry"]),
        (None, Some(text)) => match Term::parse(text, Unit::Days, now) {
            Ok(Term::For(seconds)) => Ok(Some(sum(now, seconds))),
            Ok(Term::Until(_)) => Err("`days` is a date: put it into a column `expiry`".into()),
            Err(error) => Err(format!("`days` is no number of days: {error}")),
        },
    }
}

/// The devices of a user, with commas or line ends between them.
pub(super) fn hwids(record: &Record) -> Result<HwidList, String> {
    let mut hwids = HwidList::default();
    let text = record.text(&["hwid"])?.unwrap_or_default();
    let devices: Vec<&str> =
        text.split([',', '\n']).filter(|hwid| !normalize_hwid(hwid).trim().is_empty()).collect();
    if devices.len() > DEVICES_MAX {
        return Err(format!("it has more than {DEVICES_MAX} devices"));
    }
    for hwid in devices {
        if hwid.len() > HWID_MAX {
            return Err(format!("a device has at most {HWID_MAX} bytes"));
        }
        hwids.bind(hwid.trim());
    }
    Ok(hwids)
}
