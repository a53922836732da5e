//! Variables: texts that programs read, of the whole application or of one user. Names are compared exactly.

use crate::{
    Conn, Range, Result, Row, catalog, params,
    pending::{OWNER_STAYS, USER_STAYS},
};

/// A variable of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Only programs that have signed in may read it.
    pub authed: bool,
}

fn variable(row: &Row) -> Result<Variable> {
    Ok(Variable { name: row.get(0)?, value: row.get(1)?, authed: row.get(2)? })
}

/// Finds a variable of an application.
pub fn get(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<Option<Variable>> {
    let sql = "SELECT name, value, authed FROM variables WHERE app = $1 AND name = $2";
    conn.query_one(sql, params![app, name])?.as_ref().map(variable).transpose()
}

/// All variables of an application, in the order of the alphabet.
pub fn all(conn: &mut Conn<'_>, app: i64) -> Result<Vec<Variable>> {
    let sql = "SELECT name, value, authed FROM variables WHERE app = $1 ORDER BY name";
    conn.query(sql, params![app])?.iter().map(variable).collect()
}

/// Variables of an application with names after `after`, at most `limit`, in the order of the alphabet.
pub fn page(conn: &mut Conn<'_>, app: i64, after: &str, limit: i64) -> Result<Vec<Variable>> {
    let sql = "SELECT name, value, authed FROM variables WHERE app = $1 AND name > $2 ORDER BY name LIMIT $3";
    conn.query(sql, params![app, after, limit])?.iter().map(variable).collect()
}

/// Adds a variable of an application; `false` when the name is taken.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &Variable) -> Result<bool> {
    let added = conn.execute(
        "INSERT INTO variables (app, name, value, authed) VALUES ($1, $2, $3, $4)
         ON CONFLICT (app, name) DO NOTHING",
        params![app, &new.name, &new.value, new.authed],
    )?;
    catalog::changed(conn)?;
    Ok(added == 1)
}

/// Changes a variable of an application; `false` when there is none of its name.
pub fn update(conn: &mut Conn<'_>, app: i64, new: &Variable) -> Result<bool> {
    let changed = conn.execute(
        "UPDATE variables SET value = $3, authed = $4 WHERE app = $1 AND name = $2",
        params![app, &new.name, &new.value, new.authed],
    )?;
    catalog::changed(conn)?;
    Ok(changed == 1)
}

/// Number of variables of an application.
pub fn count(conn: &mut Conn<'_>, app: i64) -> Result<i64> {
    conn.count("variables", app)
}

/// Deletes a variable of an application; `false` when there is none.
pub fn delete(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<bool> {
    let deleted = conn.execute("DELETE FROM variables WHERE app = $1 AND name = $2", params![app, name])?;
    catalog::changed(conn)?;
    Ok(deleted == 1)
}

/// Deletes all variables of an application; returns how many.
pub fn clear(conn: &mut Conn<'_>, app: i64) -> Result<u64> {
    let deleted = conn.execute("DELETE FROM variables WHERE app = $1", params![app])?;
    catalog::changed(conn)?;
    Ok(deleted)
}

/// A variable of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserVariable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Programs may not change it.
    pub read_only: bool,
}

/// Finds a variable of a user, and keeps others from changing it until the end of the transaction.
pub fn lock_of_user(conn: &mut Conn<'_>, app: i64, user: i64, name: &str) -> Result<Option<UserVariable>> {
    let sql = format!(
        "SELECT name, value, read_only FROM user_variables WHERE app = $1 AND user_id = $2 AND name = $3{}",
        conn.for_update()
    );
    conn.query_one(&sql, params![app, user, name])?.as_ref().map(user_variable).transpose()
}

/// The variables of a user, in the order of the alphabet.
pub fn all_of_user(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<Vec<UserVariable>> {
    let sql =
        "SELECT name, value, read_only FROM user_variables WHERE app = $1 AND user_id = $2 ORDER BY name";
    conn.query(sql, params![app, user])?.iter().map(user_variable).collect()
}

fn user_variable(row: &Row) -> Result<UserVariable> {
    Ok(UserVariable { name: row.get(0)?, value: row.get(1)?, read_only: row.get(2)? })
}

/// Sets a variable of a user, new or not.
pub fn set_of_user(conn: &mut Conn<'_>, app: i64, user: i64, new: &UserVariable) -> Result<()> {
    conn.execute(
        "INSERT INTO user_variables (app, user_id, name, value, read_only) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (app, user_id, name) DO UPDATE SET value = excluded.value, read_only = excluded.read_only",
        params![app, user, &new.name, &new.value, new.read_only],
    )?;
    Ok(())
}

/// Number of variables of a user.
pub fn count_of_user(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<i64> {
    let sql = "SELECT COUNT(*) FROM user_variables WHERE app = $1 AND user_id = $2";
    conn.query_one(sql, params![app, user])?.map_or(Ok(0), |row| row.get(0))
}

/// Deletes a variable of a user; `false` when there is none.
pub fn delete_of_user(conn: &mut Conn<'_>, app: i64, user: i64, name: &str) -> Result<bool> {
    let sql = "DELETE FROM user_variables WHERE app = $1 AND user_id = $2 AND name = $3";
    Ok(conn.execute(sql, params![app, user, name])? == 1)
}

/// Sets a variable of users, new or not.
pub fn set_of_users(conn: &mut Conn<'_>, app: i64, users: Range, new: &UserVariable) -> Result<()> {
    conn.execute(
        "INSERT INTO user_variables (app, user_id, name, value, read_only)
         SELECT app, id, $4, $5, $6 FROM users WHERE app = $1 AND id > $2 AND id <= $3
         ON CONFLICT (app, user_id, name) DO UPDATE SET value = excluded.value, read_only = excluded.read_only",
        params![app, users.after, users.last, &new.name, &new.value, new.read_only],
    )?;
    Ok(())
}

/// Deletes the variable of a name of users; returns how many.
pub fn delete_of_users(conn: &mut Conn<'_>, app: i64, users: Range, name: &str) -> Result<u64> {
    let sql = "DELETE FROM user_variables WHERE app = $1 AND user_id > $2 AND user_id <= $3 AND name = $4";
    conn.execute(sql, params![app, users.after, users.last, name])
}

/// Whether any user has a variable of that name.
pub fn any_of_users(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<bool> {
    let sql = format!("SELECT 1 FROM user_variables WHERE app = $1 AND name = $2 AND {OWNER_STAYS} LIMIT 1");
    Ok(conn.query_one(&sql, params![app, name])?.is_some())
}

/// A variable with the user who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedVariable {
    /// The user's number.
    pub user: i64,
    /// The user's name.
    pub username: String,
    /// The variable.
    pub variable: UserVariable,
}

/// Variables of users after the one of that user and name, at most `limit`, by number of the user and name.
pub fn page_of_users(
    conn: &mut Conn<'_>,
    app: i64,
    after: (i64, &str),
    limit: i64,
) -> Result<Vec<OwnedVariable>> {
    let sql = format!(
        "SELECT v.name, v.value, v.read_only, v.user_id, users.username FROM user_variables v
         JOIN users ON users.app = v.app AND users.id = v.user_id
         WHERE v.app = $1 AND (v.user_id, v.name) > ($2, $3) AND {USER_STAYS}
         ORDER BY v.user_id, v.name LIMIT $4"
    );
    let rows = conn.query(&sql, params![app, after.0, after.1, limit])?;
    rows.iter()
        .map(|row| {
            Ok(OwnedVariable { user: row.get(3)?, username: row.get(4)?, variable: user_variable(row)? })
        })
        .collect()
}
