//! What happens to licenses that are there.

use claviger_domain::{LicenseStatus, NEVER};

use crate::{Conn, Range, Result, Rows, params, tokens};

/// Marks a license as used by a user; the name is for showing once the user is gone.
pub fn used(conn: &mut Conn<'_>, app: i64, id: i64, user: i64, username: &str, now: i64) -> Result<()> {
    conn.execute(
        "UPDATE licenses SET status = $3, user_id = $4, usedby = $5, usedon = $6 WHERE app = $1 AND id = $2",
        params![app, id, LicenseStatus::Used.as_str(), user, username, now],
    )?;
    Ok(())
}

/// Bans licenses with a reason.
pub fn ban(conn: &mut Conn<'_>, app: i64, rows: impl Into<Rows>, reason: &str) -> Result<()> {
    let rows = rows.into();
    let sql = format!(
        "UPDATE licenses SET status = $4, banned = $5, banned_by = NULL WHERE app = $1 AND {}",
        rows.of(conn, "id", 6)
    );
    conn.execute(&sql, &rows.values(app, params![LicenseStatus::Banned.as_str(), reason]))?;
    Ok(())
}

/// Lifts the bans of licenses: one is used if it has a user.
pub fn unban(conn: &mut Conn<'_>, app: i64, rows: impl Into<Rows>) -> Result<()> {
    let rows = rows.into();
    let sql = format!(
        "UPDATE licenses SET banned = NULL, banned_by = NULL, status = CASE WHEN usedby IS NULL THEN $4 ELSE $5 END
         WHERE app = $1 AND {}",
        rows.of(conn, "id", 6)
    );
    let status = params![LicenseStatus::NotUsed.as_str(), LicenseStatus::Used.as_str()];
    conn.execute(&sql, &rows.values(app, status))?;
    Ok(())
}

/// Makes unused licenses of a range worth more seconds; returns how many.
pub fn add_time(conn: &mut Conn<'_>, app: i64, range: Range, seconds: i64) -> Result<u64> {
    let (least, _) = conn.least_greatest();
    let sql = format!(
        "UPDATE licenses SET duration = {least}(duration + $5, {NEVER})
         WHERE app = $1 AND id > $2 AND id <= $3 AND status = $4"
    );
    conn.execute(&sql, params![app, range.after, range.last, LicenseStatus::NotUsed.as_str(), seconds])
}

/// Makes licenses worth more seconds, which their users have got too.
pub(crate) fn lengthen(conn: &mut Conn<'_>, app: i64, rows: &Rows, seconds: i64) -> Result<()> {
    let (least, _) = conn.least_greatest();
    let sql = format!(
        "UPDATE licenses SET duration = {least}(duration, {NEVER} - $4) + $4, brought = NULL WHERE app = $1 AND {}",
        rows.of(conn, "id", 5)
    );
    conn.execute(&sql, &rows.values(app, params![seconds.min(NEVER)]))?;
    Ok(())
}

/// Deletes licenses with their tokens, only those of a status if one is given; returns how many.
pub fn delete_range(
    conn: &mut Conn<'_>,
    app: i64,
    rows: impl Into<Rows>,
    status: Option<LicenseStatus>,
) -> Result<u64> {
    let rows = rows.into();
    let chosen = format!("app = $1 AND {} AND ($4 = '' OR status = $4)", rows.of(conn, "id", 5));
    let status = status.map(LicenseStatus::as_str).unwrap_or_default();
    let values = rows.values(app, params![status]);
    // The range once more: else SQLite would rather go through all tokens of the application.
    conn.execute(
        &format!(
            "DELETE FROM tokens WHERE app = $1 AND kind = '{}' AND owner > $2 AND owner <= $3
               AND owner IN (SELECT id FROM licenses WHERE {chosen})",
            tokens::LICENSE
        ),
        &values,
    )?;
    conn.execute(&format!("DELETE FROM licenses WHERE {chosen}"), &values)
}

/// Sets the remark of licenses; `None` forgets it.
pub fn set_note(conn: &mut Conn<'_>, app: i64, rows: impl Into<Rows>, note: Option<&str>) -> Result<()> {
    let rows = rows.into();
    let sql = format!("UPDATE licenses SET note = $4 WHERE app = $1 AND {}", rows.of(conn, "id", 5));
    conn.execute(&sql, &rows.values(app, params![note]))?;
    Ok(())
}

/// Sets how many seconds a license is worth, or [`NEVER`]. `user_kept`: its user has what it brought before.
pub fn set_duration(conn: &mut Conn<'_>, app: i64, id: i64, duration: i64, user_kept: bool) -> Result<()> {
    let brought = if user_kept { "COALESCE(brought, duration)" } else { "NULL" };
    let sql = format!("UPDATE licenses SET duration = $3, brought = {brought} WHERE app = $1 AND id = $2");
    conn.execute(&sql, params![app, id, duration])?;
    Ok(())
}

/// Notes which account made the licenses numbered `first` to `last`.
pub fn set_maker(conn: &mut Conn<'_>, app: i64, first: i64, last: i64, maker: i64) -> Result<()> {
    conn.execute(
        "UPDATE licenses SET maker = $4 WHERE app = $1 AND id >= $2 AND id <= $3",
        params![app, first, last, maker],
    )?;
    Ok(())
}
