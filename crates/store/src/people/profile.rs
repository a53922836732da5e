//! What a person has chosen for the dashboard.

use claviger_domain::PersonId;

use crate::{Conn, Result, params};

/// What a person has chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// `light`, `dark` or `system`.
    pub theme: String,
    /// Name of a time zone, such as `Europe/Berlin`; `None`: the browser's.
    pub time_zone: Option<String>,
    /// Number of the application last worked on; it may be gone.
    pub last_app: Option<i64>,
    /// Address of the last sign-in.
    pub ip: Option<String>,
}

impl Default for Profile {
    fn default() -> Self {
        Self { theme: "system".into(), time_zone: None, last_app: None, ip: None }
    }
}

/// The profile of a person; what nobody has chosen is as in a new one.
pub fn get(conn: &mut Conn<'_>, person: PersonId) -> Result<Profile> {
    let sql = "SELECT theme, time_zone, last_app, ip FROM people WHERE kind = $1 AND person = $2";
    let row = conn.query_one(sql, params![person.kind(), person.number()])?;
    let profile = row.map(|row| {
        Ok(Profile { theme: row.get(0)?, time_zone: row.get(1)?, last_app: row.get(2)?, ip: row.get(3)? })
    });
    profile.unwrap_or_else(|| Ok(Profile::default()))
}

/// Makes sure that a person has a row, and locks it until the end of the transaction.
pub fn lock(conn: &mut Conn<'_>, person: PersonId) -> Result<()> {
    let key = params![person.kind(), person.number()];
    conn.execute("INSERT INTO people (kind, person) VALUES ($1, $2) ON CONFLICT DO NOTHING", key)?;
    let sql = format!("SELECT 1 FROM people WHERE kind = $1 AND person = $2{}", conn.for_update());
    conn.query_one(&sql, key)?;
    Ok(())
}

/// Sets theme and time zone.
pub fn set_looks(conn: &mut Conn<'_>, person: PersonId, theme: &str, time_zone: Option<&str>) -> Result<()> {
    conn.execute(
        "INSERT INTO people (kind, person, theme, time_zone) VALUES ($1, $2, $3, $4)
         ON CONFLICT (kind, person) DO UPDATE SET theme = excluded.theme, time_zone = excluded.time_zone",
        params![person.kind(), person.number(), theme, time_zone],
    )?;
    Ok(())
}

/// Notes the application last worked on.
pub fn set_last_app(conn: &mut Conn<'_>, person: PersonId, app: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO people (kind, person, last_app) VALUES ($1, $2, $3)
         ON CONFLICT (kind, person) DO UPDATE SET last_app = excluded.last_app",
        params![person.kind(), person.number(), app],
    )?;
    Ok(())
}

/// Notes that the person asked for a page.
pub fn set_seen(conn: &mut Conn<'_>, person: PersonId, now: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO people (kind, person, seen) VALUES ($1, $2, $3)
         ON CONFLICT (kind, person) DO UPDATE SET seen = excluded.seen",
        params![person.kind(), person.number(), now],
    )?;
    Ok(())
}

/// When the person asked for a page last, to the minute.
pub fn seen(conn: &mut Conn<'_>, person: PersonId) -> Result<Option<i64>> {
    let sql = "SELECT seen FROM people WHERE kind = $1 AND person = $2";
    conn.query_one(sql, params![person.kind(), person.number()])?.map_or(Ok(None), |row| row.get(0))
}

/// Notes the address of a sign-in.
pub fn set_ip(conn: &mut Conn<'_>, person: PersonId, ip: Option<&str>) -> Result<()> {
    conn.execute(
        "INSERT INTO people (kind, person, ip) VALUES ($1, $2, $3)
         ON CONFLICT (kind, person) DO UPDATE SET ip = excluded.ip",
        params![person.kind(), person.number(), ip],
    )?;
    Ok(())
}
