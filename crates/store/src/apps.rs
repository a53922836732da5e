//! Applications, their settings and their keys. Secrets come and go encrypted; the service holds the master key.

use std::str::FromStr;

use claviger_domain::{Role, fold};

use crate::{
    Conn, Result, Row, StoreError, catalog,
    key_pairs::{self, FormerKeyPair},
    names,
    owners::Owner,
    params,
    people::forget,
    sessions::shared,
};

/// An application with its owner.
#[derive(Clone, Debug)]
pub struct AppRecord {
    /// Serial number.
    pub id: i64,
    /// Whose it is.
    pub owner: Owner,
    /// Its name.
    pub name: String,
    /// The app secret, encrypted.
    pub sealed_secret: Vec<u8>,
    /// The private seed of its Ed25519 key pair, encrypted.
    pub sealed_signing_key: Vec<u8>,
    /// Its settings as JSON.
    pub settings: String,
    /// Banned by the operator.
    pub banned: bool,
    /// Unix second of creation.
    pub created: i64,
    /// How often it got another key pair.
    pub key_pair: i64,
    /// Those before, the oldest first.
    pub former_key_pairs: Vec<FormerKeyPair>,
}

/// An application to be added.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// Whose it is.
    pub owner: i64,
    /// Its name; unique per owner without regard to case.
    pub name: String,
    /// The app secret, encrypted.
    pub sealed_secret: Vec<u8>,
    /// The private seed of its Ed25519 key pair, encrypted.
    pub sealed_signing_key: Vec<u8>,
    /// Its settings as JSON.
    pub settings: String,
    /// Unix second of creation.
    pub created: i64,
}

const SELECT: &str = "SELECT a.id, a.name, a.secret, a.signing_key, a.settings, a.banned, a.created,
        o.id, o.owner_id, o.name, o.role, o.role_until, o.created,
        a.key_pair
    FROM apps a JOIN owners o ON o.id = a.owner";

fn app(row: &Row) -> Result<AppRecord> {
    let role: String = row.get(10)?;
    Ok(AppRecord {
        id: row.get(0)?,
        name: row.get(1)?,
        sealed_secret: row.get(2)?,
        sealed_signing_key: row.get(3)?,
        settings: row.get(4)?,
        banned: row.get(5)?,
        created: row.get(6)?,
        owner: Owner {
            id: row.get(7)?,
            owner_id: row.get(8)?,
            name: row.get(9)?,
            role: Role::from_str(&role).map_err(StoreError::Unexpected)?,
            role_until: row.get(11)?,
            created: row.get(12)?,
        },
        key_pair: row.get(13)?,
        former_key_pairs: Vec::new(),
    })
}

/// The application in a row, with its former key pairs.
fn whole(conn: &mut Conn<'_>, row: Option<&Row>) -> Result<Option<AppRecord>> {
    let Some(mut record) = row.map(app).transpose()? else { return Ok(None) };
    if record.key_pair > 0 {
        record.former_key_pairs = key_pairs::former(conn, record.id)?;
    }
    Ok(Some(record))
}

/// What an application is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppName {
    /// Serial number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The owner's number.
    pub owner: i64,
    /// The owner's name on the Client API.
    pub owner_id: String,
    /// Banned by the operator.
    pub banned: bool,
    /// Unix second of creation.
    pub created: i64,
}

const SELECT_NAME: &str = "SELECT a.id, a.name, a.owner, o.owner_id, a.banned, a.created
    FROM apps a JOIN owners o ON o.id = a.owner";

fn app_name(row: &Row) -> Result<AppName> {
    Ok(AppName {
        id: row.get(0)?,
        name: row.get(1)?,
        owner: row.get(2)?,
        owner_id: row.get(3)?,
        banned: row.get(4)?,
        created: row.get(5)?,
    })
}

/// The applications of an owner, oldest first.
pub fn names_of_owner(conn: &mut Conn<'_>, owner: i64) -> Result<Vec<AppName>> {
    let sql = format!("{SELECT_NAME} WHERE a.owner = $1 ORDER BY a.id");
    conn.query(&sql, params![owner])?.iter().map(app_name).collect()
}

/// What the application of a number is called.
pub fn name_by_id(conn: &mut Conn<'_>, id: i64) -> Result<Option<AppName>> {
    let sql = format!("{SELECT_NAME} WHERE a.id = $1");
    conn.query_one(&sql, params![id])?.as_ref().map(app_name).transpose()
}

/// Adds an application; its number, or `None` when the owner has one of that name.
pub fn insert(conn: &mut Conn<'_>, new: &NewApp) -> Result<Option<i64>> {
    let id = conn.next_serials(0, "apps", 1)?;
    let added = conn.execute(
        "INSERT INTO apps (id, owner, name, name_folded, secret, signing_key, settings, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (owner, name_folded) DO NOTHING",
        params![
            id,
            new.owner,
            &new.name,
            &*fold(&new.name),
            new.sealed_secret.as_slice(),
            new.sealed_signing_key.as_slice(),
            &new.settings,
            new.created
        ],
    )?;
    if added == 0 {
        return Ok(None);
    }
    shared::start_generations(conn, id)?;
    catalog::changed(conn)?;
    Ok(Some(id))
}

/// Finds an application as the Client API names it.
pub fn by_owner_id(conn: &mut Conn<'_>, owner_id: &str, name: &str) -> Result<Option<AppRecord>> {
    let sql = format!("{SELECT} WHERE o.owner_id = $1 AND a.name_folded = $2");
    names::find(name, |name| {
        let row = conn.query_one(&sql, params![owner_id, name])?;
        whole(conn, row.as_ref())
    })
}

/// The owner's id and the name, as it is looked up, of up to `max` applications.
pub fn names(conn: &mut Conn<'_>, max: usize) -> Result<Vec<(String, String)>> {
    const SQL: &str = "SELECT o.owner_id, a.name_folded FROM apps a JOIN owners o ON o.id = a.owner LIMIT $1";
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    conn.query(SQL, params![max])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Finds an application as the command line names it.
pub fn by_owner_name(conn: &mut Conn<'_>, owner: &str, name: &str) -> Result<Option<AppRecord>> {
    let sql = format!("{SELECT} WHERE o.name_folded = $1 AND a.name_folded = $2");
    names::find(owner, |owner| {
        names::find(name, |name| {
            let row = conn.query_one(&sql, params![owner, name])?;
            whole(conn, row.as_ref())
        })
    })
}

/// An application by its number.
pub fn by_id(conn: &mut Conn<'_>, id: i64) -> Result<Option<AppRecord>> {
    let row = conn.query_one(&format!("{SELECT} WHERE a.id = $1"), params![id])?;
    whole(conn, row.as_ref())
}

/// All applications, oldest first.
pub fn all(conn: &mut Conn<'_>) -> Result<Vec<AppRecord>> {
    let rows = conn.query(&format!("{SELECT} ORDER BY a.id"), &[])?;
    rows.iter().filter_map(|row| whole(conn, Some(row)).transpose()).collect()
}

/// Replaces the app secret.
pub fn set_secret(conn: &mut Conn<'_>, id: i64, sealed: &[u8]) -> Result<()> {
    conn.execute("UPDATE apps SET secret = $1 WHERE id = $2", params![sealed, id])?;
    catalog::changed(conn)
}

/// What ends with an application at once: whoever asks by it would still be let in, or called.
const ENDS: [&str; 12] = [
    "former_key_pairs",
    "session_generations",
    "named_keys",
    "key_secrets",
    "accounts",
    "bulk_jobs",
    "jobs",
    "password_resets",
    "login_tokens",
    "deliveries",
    "delivery_turns",
    "panels",
];

/// Deletes an application. Nobody finds it or anything of it any more, and its sessions end. Their rows are swept later;
/// the rest of its rows is removed by [`Change::DeleteApp`](crate::bulk::Change::DeleteApp).
pub fn delete(conn: &mut Conn<'_>, id: i64) -> Result<()> {
    // First, as by all who lock it beside other rows.
    lock_settings(conn, id)?;
    forget::accounts_of(conn, id)?;
    for table in ENDS {
        conn.execute(&format!("DELETE FROM {table} WHERE app = $1"), params![id])?;
    }
    conn.execute("DELETE FROM apps WHERE id = $1", params![id])?;
    catalog::changed(conn)
}

/// Gives an application another name. `false` when its owner has another one of that name.
pub fn rename(conn: &mut Conn<'_>, app: &AppRecord, name: &str) -> Result<bool> {
    lock_settings(conn, app.id)?;
    // Whoever makes an application waits for this as well: its row refers to the owner.
    let owner = format!("SELECT id FROM owners WHERE id = $1{}", conn.for_update());
    conn.query_one(&owner, params![app.owner.id])?;
    let other = "SELECT 1 FROM apps WHERE owner = $1 AND name_folded = $2 AND id <> $3";
    let taken = names::find(name, |form| conn.query_one(other, params![app.owner.id, form, app.id]))?;
    if taken.is_some() {
        return Ok(false);
    }
    let sql = "UPDATE apps SET name = $2, name_folded = $3 WHERE id = $1";
    conn.execute(sql, params![app.id, name, &*fold(name)])?;
    catalog::changed(conn)?;
    Ok(true)
}

/// The settings of an application as JSON.
pub fn settings(conn: &mut Conn<'_>, id: i64) -> Result<Option<String>> {
    conn.query_one("SELECT settings FROM apps WHERE id = $1", params![id])?.map(|row| row.get(0)).transpose()
}

/// As [`settings`], and keeps others from changing them until the end of the transaction.
pub fn lock_settings(conn: &mut Conn<'_>, id: i64) -> Result<Option<String>> {
    let sql = format!("SELECT settings FROM apps WHERE id = $1{}", conn.for_update());
    conn.query_one(&sql, params![id])?.map(|row| row.get(0)).transpose()
}

/// As [`settings`], and keeps them as they are until the end of the transaction. Whoever locks other rows as well asks
/// for this first, as those do who change settings.
pub fn hold_settings(conn: &mut Conn<'_>, id: i64) -> Result<Option<String>> {
    let sql = format!("SELECT settings FROM apps WHERE id = $1{}", conn.for_share());
    conn.query_one(&sql, params![id])?.map(|row| row.get(0)).transpose()
}

/// Replaces the settings of an application, JSON.
pub fn set_settings(conn: &mut Conn<'_>, id: i64, settings: &str) -> Result<()> {
    conn.execute("UPDATE apps SET settings = $2 WHERE id = $1", params![id, settings])?;
    catalog::changed(conn)
}

/// Bans an application, or lifts the ban.
pub fn set_banned(conn: &mut Conn<'_>, id: i64, banned: bool) -> Result<()> {
    conn.execute("UPDATE apps SET banned = $2 WHERE id = $1", params![id, banned])?;
    catalog::changed(conn)
}
