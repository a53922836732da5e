//! What a sign-in takes besides the password: two-factor codes, and recovery codes in their place.

use claviger_domain::PersonId;

use crate::{Conn, Result, params};

/// The two-factor codes of a person; secrets are encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totp {
    /// The secret; `None`: a sign-in takes no code.
    pub secret: Option<Vec<u8>>,
    /// The secret that is being set up.
    pub pending: Option<Vec<u8>>,
    /// The step of the last code that was used.
    pub step: Option<i64>,
}

/// The two-factor codes of a person.
pub fn totp(conn: &mut Conn<'_>, person: PersonId) -> Result<Totp> {
    let sql = "SELECT totp, totp_pending, totp_step FROM people WHERE kind = $1 AND person = $2";
    let row = conn.query_one(sql, params![person.kind(), person.number()])?;
    row.map_or(Ok(Totp::default()), |row| {
        Ok(Totp { secret: row.get(0)?, pending: row.get(1)?, step: row.get(2)? })
    })
}

/// Sets the two-factor codes of a person, who has a row already.
pub fn set_totp(conn: &mut Conn<'_>, person: PersonId, totp: &Totp) -> Result<()> {
    conn.execute(
        "UPDATE people SET totp = $3, totp_pending = $4, totp_step = $5 WHERE kind = $1 AND person = $2",
        params![person.kind(), person.number(), totp.secret.as_deref(), totp.pending.as_deref(), totp.step],
    )?;
    Ok(())
}

/// Replaces the recovery codes of a person by others, of which hashes are given.
pub fn set_recovery_codes(conn: &mut Conn<'_>, person: PersonId, hashes: &[String]) -> Result<()> {
    let (kind, number) = (person.kind(), person.number());
    let old = "DELETE FROM people_recovery_codes WHERE kind = $1 AND person = $2";
    conn.execute(old, params![kind, number])?;
    for hash in hashes {
        let new = "INSERT INTO people_recovery_codes (kind, person, hash) VALUES ($1, $2, $3)";
        conn.execute(new, params![kind, number, hash])?;
    }
    Ok(())
}

/// Uses a recovery code up; `false` when the person has none of this hash.
pub fn take_recovery_code(conn: &mut Conn<'_>, person: PersonId, hash: &str) -> Result<bool> {
    let sql = "DELETE FROM people_recovery_codes WHERE kind = $1 AND person = $2 AND hash = $3";
    Ok(conn.execute(sql, params![person.kind(), person.number(), hash])? == 1)
}

/// How many recovery codes a person has left.
pub fn recovery_codes_left(conn: &mut Conn<'_>, person: PersonId) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM people_recovery_codes WHERE kind = $1 AND person = $2";
    conn.query_one(sql, params![person.kind(), person.number()])?.map_or(Ok(0), |row| row.get(0))
}
