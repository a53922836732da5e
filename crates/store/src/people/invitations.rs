//! Links that work once: for the server's first owner, and for people who have no password or lost it.

use claviger_domain::PersonId;

use crate::{Conn, Result, Row, params};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Whose password it sets; `None`: it makes the first owner.
    pub person: Option<PersonId>,
    /// Whether two-factor sign-in and passkeys end with it.
    pub drop_factors: bool,
}

/// Numbers of the owner and of the account, as they are kept.
fn columns(person: Option<PersonId>) -> (Option<i64>, Option<i64>) {
    match person {
        None => (None, None),
        Some(PersonId::Owner(id)) => (Some(id), None),
        Some(PersonId::Account(id)) => (None, Some(id)),
    }
}

/// Adds a link by the hash of its secret; earlier ones for the same are void. Times in Unix seconds.
pub fn insert(conn: &mut Conn<'_>, hash: &[u8], new: Invitation, created: i64, expires: i64) -> Result<()> {
    void(conn, new.person)?;
    let (owner, account) = columns(new.person);
    conn.execute(
        "INSERT INTO people_invitations (hash, owner, account, drop_factors, created, expires)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![hash, owner, account, new.drop_factors, created, expires],
    )?;
    Ok(())
}

/// Makes the links for a person, or for the first owner, void; whether there was one.
pub fn void(conn: &mut Conn<'_>, person: Option<PersonId>) -> Result<bool> {
    let none = "DELETE FROM people_invitations WHERE owner IS NULL AND account IS NULL";
    let voided = match person {
        None => conn.execute(none, &[])?,
        Some(PersonId::Owner(id)) => {
            conn.execute("DELETE FROM people_invitations WHERE owner = $1", params![id])?
        }
        Some(PersonId::Account(id)) => {
            conn.execute("DELETE FROM people_invitations WHERE account = $1", params![id])?
        }
    };
    Ok(voided > 0)
}

/// Finds a link that is valid at `now`.
pub fn find(conn: &mut Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Invitation>> {
    let sql = "SELECT owner, account, drop_factors FROM people_invitations WHERE hash = $1 AND expires > $2";
    conn.query_one(sql, params![hash, now])?.as_ref().map(invitation).transpose()
}

/// Uses a link up that is valid at `now`; `None` when there is none, or somebody else has used it.
pub fn take(conn: &mut Conn<'_>, hash: &[u8], now: i64) -> Result<Option<Invitation>> {
    let sql = "DELETE FROM people_invitations WHERE hash = $1 AND expires > $2 RETURNING owner, account, drop_factors";
    conn.query_one(sql, params![hash, now])?.as_ref().map(invitation).transpose()
}

fn invitation(row: &Row) -> Result<Invitation> {
    let (owner, account): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
    let person = account.map(PersonId::Account).or(owner.map(PersonId::Owner));
    Ok(Invitation { person, drop_factors: row.get(2)? })
}

/// When the link for an account that is valid at `now` ends.
pub fn end_for_account(conn: &mut Conn<'_>, account: i64, now: i64) -> Result<Option<i64>> {
    let sql = "SELECT expires FROM people_invitations WHERE account = $1 AND expires > $2";
    conn.query_one(sql, params![account, now])?.map(|row| row.get(0)).transpose()
}

/// Removes links that ended by `now`.
pub fn delete_expired(conn: &mut Conn<'_>, now: i64) -> Result<()> {
    conn.execute("DELETE FROM people_invitations WHERE expires <= $1", params![now])?;
    Ok(())
}
