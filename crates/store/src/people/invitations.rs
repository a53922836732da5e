//! Links that work once: for the server's first owner, and for owners who have no password or lost it.

use crate::{Conn, Result, params};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Whose password it sets; `None`: it makes the first owner.
    pub owner: Option<i64>,
    /// Whether two-factor sign-in and passkeys end with it.
    pub drop_factors: bool,
}

/// Adds a link by the hash of its secret; earlier ones for the same are void. Times in Unix seconds.
pub fn insert(conn: &mut Conn<'_>, hash: &[u8], new: Invitation, created: i64, expires: i64) -> Result<()> {
    void(conn, new.owner)?;
    conn.execute(
        "INSERT INTO people_invitations (hash, owner, drop_factors, created, expires) VALUES ($1, $2, $3, $4, $5)",
        params![hash, new.owner, new.drop_factors, created, expires],
    )?;
    Ok(())
}

/// Makes the links for an owner, or for the first one, void.
pub fn void(conn: &mut Conn<'_>, owner: Option<i64>) -> Result<()> {
    match owner {
        Some(owner) => conn.execute("DELETE FROM people_invitations WHERE owner = $1", params![owner])?,
        None => conn.execute("DELETE FROM people_invitations WHERE owner IS NULL", &[])?,
    };
    Ok(())
}

/// Finds a link that is valid at `now`.
pub fn find(conn: &mut Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Invitation>> {
    let sql = "SELECT owner, drop_factors FROM people_invitations WHERE hash = $1 AND expires > $2";
    let row = conn.query_one(sql, params![hash, now])?;
    row.map(|row| Ok(Invitation { owner: row.get(0)?, drop_factors: row.get(1)? })).transpose()
}

/// Uses a link up that is valid at `now`; `None` when there is none, or somebody else has used it.
pub fn take(conn: &mut Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Invitation>> {
    let sql = "DELETE FROM people_invitations WHERE hash = $1 AND expires > $2 RETURNING owner, drop_factors";
    let row = conn.query_one(sql, params![hash, now])?;
    row.map(|row| Ok(Invitation { owner: row.get(0)?, drop_factors: row.get(1)? })).transpose()
}

/// Removes links that ended by `now`.
pub fn delete_expired(conn: &mut Conn<'_>, now: i64) -> Result<()> {
    conn.execute("DELETE FROM people_invitations WHERE expires <= $1", params![now])?;
    Ok(())
}
