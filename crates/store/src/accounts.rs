//! Accounts that owners have made for others: resellers and managers of an application.

use std::str::FromStr;

use claviger_domain::{AccountRole, Balance, PersonId, fold};

use crate::{Conn, Result, Row, StoreError, names, params, people::forget};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Serial number in the server.
    pub id: i64,
    /// The application that it is for.
    pub app: i64,
    /// What it is for.
    pub role: AccountRole,
    /// Name; unique in the server without regard to case.
    pub username: String,
    /// Hash of the password; empty: there is none yet.
    pub password: String,
    /// Levels of licenses that a reseller may make, separated by commas; `N/A`: all.
    pub key_levels: String,
    /// What a manager may do, as bits.
    pub permissions: i64,
    /// What a reseller may do with the licenses it made, as bits.
    pub rights: i64,
    /// Unix second since which it may not sign in.
    pub suspended: Option<i64>,
    /// Licenses that a reseller may still make.
    pub balance: Balance,
    /// Unix second of creation.
    pub created: i64,
}

/// An account to be added; its balance is nothing.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What it is for.
    pub role: AccountRole,
    /// Name; unique in the server without regard to case.
    pub username: String,
    /// Hash of the e-mail address; unique in the server, so it should depend on whose account it is. Empty: there is none.
    pub email_hash: String,
    /// Hash of the password; empty: there is none yet.
    pub password: String,
    /// Levels of licenses that a reseller may make, separated by commas; `N/A`: all.
    pub key_levels: String,
    /// What a manager may do, as bits.
    pub permissions: i64,
    /// Unix second of creation.
    pub created: i64,
}

/// What an account may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// As [`Account::permissions`].
    pub permissions: i64,
    /// As [`Account::key_levels`].
    pub key_levels: String,
    /// As [`Account::rights`].
    pub rights: i64,
}

const SELECT: &str = "SELECT id, app, role, username, password, key_levels, permissions, created,
        balance_day, balance_week, balance_month, balance_three_month, balance_six_month, balance_lifetime,
        balance_year, rights, suspended
    FROM accounts";

fn account(row: &Row) -> Result<Account> {
    let role: String = row.get(2)?;
    Ok(Account {
        id: row.get(0)?,
        app: row.get(1)?,
        role: AccountRole::from_str(&role).map_err(|()| StoreError::Unexpected(role))?,
        username: row.get(3)?,
        password: row.get(4)?,
        key_levels: row.get(5)?,
        permissions: row.get(6)?,
        created: row.get(7)?,
        balance: Balance {
            day: row.get(8)?,
            week: row.get(9)?,
            month: row.get(10)?,
            three_month: row.get(11)?,
            six_month: row.get(12)?,
            lifetime: row.get(13)?,
            year: row.get(14)?,
        },
        rights: row.get(15)?,
        suspended: row.get(16)?,
    })
}

/// Adds an account to an application; its number, or `None` when its name or address is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &NewAccount) -> Result<Option<i64>> {
    let id = conn.next_serials(0, "accounts", 1)?;
    // What stands for no address is no hash, and unique as well.
    let email_hash = if new.email_hash.is_empty() { format!("none {id}") } else { new.email_hash.clone() };
    let added = conn.execute(
        "INSERT INTO accounts (id, app, role, username, username_folded, email_hash, password, key_levels,
             permissions, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        params![
            id,
            app,
            new.role.as_str(),
            &new.username,
            &*fold(&new.username),
            &email_hash,
            &new.password,
            &new.key_levels,
            new.permissions,
            new.created
        ],
    )?;
    Ok((added == 1).then_some(id))
}

/// Finds an account by number.
pub fn by_id(conn: &mut Conn<'_>, id: i64) -> Result<Option<Account>> {
    conn.query_one(&format!("{SELECT} WHERE id = $1"), params![id])?.as_ref().map(account).transpose()
}

/// Finds an account by its name, whichever application it is for, and keeps others from changing it until the end of the
/// transaction.
pub fn lock_by_name(conn: &mut Conn<'_>, username: &str) -> Result<Option<Account>> {
    let sql = format!("{SELECT} WHERE username_folded = $1{}", conn.for_update());
    names::find(username, |form| conn.query_one(&sql, params![form])?.as_ref().map(account).transpose())
}

/// Whether an account of the owner of `app` has this e-mail address, by either of its hashes.
pub fn has_email(conn: &mut Conn<'_>, app: i64, hashes: &[String; 2]) -> Result<bool> {
    let sql = "SELECT 1 FROM accounts JOIN apps ON apps.id = accounts.app
        WHERE email_hash IN ($2, $3) AND owner = (SELECT owner FROM apps WHERE id = $1)";
    Ok(conn.query_one(sql, params![app, &hashes[0], &hashes[1]])?.is_some())
}

/// Whether two applications have the same owner.
pub fn is_of_one_owner(conn: &mut Conn<'_>, app: i64, other: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM apps JOIN apps others ON others.owner = apps.owner WHERE apps.id = $1 AND others.id = $2";
    Ok(conn.query_one(sql, params![app, other])?.is_some())
}

/// The accounts of an application, oldest first.
pub fn all(conn: &mut Conn<'_>, app: i64) -> Result<Vec<Account>> {
    conn.query(&format!("{SELECT} WHERE app = $1 ORDER BY id"), params![app])?.iter().map(account).collect()
}

/// A page of an application's accounts, by their numbers: those after number `after`, at most `limit`.
pub fn page(conn: &mut Conn<'_>, app: i64, after: i64, limit: i64) -> Result<Vec<Account>> {
    let sql = format!("{SELECT} WHERE app = $1 AND id > $2 ORDER BY id LIMIT $3");
    conn.query(&sql, params![app, after, limit])?.iter().map(account).collect()
}

/// An account of an application by number, kept from others' changes until the end of the transaction.
pub fn lock(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<Account>> {
    let sql = format!("{SELECT} WHERE app = $1 AND id = $2{}", conn.for_update());
    conn.query_one(&sql, params![app, id])?.as_ref().map(account).transpose()
}

/// Lets an account sign in no more since a Unix second; `None`: it may again.
pub fn set_suspended(conn: &mut Conn<'_>, id: i64, since: Option<i64>) -> Result<()> {
    conn.execute("UPDATE accounts SET suspended = $2 WHERE id = $1", params![id, since])?;
    Ok(())
}

/// Sets what an account may do.
pub fn set_limits(conn: &mut Conn<'_>, id: i64, limits: &Limits) -> Result<()> {
    conn.execute(
        "UPDATE accounts SET permissions = $2, key_levels = $3, rights = $4 WHERE id = $1",
        params![id, limits.permissions, &limits.key_levels, limits.rights],
    )?;
    Ok(())
}

/// Deletes an account, and what it signed in with.
pub fn delete(conn: &mut Conn<'_>, id: i64) -> Result<()> {
    forget::person(conn, PersonId::Account(id))?;
    conn.execute("DELETE FROM accounts WHERE id = $1", params![id])?;
    Ok(())
}
