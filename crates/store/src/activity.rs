//! What happened, counted by minute and by hour: sessions begun, sign-ins, refusals, and how many sessions lived.

use std::iter::Sum;

use crate::{Conn, Result, Row, params};

/// Seconds that a row of the fine counts is for.
pub const MINUTE: i64 = 60;
/// Seconds that a row of the coarse counts is for.
pub const HOUR: i64 = 3600;

/// What happened in an application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    /// Sessions begun.
    pub inits: i64,
    /// Sign-ins that succeeded.
    pub sign_ins: i64,
    /// Sign-ins that were refused.
    pub refusals: i64,
    /// What was guessed, or may have been.
    pub guesses: Guesses,
}

/// Guesses that failed, by what was guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guesses {
    /// Names, passwords and e-mail addresses.
    pub passwords: i64,
    /// License keys.
    pub licenses: i64,
    /// Two-factor codes.
    pub codes: i64,
    /// Tries that were refused unseen, since too many had failed.
    pub paused: i64,
}

impl Sum for Guesses {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, of| Self {
            passwords: sum.passwords + of.passwords,
            licenses: sum.licenses + of.licenses,
            codes: sum.codes + of.codes,
            paused: sum.paused + of.paused,
        })
    }
}

impl Guesses {
    /// Those that were looked at, and failed.
    pub fn failed(self) -> i64 {
        self.passwords + self.licenses + self.codes
    }
}

/// What happened in a minute or an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Unix second in which it began.
    pub began: i64,
    /// What happened.
    pub happened: Happened,
    /// Sessions that lived when they were last counted, by the hour the most of them; `None`: nobody counted.
    pub live: Option<i64>,
}

/// Adds to the counts of the minute and the hour of `at` (Unix seconds). Whoever adds for several applications does so in
/// the order of their numbers: nodes that do it at once would wait for each other.
pub fn add(conn: &mut Conn<'_>, app: i64, at: i64, happened: Happened) -> Result<()> {
    let sql = "INSERT INTO activity (app, step, began, inits, sign_ins, refusals, passwords, licenses, codes, paused)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (app, step, began) DO UPDATE SET inits = activity.inits + excluded.inits,
            sign_ins = activity.sign_ins + excluded.sign_ins, refusals = activity.refusals + excluded.refusals,
            passwords = activity.passwords + excluded.passwords, licenses = activity.licenses + excluded.licenses,
            codes = activity.codes + excluded.codes, paused = activity.paused + excluded.paused";
    for step in [MINUTE, HOUR] {
        let began = at - at.rem_euclid(step);
        let Happened { inits, sign_ins, refusals, guesses } = happened;
        let Guesses { passwords, licenses, codes, paused } = guesses;
        let values = params![app, step, began, inits, sign_ins, refusals, passwords, licenses, codes, paused];
        conn.execute(sql, values)?;
    }
    Ok(())
}

/// Notes how many sessions lived at `at` (Unix seconds).
pub fn note_live(conn: &mut Conn<'_>, app: i64, at: i64, live: i64) -> Result<()> {
    let greatest = conn.least_greatest().1;
    for (step, kept) in [
        (MINUTE, "excluded.live".to_owned()),
        (HOUR, format!("{greatest}(COALESCE(activity.live, 0), excluded.live)")),
    ] {
        let sql = format!(
            "INSERT INTO activity (app, step, began, live) VALUES ($1, $2, $3, $4)
             ON CONFLICT (app, step, began) DO UPDATE SET live = {kept}"
        );
        conn.execute(&sql, params![app, step, at - at.rem_euclid(step), live])?;
    }
    Ok(())
}

/// How many sessions lived when they were last counted, and the minute of that, if it was since `since`.
pub fn last_live(conn: &mut Conn<'_>, app: i64, since: i64) -> Result<Option<(i64, i64)>> {
    let row = conn.query_one(
        "SELECT live, began FROM activity WHERE app = $1 AND step = $2 AND began >= $3 AND live IS NOT NULL
         ORDER BY began DESC LIMIT 1",
        params![app, MINUTE, since],
    )?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?))).transpose()
}

/// The counts of an application that began from `from` on and before `to`, in steps of [`MINUTE`] or [`HOUR`]; those in
/// which nothing happened are missing.
pub fn between(conn: &mut Conn<'_>, app: i64, step: i64, from: i64, to: i64) -> Result<Vec<Counted>> {
    let sql =
        "SELECT began, inits, sign_ins, refusals, live, passwords, licenses, codes, paused FROM activity
        WHERE app = $1 AND step = $2 AND began >= $3 AND began < $4 ORDER BY began";
    let counted = |row: &Row| {
        let (passwords, licenses) = (row.get(5)?, row.get(6)?);
        let guesses = Guesses { passwords, licenses, codes: row.get(7)?, paused: row.get(8)? };
        let happened = Happened { inits: row.get(1)?, sign_ins: row.get(2)?, refusals: row.get(3)?, guesses };
        Ok(Counted { began: row.get(0)?, happened, live: row.get(4)? })
    };
    conn.query(sql, params![app, step, from, to])?.iter().map(counted).collect()
}

/// The next application that has counts after application `after`.
pub fn next_app(conn: &mut Conn<'_>, after: i64) -> Result<Option<i64>> {
    let row = conn.query_one("SELECT MIN(app) FROM activity WHERE app > $1", params![after])?;
    row.map_or(Ok(None), |row| row.get(0))
}

/// Removes the counts of an application by the minute that began before `minutes_before`, and those by the hour that
/// began before `hours_before`; all of them where the application is gone.
pub fn trim(conn: &mut Conn<'_>, app: i64, minutes_before: i64, hours_before: i64) -> Result<u64> {
    if conn.query_one("SELECT 1 FROM apps WHERE id = $1", params![app])?.is_none() {
        return conn.execute("DELETE FROM activity WHERE app = $1", params![app]);
    }
    let sql = "DELETE FROM activity WHERE app = $1 AND step = $2 AND began < $3";
    Ok(conn.execute(sql, params![app, MINUTE, minutes_before])?
        + conn.execute(sql, params![app, HOUR, hours_before])?)
}
