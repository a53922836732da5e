//! Names and passwords of people.

use claviger_domain::PersonId;

use crate::{Conn, Result, Row, names, params};

/// A person with the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Who it is.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// Hash of the password; who has not set one yet has none.
    pub password: Option<String>,
}

/// Finds a person by name; owners and accounts share the names.
pub fn by_name(conn: &mut Conn<'_>, name: &str) -> Result<Option<Credentials>> {
    let owners = "SELECT id, name, password FROM owners WHERE name_folded = $1";
    let owner = names::find(name, |form| {
        conn.query_one(owners, params![form])?.map(|row| credentials(&row, PersonId::Owner)).transpose()
    })?;
    if owner.is_some() {
        return Ok(owner);
    }
    let accounts = "SELECT id, username, password FROM accounts WHERE username_folded = $1";
    names::find(name, |form| {
        conn.query_one(accounts, params![form])?.map(|row| credentials(&row, PersonId::Account)).transpose()
    })
}

/// A person by number, and keeps others from changing the password until the end of the transaction.
pub fn lock(conn: &mut Conn<'_>, person: PersonId) -> Result<Option<Credentials>> {
    let (table, name, of): (_, _, fn(i64) -> PersonId) = match person {
        PersonId::Owner(_) => ("owners", "name", PersonId::Owner),
        PersonId::Account(_) => ("accounts", "username", PersonId::Account),
    };
    let sql = format!("SELECT id, {name}, password FROM {table} WHERE id = $1{}", conn.for_update());
    conn.query_one(&sql, params![person.number()])?.map(|row| credentials(&row, of)).transpose()
}

/// Sets the hash of a person's password.
pub fn set_password(conn: &mut Conn<'_>, person: PersonId, hash: &str) -> Result<()> {
    let table = match person {
        PersonId::Owner(_) => "owners",
        PersonId::Account(_) => "accounts",
    };
    conn.execute(&format!("UPDATE {table} SET password = $2 WHERE id = $1"), params![person.number(), hash])?;
    Ok(())
}

fn credentials(row: &Row, of: fn(i64) -> PersonId) -> Result<Credentials> {
    // An account without password has an empty one.
    let password = row.get::<Option<String>>(2)?.filter(|password| !password.is_empty());
    Ok(Credentials { person: of(row.get(0)?), name: row.get(1)?, password })
}
