//! Browsers that are signed in to the dashboard.

use claviger_domain::PersonId;

use crate::{Conn, Result, Row, StoreError, params};

/// Sign-ins of a person that are kept; the ones not seen for longest go first.
const KEPT: i64 = 50;

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Serial number in the server.
    pub id: i64,
    /// Who is signed in.
    pub person: PersonId,
    /// Unix second of the sign-in.
    pub began: i64,
    /// Unix second of the last request, to the minute.
    pub seen: i64,
    /// Unix second when credentials were last shown.
    pub proved: i64,
    /// Address of the client at the sign-in.
    pub ip: String,
    /// What the browser called itself.
    pub user_agent: String,
    /// What the sign-in was made with, such as `password, code`.
    pub factors: String,
}

/// A sign-in to be added.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    /// Hash of the secret.
    pub hash: [u8; 32],
    /// Who signs in.
    pub person: PersonId,
    /// As [`SignIn::ip`].
    pub ip: String,
    /// As [`SignIn::user_agent`].
    pub user_agent: String,
    /// As [`SignIn::factors`].
    pub factors: String,
}

/// Which sign-ins live: those that were seen and have begun after these Unix seconds.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// Seen after.
    pub seen: i64,
    /// Begun after.
    pub began: i64,
}

const SELECT: &str =
    "SELECT id, kind, person, began, seen, proved, ip, user_agent, factors FROM people_sign_ins";

fn sign_in(row: &Row) -> Result<SignIn> {
    let kind: String = row.get(1)?;
    Ok(SignIn {
        id: row.get(0)?,
        person: PersonId::from_stored(&kind, row.get(2)?).ok_or(StoreError::Unexpected(kind))?,
        began: row.get(3)?,
        seen: row.get(4)?,
        proved: row.get(5)?,
        ip: row.get(6)?,
        user_agent: row.get(7)?,
        factors: row.get(8)?,
    })
}

/// Adds a sign-in at `now`; its number.
pub fn insert(conn: &mut Conn<'_>, new: &NewSignIn, now: i64) -> Result<i64> {
    let id = conn.next_serials(0, "people_sign_ins", 1)?;
    let (kind, number) = (new.person.kind(), new.person.number());
    conn.execute(
        "INSERT INTO people_sign_ins (id, hash, kind, person, began, seen, proved, ip, user_agent, factors)
         VALUES ($1, $2, $3, $4, $5, $5, $5, $6, $7, $8)",
        params![id, new.hash.as_slice(), kind, number, now, &new.ip, &new.user_agent, &new.factors],
    )?;
    conn.execute(
        "DELETE FROM people_sign_ins WHERE kind = $1 AND person = $2 AND id <> $3 AND id NOT IN (
             SELECT id FROM people_sign_ins WHERE kind = $1 AND person = $2 ORDER BY seen DESC, id DESC LIMIT $4)",
        params![kind, number, id, KEPT],
    )?;
    Ok(id)
}

/// Finds a sign-in that lives by the hash of its secret.
pub fn by_hash(conn: &mut Conn<'_>, hash: &[u8], since: Since) -> Result<Option<SignIn>> {
    let sql = format!("{SELECT} WHERE hash = $1 AND seen > $2 AND began > $3");
    conn.query_one(&sql, params![hash, since.seen, since.began])?.as_ref().map(sign_in).transpose()
}

/// A sign-in of a person by number, if it lives.
pub fn by_id(conn: &mut Conn<'_>, person: PersonId, id: i64, since: Since) -> Result<Option<SignIn>> {
    let sql = format!("{SELECT} WHERE id = $1 AND kind = $2 AND person = $3 AND seen > $4 AND began > $5");
    let params = params![id, person.kind(), person.number(), since.seen, since.began];
    conn.query_one(&sql, params)?.as_ref().map(sign_in).transpose()
}

/// The sign-ins of a person that live, the one seen last first.
pub fn of_person(conn: &mut Conn<'_>, person: PersonId, since: Since) -> Result<Vec<SignIn>> {
    let sql = format!(
        "{SELECT} WHERE kind = $1 AND person = $2 AND seen > $3 AND began > $4 ORDER BY seen DESC, id DESC"
    );
    let params = params![person.kind(), person.number(), since.seen, since.began];
    conn.query(&sql, params)?.iter().map(sign_in).collect()
}

/// Notes that a sign-in was used.
pub fn set_seen(conn: &mut Conn<'_>, id: i64, now: i64) -> Result<()> {
    conn.execute("UPDATE people_sign_ins SET seen = $2 WHERE id = $1 AND seen < $2", params![id, now])?;
    Ok(())
}

/// Puts another secret in place of that of a sign-in, by its hash: whoever has a copy of the one before is out.
pub fn set_hash(conn: &mut Conn<'_>, id: i64, hash: &[u8]) -> Result<()> {
    conn.execute("UPDATE people_sign_ins SET hash = $2 WHERE id = $1", params![id, hash])?;
    Ok(())
}

/// Notes that credentials were shown; `false` when the sign-in has ended.
pub fn set_proved(conn: &mut Conn<'_>, id: i64, now: i64) -> Result<bool> {
    Ok(conn.execute("UPDATE people_sign_ins SET proved = $2 WHERE id = $1", params![id, now])? == 1)
}

/// Ends a sign-in of a person; `false` when the person has none of that number.
pub fn delete(conn: &mut Conn<'_>, person: PersonId, id: i64) -> Result<bool> {
    let sql = "DELETE FROM people_sign_ins WHERE id = $1 AND kind = $2 AND person = $3";
    Ok(conn.execute(sql, params![id, person.kind(), person.number()])? == 1)
}

/// Ends the sign-ins of a person, but for one; returns how many.
pub fn delete_all(conn: &mut Conn<'_>, person: PersonId, but: Option<i64>) -> Result<u64> {
    let sql = "DELETE FROM people_sign_ins WHERE kind = $1 AND person = $2 AND id <> $3";
    // Numbers begin with 1.
    conn.execute(sql, params![person.kind(), person.number(), but.unwrap_or(0)])
}

/// Removes sign-ins that live no more; returns how many.
pub fn delete_dead(conn: &mut Conn<'_>, since: Since) -> Result<u64> {
    let sql = "DELETE FROM people_sign_ins WHERE seen <= $1 OR began <= $2";
    conn.execute(sql, params![since.seen, since.began])
}
