//! Passkeys of people.

use claviger_domain::PersonId;

use crate::{Conn, Result, Row, StoreError, params};

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Serial number in the server.
    pub id: i64,
    /// The authenticator's name for it.
    pub credential: Vec<u8>,
    /// Whose it is.
    pub person: PersonId,
    /// What the person calls it.
    pub name: String,
    /// Public key, with what does not change.
    pub public_key: Vec<u8>,
    /// What may change at each use.
    pub state: Vec<u8>,
    /// Unix second of creation.
    pub created: i64,
    /// Unix second of the last use.
    pub used: Option<i64>,
}

const SELECT: &str =
    "SELECT id, credential, kind, person, name, public_key, state, created, used FROM people_passkeys";

fn passkey(row: &Row) -> Result<Passkey> {
    let kind: String = row.get(2)?;
    Ok(Passkey {
        id: row.get(0)?,
        credential: row.get(1)?,
        person: PersonId::from_stored(&kind, row.get(3)?).ok_or(StoreError::Unexpected(kind))?,
        name: row.get(4)?,
        public_key: row.get(5)?,
        state: row.get(6)?,
        created: row.get(7)?,
        used: row.get(8)?,
    })
}

/// Adds a passkey (its `id` is drawn here); `false` when somebody has it already.
pub fn insert(conn: &mut Conn<'_>, new: &Passkey) -> Result<bool> {
    let id = conn.next_serials(0, "people_passkeys", 1)?;
    let added = conn.execute(
        "INSERT INTO people_passkeys (id, credential, kind, person, name, public_key, state, created, used)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (credential) DO NOTHING",
        params![
            id,
            new.credential.as_slice(),
            new.person.kind(),
            new.person.number(),
            &new.name,
            new.public_key.as_slice(),
            new.state.as_slice(),
            new.created,
            new.used
        ],
    )?;
    Ok(added == 1)
}

/// Finds a passkey by the authenticator's name for it, and keeps others from using it until the end of the transaction.
pub fn lock(conn: &mut Conn<'_>, credential: &[u8]) -> Result<Option<Passkey>> {
    let sql = format!("{SELECT} WHERE credential = $1{}", conn.for_update());
    conn.query_one(&sql, params![credential])?.as_ref().map(passkey).transpose()
}

/// The passkeys of a person, oldest first.
pub fn of_person(conn: &mut Conn<'_>, person: PersonId) -> Result<Vec<Passkey>> {
    let sql = format!("{SELECT} WHERE kind = $1 AND person = $2 ORDER BY id");
    conn.query(&sql, params![person.kind(), person.number()])?.iter().map(passkey).collect()
}

/// Notes a use at `now`, and what it changed.
pub fn set_used(conn: &mut Conn<'_>, id: i64, state: &[u8], now: i64) -> Result<()> {
    conn.execute("UPDATE people_passkeys SET state = $2, used = $3 WHERE id = $1", params![id, state, now])?;
    Ok(())
}

/// Removes a passkey of a person; `false` when they have none of that number.
pub fn delete(conn: &mut Conn<'_>, person: PersonId, id: i64) -> Result<bool> {
    let sql = "DELETE FROM people_passkeys WHERE id = $1 AND kind = $2 AND person = $3";
    Ok(conn.execute(sql, params![id, person.kind(), person.number()])? == 1)
}

/// Removes all passkeys of a person; returns how many.
pub fn delete_all(conn: &mut Conn<'_>, person: PersonId) -> Result<u64> {
    let sql = "DELETE FROM people_passkeys WHERE kind = $1 AND person = $2";
    conn.execute(sql, params![person.kind(), person.number()])
}

/// What authenticators know a person by: `drawn`, unless they know the person already. The person has a row.
pub fn handle(conn: &mut Conn<'_>, person: PersonId, drawn: &[u8]) -> Result<Vec<u8>> {
    let sql =
        "UPDATE people SET handle = COALESCE(handle, $3) WHERE kind = $1 AND person = $2 RETURNING handle";
    let row = conn.query_one(sql, params![person.kind(), person.number(), drawn])?;
    row.ok_or(StoreError::Closed)?.get(0)
}

/// What authenticators know a person by, if any does.
pub fn known_handle(conn: &mut Conn<'_>, person: PersonId) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT handle FROM people WHERE kind = $1 AND person = $2";
    conn.query_one(sql, params![person.kind(), person.number()])?.map_or(Ok(None), |row| row.get(0))
}
