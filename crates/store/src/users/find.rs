//! Finding users by what they paste: the beginning of a name, an address, a device. Each is a search by an index, but
//! for devices of users who have several.

use claviger_domain::HwidList;

use super::{User, select, user};
use crate::{Conn, Result, params, range::after_all};

/// Characters of a device that the index holds.
const DEVICE_INDEXED: usize = 64;
/// Users of several devices that are looked at, those with the shortest lists first.
const MANY_DEVICES_MAX: i64 = 50_000;

/// Users whose folded names begin with a folded text, at most `limit`, in the order of the names.
pub fn by_beginning(conn: &mut Conn<'_>, app: i64, folded: &str, limit: i64) -> Result<Vec<User>> {
    let name = format!("username_folded{}", conn.by_bytes());
    let sql = select() + &format!(" AND {name} >= $2 AND {name} < $3 ORDER BY {name} LIMIT $4");
    let rows = conn.query(&sql, params![app, folded, &after_all(folded), limit])?;
    rows.iter().map(user).collect()
}

/// Users whose last login came from an address that begins with a text, at most `limit`.
pub fn by_address(conn: &mut Conn<'_>, app: i64, beginning: &str, limit: i64) -> Result<Vec<User>> {
    let ip = format!("ip{}", conn.by_bytes());
    // Without the inner query SQLite would rather go through all users, which are in the right order already.
    let sql = select()
        + &format!(
            " AND id IN (SELECT id FROM users WHERE app = $1 AND {ip} >= $2 AND {ip} < $3 ORDER BY {ip} LIMIT $4)"
        );
    let rows = conn.query(&sql, params![app, beginning, &after_all(beginning), limit])?;
    rows.iter().map(user).collect()
}

/// Users to whom a device is bound, at most `limit`: those whose first one it is, and among users of several, of whom
/// so many are looked at.
pub fn by_device(conn: &mut Conn<'_>, app: i64, hwid: &str, limit: i64) -> Result<Vec<User>> {
    let indexed: String = hwid.chars().take(DEVICE_INDEXED).collect();
    let mut found = Vec::new();
    // The second form is that of an import.
    for beginning in [indexed.clone(), format!("\u{1F}{indexed}").chars().take(DEVICE_INDEXED).collect()] {
        let first = format!("substr(hwids, 1, {DEVICE_INDEXED}){}", conn.by_bytes());
        let sql = select()
            + &format!(
                " AND id IN (SELECT id FROM users WHERE app = $1 AND hwids IS NOT NULL
                             AND {first} >= $2 AND {first} < $3 ORDER BY {first} LIMIT $4)"
            );
        let rows = conn.query(&sql, params![app, &beginning, &after_all(&beginning), limit])?;
        found.extend(rows.iter().map(user).collect::<Result<Vec<User>>>()?);
    }
    let position = conn.position();
    let sql = select()
        + &format!(
            " AND id IN (
                SELECT id FROM (
                    SELECT id, hwids FROM users
                    WHERE app = $1 AND {position}(hwids, '\n') > 0 AND length(hwids) > length($2)
                    ORDER BY length(hwids) LIMIT $3) AS many
                WHERE {position}(hwids, $2) > 0 LIMIT $4)"
        );
    let rows = conn.query(&sql, params![app, hwid, MANY_DEVICES_MAX, limit])?;
    found.extend(rows.iter().map(user).collect::<Result<Vec<User>>>()?);
    found.retain(|user| HwidList::from_stored(user.hwids.as_deref()).contains(hwid));
    found.sort_by_key(|user| user.id);
    found.dedup_by_key(|user| user.id);
    found.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(found)
}
