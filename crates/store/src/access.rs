//! Who is kept out (blacklist) and who is let through the check of addresses (whitelist).

use crate::{Conn, Result, Row, params};

/// Kind of a blacklist entry whose value is an address.
pub const IP: &str = "ip";
/// Kind of a blacklist entry whose value is a device.
pub const HWID: &str = "hwid";

/// An entry of the blacklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blacklisted {
    /// [`IP`], [`HWID`], `region`, `country` or `asn`; clients are checked for the first two only.
    pub kind: String,
    /// The address, device or other value.
    pub value: String,
    /// Why; may be empty.
    pub reason: String,
    /// Unix second.
    pub added: i64,
}

/// Keeps an address or device out; a new reason replaces an old one.
pub fn blacklist(conn: &mut Conn<'_>, app: i64, entry: &Blacklisted) -> Result<()> {
    conn.execute(
        "INSERT INTO blacklist (app, kind, value, reason, added) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (app, kind, value) DO UPDATE SET reason = excluded.reason",
        params![app, &entry.kind, &entry.value, &entry.reason, entry.added],
    )?;
    Ok(())
}

/// As [`blacklist`], for the ban of a user; an entry that is there already stays as it is.
pub fn blacklist_for(conn: &mut Conn<'_>, app: i64, user: i64, entry: &Blacklisted) -> Result<()> {
    conn.execute(
        "INSERT INTO blacklist (app, kind, value, reason, added, user_id) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (app, kind, value) DO NOTHING",
        params![app, &entry.kind, &entry.value, &entry.reason, entry.added, user],
    )?;
    Ok(())
}

/// Removes the entries that the ban of a user added.
pub fn unblacklist_for(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<()> {
    conn.execute("DELETE FROM blacklist WHERE app = $1 AND user_id = $2", params![app, user])?;
    Ok(())
}

/// Lets an address or device in again; `false` when it was not kept out.
pub fn unblacklist(conn: &mut Conn<'_>, app: i64, kind: &str, value: &str) -> Result<bool> {
    let sql = "DELETE FROM blacklist WHERE app = $1 AND kind = $2 AND value = $3";
    Ok(conn.execute(sql, params![app, kind, value])? == 1)
}

/// Whether a device, if it is known, or an address is kept out.
pub fn is_blacklisted(conn: &mut Conn<'_>, app: i64, hwid: Option<&str>, ip: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM blacklist
               WHERE app = $1 AND ((kind = 'ip' AND value = $2) OR (kind = 'hwid' AND value = $3)) LIMIT 1";
    Ok(conn.query_one(sql, params![app, ip, hwid])?.is_some())
}

/// The blacklist of an application, in the order of kind and value.
pub fn blacklisted(conn: &mut Conn<'_>, app: i64) -> Result<Vec<Blacklisted>> {
    let sql = "SELECT kind, value, reason, added FROM blacklist WHERE app = $1 ORDER BY kind, value";
    let entry = |row: &Row| {
        Ok(Blacklisted { kind: row.get(0)?, value: row.get(1)?, reason: row.get(2)?, added: row.get(3)? })
    };
    conn.query(sql, params![app])?.iter().map(entry).collect()
}

/// Exempts an address from the check for VPNs; `false` when it was exempt.
pub fn whitelist(conn: &mut Conn<'_>, app: i64, ip: &str, now: i64) -> Result<bool> {
    let sql = "INSERT INTO whitelist (app, ip, added) VALUES ($1, $2, $3) ON CONFLICT (app, ip) DO NOTHING";
    Ok(conn.execute(sql, params![app, ip, now])? == 1)
}

/// Takes the exemption back; `false` when there was none.
pub fn unwhitelist(conn: &mut Conn<'_>, app: i64, ip: &str) -> Result<bool> {
    Ok(conn.execute("DELETE FROM whitelist WHERE app = $1 AND ip = $2", params![app, ip])? == 1)
}

/// Whether an address is exempt.
pub fn is_whitelisted(conn: &mut Conn<'_>, app: i64, ip: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM whitelist WHERE app = $1 AND ip = $2";
    Ok(conn.query_one(sql, params![app, ip])?.is_some())
}

/// The exempt addresses of an application, in the order of the alphabet.
pub fn whitelisted(conn: &mut Conn<'_>, app: i64) -> Result<Vec<String>> {
    let sql = "SELECT ip FROM whitelist WHERE app = $1 ORDER BY ip";
    conn.query(sql, params![app])?.iter().map(|row| row.get(0)).collect()
}

/// Empties the blacklist of an application; returns how many entries it had.
pub fn clear_blacklist(conn: &mut Conn<'_>, app: i64) -> Result<u64> {
    conn.execute("DELETE FROM blacklist WHERE app = $1", params![app])
}

/// Empties the whitelist of an application; returns how many addresses it had.
pub fn clear_whitelist(conn: &mut Conn<'_>, app: i64) -> Result<u64> {
    conn.execute("DELETE FROM whitelist WHERE app = $1", params![app])
}
