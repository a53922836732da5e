//! The balances of resellers, and the journal that tells how each came about: what changes a balance is written down in the
//! same transaction, so that the sum of the journal is the balance.

use std::str::FromStr;

use claviger_domain::Balance;

use crate::{Conn, Result, Row, StoreError, accounts::Account, params};

/// Why a balance changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It was there before the journal began.
    Opening,
    /// Somebody gave more.
    Given,
    /// Somebody took some away.
    Taken,
    /// Licenses were made.
    Spent,
}

impl Kind {
    /// The word in the database, and for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Given => "given",
            Self::Taken => "taken",
            Self::Spent => "spent",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let kinds = [Self::Opening, Self::Given, Self::Taken, Self::Spent];
        kinds.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// Why a balance changes now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Why.
    pub kind: Kind,
    /// Who did it.
    pub actor: String,
    /// More of it, such as by which way; may be empty.
    pub detail: String,
    /// Numbers of the first and the last license that was paid for.
    pub licenses: Option<(i64, i64)>,
}

/// An entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Number, by which pages go on.
    pub id: i64,
    /// Unix second.
    pub time: i64,
    /// Why.
    pub cause: Cause,
    /// So many more of each; fewer where negative.
    pub change: Balance,
}

/// Name of the series of numbers in an account's journal.
pub(crate) fn serials(account: i64) -> String {
    format!("balance_journal {account}")
}

/// Sets the balance of an account, which is locked, and writes the change down. Nothing is written where it stays.
pub fn set(conn: &mut Conn<'_>, account: &Account, new: &Balance, cause: &Cause, now: i64) -> Result<()> {
    if *new == account.balance {
        return Ok(());
    }
    conn.execute(
        "UPDATE accounts SET balance_day = $2, balance_week = $3, balance_month = $4, balance_three_month = $5,
             balance_six_month = $6, balance_lifetime = $7, balance_year = $8
         WHERE id = $1",
        params![
            account.id,
            new.day,
            new.week,
            new.month,
            new.three_month,
            new.six_month,
            new.lifetime,
            new.year
        ],
    )?;
    let change = new.minus(&account.balance);
    let id = conn.next_serials(account.app, &serials(account.id), 1)?;
    conn.execute(
        "INSERT INTO balance_journal (app, account, id, time, kind, actor, detail, first, last,
             day, week, month, three_month, six_month, lifetime, year)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            account.app,
            account.id,
            id,
            now,
            cause.kind.as_str(),
            &cause.actor,
            &cause.detail,
            cause.licenses.map(|(first, _)| first),
            cause.licenses.map(|(_, last)| last),
            change.day,
            change.week,
            change.month,
            change.three_month,
            change.six_month,
            change.lifetime,
            change.year
        ],
    )?;
    Ok(())
}

/// Entries of an account's journal before number `before`, at most `limit`, newest first.
pub fn page(
    conn: &mut Conn<'_>,
    app: i64,
    account: i64,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let sql = "SELECT id, time, kind, actor, detail, first, last, day, week, month, three_month, six_month, lifetime,
                   year
               FROM balance_journal WHERE app = $1 AND account = $2 AND id < $3 ORDER BY id DESC LIMIT $4";
    let rows = conn.query(sql, params![app, account, before.unwrap_or(i64::MAX), limit])?;
    rows.iter().map(entry).collect()
}

fn entry(row: &Row) -> Result<Entry> {
    let kind: String = row.get(2)?;
    let (first, last): (Option<i64>, Option<i64>) = (row.get(5)?, row.get(6)?);
    let cause = Cause {
        kind: kind.parse().map_err(|()| StoreError::Unexpected(kind))?,
        actor: row.get(3)?,
        detail: row.get(4)?,
        licenses: first.zip(last),
    };
    let change = Balance {
        day: row.get(7)?,
        week: row.get(8)?,
        month: row.get(9)?,
        three_month: row.get(10)?,
        six_month: row.get(11)?,
        lifetime: row.get(12)?,
        year: row.get(13)?,
    };
    Ok(Entry { id: row.get(0)?, time: row.get(1)?, cause, change })
}

/// Removes the journal of an account.
pub fn forget(conn: &mut Conn<'_>, app: i64, account: i64) -> Result<()> {
    conn.execute("DELETE FROM balance_journal WHERE app = $1 AND account = $2", params![app, account])?;
    conn.execute("DELETE FROM counters WHERE app = $1 AND name = $2", params![app, &serials(account)])?;
    Ok(())
}
