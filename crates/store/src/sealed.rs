//! Where values are kept that are encrypted under the master key, for whoever encrypts them under another one. Settings and
//! [`server_keys`](crate::server_keys) hold some besides.

use std::fmt;

use crate::{Conn, Result, params};

/// A column of encrypted values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    table: &'static str,
    column: &'static str,
    /// First part of the rows' key.
    first: &'static str,
    /// The other part.
    second: &'static str,
    /// Which rows of the table it is about.
    rows: &'static str,
}

/// Secrets of applications.
pub const APP_SECRETS: Column = Column { column: "secret", ..of_apps() };
/// Private keys of applications.
pub const APP_KEY_PAIRS: Column = Column { column: "signing_key", ..of_apps() };
/// Private keys that signed for applications before.
pub const FORMER_KEY_PAIRS: Column =
    Column { table: "former_key_pairs", column: "sealed", first: "app", second: "number", rows: "" };
/// What is chosen about notices.
pub const NOTICES: Column =
    Column { table: "notices", column: "sealed", first: "CAST(0 AS BIGINT)", second: "app", rows: "" };
/// Secrets of the codes of users, those being set up, and those of the people who sign in to the dashboard.
pub const CODES: [Column; 6] = [
    of_users("totp_secret"),
    of_users("totp_pending"),
    of_people("totp", "kind = 'owner' AND"),
    of_people("totp_pending", "kind = 'owner' AND"),
    of_people("totp", "kind = 'account' AND"),
    of_people("totp_pending", "kind = 'account' AND"),
];

/// The table and the column.
impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.table, self.column)
    }
}

/// An encrypted value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The key of its row.
    pub at: (i64, i64),
    /// The value.
    pub value: Vec<u8>,
}

const fn of_apps() -> Column {
    Column { table: "apps", column: "", first: "CAST(0 AS BIGINT)", second: "id", rows: "" }
}

const fn of_users(column: &'static str) -> Column {
    Column { table: "users", column, first: "app", second: "id", rows: "" }
}

const fn of_people(column: &'static str, rows: &'static str) -> Column {
    Column { table: "people", column, first: "CAST(0 AS BIGINT)", second: "person", rows }
}

/// Up to `max` values whose rows come after one, in the order of the rows.
///
/// # Errors
/// Whatever the database refuses.
pub fn after(conn: &mut Conn<'_>, column: Column, after: (i64, i64), max: i64) -> Result<Vec<Sealed>> {
    let Column { table, column, first, second, rows } = column;
    let sql = format!(
        "SELECT {first}, {second}, {column} FROM {table}
         WHERE {rows} {column} IS NOT NULL AND ({first}, {second}) > ($1, $2)
         ORDER BY {first}, {second} LIMIT $3"
    );
    let found = conn.query(&sql, params![after.0, after.1, max])?;
    found.iter().map(|row| Ok(Sealed { at: (row.get(0)?, row.get(1)?), value: row.get(2)? })).collect()
}

/// Puts another value in the place of one. `false` when somebody else has changed it.
///
/// # Errors
/// Whatever the database refuses.
pub fn replace(conn: &mut Conn<'_>, column: Column, was: &Sealed, new: &[u8]) -> Result<bool> {
    let Column { table, column, first, second, rows } = column;
    let sql = format!(
        "UPDATE {table} SET {column} = $4
         WHERE {rows} {first} = $1 AND {second} = $2 AND {column} = $3"
    );
    let changed = conn.execute(&sql, params![was.at.0, was.at.1, was.value.as_slice(), new])?;
    Ok(changed == 1)
}
