//! Who is kept out (blacklist) and who is let through the check of addresses (whitelist).
//!
//! The blacklist is kept as reasons: an entry is there while a reason for it is left. Networks are kept in the form of
//! [`Network`], and found by asking for each network that an address is in, so that the number of entries does not matter.

use std::net::IpAddr;

use claviger_domain::{ClientAddress, Network};

use crate::{
    Conn, Result, Row,
    db::Value,
    params,
    user_bans::{Lift, NO_LICENSE},
};

/// Kind of a blacklist entry whose value is an address or a network.
pub const IP: &str = "ip";
/// Kind of a blacklist entry whose value is a device.
pub const HWID: &str = "hwid";

/// The source of what was added by hand; users have other numbers.
const BY_HAND: i64 = 0;
/// Condition for what has not ended at `$2`.
const LASTS: &str = "(until IS NULL OR until > $2)";

/// A reason to keep somebody out, as it comes.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// [`IP`], [`HWID`], `region`, `country` or `asn`; clients are checked for the first two only.
    pub kind: &'a str,
    /// The address, network, device or other value.
    pub value: &'a str,
    /// Why; may be empty.
    pub reason: &'a str,
    /// Unix second.
    pub added: i64,
    /// Unix second from which it counts no more.
    pub until: Option<i64>,
}

/// An entry of the blacklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blacklisted {
    /// As [`Entry::kind`].
    pub kind: String,
    /// As [`Entry::value`].
    pub value: String,
    /// Why it is there, the newest reason first; there is one.
    pub reasons: Vec<Reason>,
}

impl Blacklisted {
    /// The newest reason; may be empty.
    pub fn reason(&self) -> &str {
        self.reasons.first().map_or("", |reason| &reason.text)
    }
}

/// Why an entry of the blacklist is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Who put it there.
    pub source: Source,
    /// Why; may be empty.
    pub text: String,
    /// Unix second.
    pub added: i64,
    /// Unix second from which it counts no more.
    pub until: Option<i64>,
}

/// What put an entry on the blacklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Somebody, by hand.
    Hand,
    /// The ban of a user, with the user's name; `None` once the user is deleted.
    Ban(Option<String>),
}

impl Source {
    /// In one word, `hand` or `ban`, for programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Hand => "hand",
            Self::Ban(_) => "ban",
        }
    }

    /// Name of the user whose ban it is, if there is one still.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Hand => None,
            Self::Ban(user) => user.as_deref(),
        }
    }
}

/// What of a client is on the blacklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The device, whatever the address.
    Device,
    /// The address alone, which others may have too.
    Address,
}

/// Keeps somebody out by hand; a new reason and a new end replace those that were given by hand before.
pub fn blacklist(conn: &mut Conn<'_>, app: i64, entry: &Entry<'_>) -> Result<()> {
    add_reason(conn, app, [BY_HAND, NO_LICENSE], entry)
}

/// As [`blacklist`], for the ban of a user along with a license, or without any; what other bans or hands added stays.
pub fn blacklist_for(
    conn: &mut Conn<'_>,
    app: i64,
    user: i64,
    license: Option<i64>,
    entry: &Entry<'_>,
) -> Result<()> {
    add_reason(conn, app, [user, license.unwrap_or(NO_LICENSE)], entry)
}

fn add_reason(conn: &mut Conn<'_>, app: i64, [source, license]: [i64; 2], entry: &Entry<'_>) -> Result<()> {
    let serial = conn.next_serials(app, "blacklist", 1)?;
    let Entry { kind, value, reason, added, until } = *entry;
    conn.execute(
        "INSERT INTO blacklist_reasons (app, kind, value, source, license, serial, reason, added, until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (app, kind, value, source, license) DO UPDATE SET serial = excluded.serial,
             reason = excluded.reason, added = excluded.added, until = excluded.until",
        params![app, kind, value, source, license, serial, reason, added, until],
    )?;
    Ok(())
}

/// Entries in one statement.
const TOGETHER: usize = 100;

/// As [`blacklist_for`] for bans of many users along with no license: of each entry the user, the kind and the value, none
/// twice.
pub(crate) fn blacklist_all_for(
    conn: &mut Conn<'_>,
    app: i64,
    entries: &[(i64, &'static str, String)],
    reason: &str,
    added: i64,
) -> Result<()> {
    for some in entries.chunks(TOGETHER) {
        let first = conn.next_serials(app, "blacklist", some.len() as i64)?;
        let mut values = params![app, reason, added].to_vec();
        let mut rows = Vec::new();
        for (serial, (user, kind, value)) in (first..).zip(some) {
            let [a, b, c, d] = [1, 2, 3, 4].map(|place| values.len() + place);
            rows.push(format!("($1, ${a}, ${b}, ${c}, {NO_LICENSE}, ${d}, $2, $3)"));
            values.extend_from_slice(params![*kind, value, *user, serial]);
        }
        let sql = format!(
            "INSERT INTO blacklist_reasons (app, kind, value, source, license, serial, reason, added) VALUES {}
             ON CONFLICT (app, kind, value, source, license) DO UPDATE SET serial = excluded.serial,
                 reason = excluded.reason, added = excluded.added, until = excluded.until",
            rows.join(", ")
        );
        conn.execute(&sql, &values)?;
    }
    Ok(())
}

/// Takes away the reasons that bans of a user gave; entries without another are gone.
pub fn unblacklist_for(conn: &mut Conn<'_>, app: i64, user: i64, which: Lift) -> Result<()> {
    let sql = "DELETE FROM blacklist_reasons WHERE app = $1 AND source = $2";
    match which {
        Lift::All => conn.execute(sql, params![app, user])?,
        Lift::OfLicense(license) => {
            conn.execute(&format!("{sql} AND license = $3"), params![app, user, license])?
        }
    };
    Ok(())
}

/// Lets somebody in again, whatever the reasons; `None` when nobody was kept out at `now`.
pub fn unblacklist(
    conn: &mut Conn<'_>,
    app: i64,
    kind: &str,
    value: &str,
    now: i64,
) -> Result<Option<Blacklisted>> {
    let found = select(conn, app, now, Some((kind, value)))?.pop();
    let sql = "DELETE FROM blacklist_reasons WHERE app = $1 AND kind = $2 AND value = $3";
    conn.execute(sql, params![app, kind, value])?;
    Ok(found)
}

/// An entry of the blacklist at `now`, if it is there.
pub fn entry(
    conn: &mut Conn<'_>,
    app: i64,
    kind: &str,
    value: &str,
    now: i64,
) -> Result<Option<Blacklisted>> {
    Ok(select(conn, app, now, Some((kind, value)))?.pop())
}

/// Whether a device, if it is known, or an address is kept out at `now`. A client whose address is unknown might have
/// any, so it is kept out wherever an address is; `None` asks for no address.
pub fn evidence(
    conn: &mut Conn<'_>,
    app: i64,
    hwid: Option<&str>,
    ip: Option<ClientAddress>,
    now: i64,
) -> Result<Option<Evidence>> {
    if let Some(hwid) = hwid {
        let sql = format!(
            "SELECT 1 FROM blacklist_reasons WHERE app = $1 AND kind = 'hwid' AND value = $3 AND {LASTS} LIMIT 1"
        );
        if conn.query_one(&sql, params![app, now, hwid])?.is_some() {
            return Ok(Some(Evidence::Device));
        }
    }
    let listed = match ip {
        None => false,
        Some(ClientAddress::Known(ip)) => {
            is_around(conn, "blacklist_reasons", "kind = 'ip' AND value", app, ip, now)?
        }
        Some(ClientAddress::Unknown) => {
            let sql =
                format!("SELECT 1 FROM blacklist_reasons WHERE app = $1 AND kind = 'ip' AND {LASTS} LIMIT 1");
            conn.query_one(&sql, params![app, now])?.is_some()
        }
    };
    Ok(listed.then_some(Evidence::Address))
}

/// The entries of the blacklist that keep out a device or a client of an address at `now`, however wide their networks.
pub fn entries_for(
    conn: &mut Conn<'_>,
    app: i64,
    hwid: Option<&str>,
    ip: Option<IpAddr>,
    now: i64,
) -> Result<Vec<Blacklisted>> {
    let mut wanted: Vec<(&str, String)> = hwid.iter().map(|hwid| (HWID, (*hwid).to_owned())).collect();
    if let Some(ip) = ip {
        let networks = look_around(conn, "blacklist_reasons", "kind = 'ip' AND value", app, ip, now, "")?;
        wanted.extend(networks.into_iter().map(|network| (IP, network)));
    }
    let mut found = Vec::new();
    for (kind, value) in &wanted {
        found.extend(select(conn, app, now, Some((kind, value)))?);
    }
    Ok(found)
}

/// Whether a row that lasts has in a column a network that an address is in.
fn is_around(conn: &mut Conn<'_>, table: &str, column: &str, app: i64, ip: IpAddr, now: i64) -> Result<bool> {
    Ok(!look_around(conn, table, column, app, ip, now, "LIMIT 1")?.is_empty())
}

/// The networks around an address that rows which last have in a column.
fn look_around(
    conn: &mut Conn<'_>,
    table: &str,
    column: &str,
    app: i64,
    ip: IpAddr,
    now: i64,
    limit: &str,
) -> Result<Vec<String>> {
    let networks: Vec<String> = Network::around(ip).map(|network| network.to_string()).collect();
    let mut params = vec![Value::from(app), Value::from(now)];
    params.extend(networks.iter().map(Value::from));
    let names: Vec<String> = (3..=params.len()).map(|number| format!("(${number})")).collect();
    // One search by key for each. PostgreSQL would rather go through all rows if they stood in `IN`, and it had not
    // counted the rows yet.
    let sql = format!(
        "SELECT network FROM (
             SELECT networks.column1 AS network,
                 (SELECT 1 FROM {table} WHERE app = $1 AND {column} = networks.column1 AND {LASTS} LIMIT 1) AS found
             FROM (VALUES {}) AS networks
         ) AS looked_up WHERE found IS NOT NULL {limit}",
        names.join(", ")
    );
    conn.query(&sql, &params)?.iter().map(|row| row.get(0)).collect()
}

/// The blacklist of an application at `now`, in the order of kind and value.
pub fn blacklisted(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<Vec<Blacklisted>> {
    select(conn, app, now, None)
}

fn select(conn: &mut Conn<'_>, app: i64, now: i64, only: Option<(&str, &str)>) -> Result<Vec<Blacklisted>> {
    let one = if only.is_some() { "AND kind = $3 AND value = $4" } else { "" };
    let sql = format!(
        "SELECT kind, value, reason, added, until, source,
             (SELECT username FROM users WHERE users.app = blacklist_reasons.app AND id = source)
         FROM blacklist_reasons WHERE app = $1 AND {LASTS} {one} ORDER BY kind, value, serial DESC"
    );
    let mut params = vec![Value::from(app), Value::from(now)];
    params.extend(only.into_iter().flat_map(|(kind, value)| [kind, value]).map(Value::from));
    let mut entries: Vec<Blacklisted> = Vec::new();
    for row in conn.query(&sql, &params)? {
        let (kind, value): (String, String) = (row.get(0)?, row.get(1)?);
        let reason = reason(&row)?;
        match entries.last_mut().filter(|entry| entry.kind == kind && entry.value == value) {
            Some(entry) => entry.reasons.push(reason),
            None => entries.push(Blacklisted { kind, value, reasons: vec![reason] }),
        }
    }
    Ok(entries)
}

fn reason(row: &Row) -> Result<Reason> {
    let source = match row.get(5)? {
        BY_HAND => Source::Hand,
        _ => Source::Ban(row.get(6)?),
    };
    Ok(Reason { source, text: row.get(2)?, added: row.get(3)?, until: row.get(4)? })
}

/// Empties the blacklist of an application; `false` when nobody was kept out at `now`.
pub fn clear_blacklist(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<bool> {
    clear(conn, "blacklist_reasons", app, now)
}

fn clear(conn: &mut Conn<'_>, table: &str, app: i64, now: i64) -> Result<bool> {
    let any = format!("SELECT 1 FROM {table} WHERE app = $1 AND {LASTS} LIMIT 1");
    let any = conn.query_one(&any, params![app, now])?.is_some();
    conn.execute(&format!("DELETE FROM {table} WHERE app = $1"), params![app])?;
    Ok(any)
}

/// An exemption from the check for VPNs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whitelisted {
    /// The address or network.
    pub network: String,
    /// Unix second from which it counts no more.
    pub until: Option<i64>,
}

/// Exempts an address or a network from the check for VPNs; `false` when it was exempt until that second already.
pub fn whitelist(conn: &mut Conn<'_>, app: i64, network: &str, until: Option<i64>, now: i64) -> Result<bool> {
    let sql = "INSERT INTO whitelist (app, ip, added, until) VALUES ($1, $2, $3, $4)
               ON CONFLICT (app, ip) DO UPDATE SET added = excluded.added, until = excluded.until
               WHERE whitelist.until IS DISTINCT FROM excluded.until";
    Ok(conn.execute(sql, params![app, network, now, until])? == 1)
}

/// Takes an exemption back; `false` when there was none at `now`.
pub fn unwhitelist(conn: &mut Conn<'_>, app: i64, network: &str, now: i64) -> Result<bool> {
    let sql = format!("DELETE FROM whitelist WHERE app = $1 AND ip = $3 AND {LASTS}");
    Ok(conn.execute(&sql, params![app, now, network])? == 1)
}

/// Whether an address is exempt at `now`.
pub fn is_whitelisted(conn: &mut Conn<'_>, app: i64, ip: IpAddr, now: i64) -> Result<bool> {
    is_around(conn, "whitelist", "ip", app, ip, now)
}

/// The networks that exempt an address at `now`.
pub fn exempting(conn: &mut Conn<'_>, app: i64, ip: IpAddr, now: i64) -> Result<Vec<String>> {
    look_around(conn, "whitelist", "ip", app, ip, now, "")
}

/// What is exempt at `now`, in the order of the alphabet.
pub fn whitelisted(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<Vec<Whitelisted>> {
    let sql = format!("SELECT ip, until FROM whitelist WHERE app = $1 AND {LASTS} ORDER BY ip");
    let exempt = |row: &Row| Ok(Whitelisted { network: row.get(0)?, until: row.get(1)? });
    conn.query(&sql, params![app, now])?.iter().map(exempt).collect()
}

/// Empties the whitelist of an application; `false` when nothing was exempt at `now`.
pub fn clear_whitelist(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<bool> {
    clear(conn, "whitelist", app, now)
}

/// Whether something of any application has ended at `now` and can be removed.
pub fn has_ended(conn: &mut Conn<'_>, now: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM blacklist_reasons WHERE until <= $1
               UNION ALL SELECT 1 FROM whitelist WHERE until <= $1 LIMIT 1";
    Ok(conn.query_one(sql, params![now])?.is_some())
}

/// Removes what has ended at `now`, of all applications.
pub fn remove_ended(conn: &mut Conn<'_>, now: i64) -> Result<()> {
    for table in ["blacklist_reasons", "whitelist"] {
        conn.execute(&format!("DELETE FROM {table} WHERE until <= $1"), params![now])?;
    }
    Ok(())
}
