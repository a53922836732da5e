//! When subscriptions end, by day.

use super::rows::RUNS;
use crate::{Conn, Result, params, pending::OWNER_STAYS};

/// Subscriptions by the day on which they end, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Numbers of days since 1970, in UTC, each with how many end.
    pub days: Vec<(i64, i64)>,
    /// The next slice is of users after this number; `None`: that was all.
    pub next: Option<i64>,
}

/// Of the subscriptions of about `rows` after those of user `after`: how many that run at `now` end on which day, up to
/// `until` (Unix seconds).
pub fn ends(conn: &mut Conn<'_>, app: i64, after: i64, rows: i64, now: i64, until: i64) -> Result<Ends> {
    let sql = "SELECT user_id FROM user_subscriptions WHERE app = $1 AND user_id > $2
        ORDER BY user_id LIMIT 1 OFFSET $3";
    let next: Option<i64> =
        conn.query_one(sql, params![app, after, rows])?.map(|row| row.get(0)).transpose()?;
    let sql = format!(
        "SELECT expires / 86400 AS day, COUNT(*) FROM user_subscriptions
         WHERE app = $1 AND user_id > $2 AND user_id <= $3 AND paused = {RUNS}
             AND expires > $4 AND expires <= $5 AND {OWNER_STAYS}
         GROUP BY expires / 86400 ORDER BY day"
    );
    let found = conn.query(&sql, params![app, after, next.unwrap_or(i64::MAX), now, until])?;
    let days = found.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_>>()?;
    Ok(Ends { days, next })
}
