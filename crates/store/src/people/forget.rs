//! Removing what hangs on a person.

use claviger_domain::PersonId;

use super::invitations;
use crate::{Conn, Result, params};

/// Tables with rows of people.
const TABLES: [&str; 6] = [
    "people",
    "people_sign_ins",
    "people_log",
    "people_recovery_codes",
    "people_passkeys",
    "people_identities",
];

/// Removes all that a person signed in with or has chosen.
pub fn person(conn: &mut Conn<'_>, person: PersonId) -> Result<()> {
    for table in TABLES {
        let sql = format!("DELETE FROM {table} WHERE kind = $1 AND person = $2");
        conn.execute(&sql, params![person.kind(), person.number()])?;
    }
    invitations::void(conn, Some(person))?;
    conn.execute("DELETE FROM counters WHERE app = 0 AND name = $1", params![&log_serials(person)])?;
    Ok(())
}

/// As [`person`], for the accounts of an application.
pub fn accounts_of(conn: &mut Conn<'_>, app: i64) -> Result<()> {
    for row in conn.query("SELECT id FROM accounts WHERE app = $1", params![app])? {
        person(conn, PersonId::Account(row.get(0)?))?;
    }
    Ok(())
}

/// Name of the series of numbers in a person's log.
pub(super) fn log_serials(person: PersonId) -> String {
    format!("people_log {} {}", person.kind(), person.number())
}
