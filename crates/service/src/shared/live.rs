//! How many sessions of an application live, as far as it can be told quickly.

use claviger_store::{Conn, StoreError, activity, sessions::pages};

use super::watching::Number;

/// Live sessions that are counted whenever somebody asks; more are known from the last minutes.
const COUNTED: i64 = 10_000;
/// A count that is older than so many seconds is not told.
const COUNT_AGE: i64 = 180;

/// Counts the live sessions of an application, or tells the count of the last minutes where there are very many.
pub(crate) fn count_live(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<Number, StoreError> {
    let counted = pages::count_up_to(conn, app, now, COUNTED + 1)?;
    if counted <= COUNTED {
        return Ok(Number::Exactly(counted as u64));
    }
    let last = activity::last_live(conn, app, now - COUNT_AGE)?.filter(|(live, _)| *live > COUNTED);
    Ok(last.map_or(Number::AtLeast(COUNTED as u64), |(live, _)| Number::About(live as u64)))
}
