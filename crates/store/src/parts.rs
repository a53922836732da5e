//! Users and licenses by any part of what they are called or came with. No index helps: newest first, a slice at a time,
//! for as long as whoever asks wants to wait.

use crate::{Conn, Result, params, pending::USER_STAYS};

/// What has the part in it, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// Number and name or key, newest first.
    pub found: Vec<(i64, String)>,
    /// The next slice is of rows before this number; `None`: that was all.
    pub next: Option<i64>,
}

/// Users before the number `before` whose folded name, address or devices have `part` in them, among the newest `rows`.
pub fn users(conn: &mut Conn<'_>, app: i64, part: &str, before: i64, rows: i64) -> Result<Slice> {
    let has = |column: &str| format!("{}(COALESCE({column}, ''), $4) > 0", conn.position());
    let hit = [has("username_folded"), has("ip"), has("hwids")].join(" OR ");
    slice(
        conn,
        &format!("users WHERE app = $1 AND {USER_STAYS}"),
        "username",
        &hit,
        (app, part, before, rows),
    )
}

/// Licenses before the number `before` whose folded key or note has `part` in it, among the newest `rows`.
pub fn licenses(conn: &mut Conn<'_>, app: i64, part: &str, before: i64, rows: i64) -> Result<Slice> {
    let has = |column: &str| format!("{}({column}, $4) > 0", conn.position());
    let hit = [has("key_folded"), has("LOWER(COALESCE(note, ''))")].join(" OR ");
    slice(conn, "licenses WHERE app = $1", "key", &hit, (app, part, before, rows))
}

fn slice(
    conn: &mut Conn<'_>,
    from: &str,
    name: &str,
    hit: &str,
    (app, part, before, rows): (i64, &str, i64, i64),
) -> Result<Slice> {
    let sql = format!(
        "SELECT MIN(id), COUNT(*) FROM (SELECT id FROM {from} AND id < $2 ORDER BY id DESC LIMIT $3) AS newest"
    );
    let Some(row) = conn.query_one(&sql, params![app, before, rows])? else { return Ok(Slice::default()) };
    let (first, count): (Option<i64>, i64) = (row.get(0)?, row.get(1)?);
    let Some(first) = first else { return Ok(Slice::default()) };
    let sql = format!(
        "SELECT id, {name} FROM {from} AND id < $2 AND id >= $3 AND ({hit}) ORDER BY id DESC LIMIT 50"
    );
    let rows_found = conn.query(&sql, params![app, before, first, part])?;
    let found = rows_found.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_>>()?;
    Ok(Slice { found, next: (count >= rows).then_some(first) })
}
