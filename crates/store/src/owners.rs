//! Owners: the accounts of vendors.

use std::str::FromStr;

use claviger_domain::{OwnerId, Role, fold};

use crate::{Conn, Result, Row, StoreError, catalog, names, params};

/// An owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Serial number.
    pub id: i64,
    /// The name on the Client API.
    pub owner_id: String,
    /// Name of the account.
    pub name: String,
    /// What the owner may do.
    pub role: Role,
    /// Unix second when the role ends; `None`: never.
    pub role_until: Option<i64>,
    /// Unix second of creation.
    pub created: i64,
}

/// An owner to be added.
#[derive(Clone, Debug)]
pub struct NewOwner {
    /// The name on the Client API.
    pub owner_id: OwnerId,
    /// Name of the account; unique without regard to case.
    pub name: String,
    /// What the owner may do.
    pub role: Role,
    /// Hash of the password, where one was chosen.
    pub password: Option<String>,
    /// Unix second of creation.
    pub created: i64,
}

const SELECT: &str = "SELECT id, owner_id, name, role, role_until, created FROM owners";

fn owner(row: &Row) -> Result<Owner> {
    let role: String = row.get(3)?;
    Ok(Owner {
        id: row.get(0)?,
        owner_id: row.get(1)?,
        name: row.get(2)?,
        role: Role::from_str(&role).map_err(StoreError::Unexpected)?,
        role_until: row.get(4)?,
        created: row.get(5)?,
    })
}

/// Adds an owner; `None` when the name is taken.
pub fn insert(conn: &mut Conn<'_>, new: &NewOwner) -> Result<Option<Owner>> {
    let id = conn.next_serials(0, "owners", 1)?;
    let added = conn.execute(
        "INSERT INTO owners (id, owner_id, name, name_folded, role, password, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name_folded) DO NOTHING",
        params![
            id,
            new.owner_id.as_str(),
            &new.name,
            &*fold(&new.name),
            new.role.as_str(),
            new.password.as_deref(),
            new.created
        ],
    )?;
    catalog::changed(conn)?;
    if added == 1 { by_name(conn, &new.name) } else { Ok(None) }
}

/// Finds an owner by name.
pub fn by_name(conn: &mut Conn<'_>, name: &str) -> Result<Option<Owner>> {
    let sql = format!("{SELECT} WHERE name_folded = $1");
    names::find(name, |form| conn.query_one(&sql, params![form])?.as_ref().map(owner).transpose())
}

/// Finds an owner by number.
pub fn by_id(conn: &mut Conn<'_>, id: i64) -> Result<Option<Owner>> {
    conn.query_one(&format!("{SELECT} WHERE id = $1"), params![id])?.as_ref().map(owner).transpose()
}

/// Whether an owner has this name on the Client API.
pub fn has_owner_id(conn: &mut Conn<'_>, owner_id: &OwnerId) -> Result<bool> {
    let sql = "SELECT 1 FROM owners WHERE owner_id = $1";
    Ok(conn.query_one(sql, params![owner_id.as_str()])?.is_some())
}

/// Gives an owner another name on the Client API, which is nobody else's.
pub fn set_owner_id(conn: &mut Conn<'_>, id: i64, owner_id: &OwnerId) -> Result<()> {
    conn.execute("UPDATE owners SET owner_id = $2 WHERE id = $1", params![id, owner_id.as_str()])?;
    catalog::changed(conn)
}

/// All owners, oldest first.
pub fn all(conn: &mut Conn<'_>) -> Result<Vec<Owner>> {
    conn.query(&format!("{SELECT} ORDER BY id"), &[])?.iter().map(owner).collect()
}

/// Gives an owner another role, without end. `false` when there is no such owner.
pub fn set_role(conn: &mut Conn<'_>, name: &str, role: Role) -> Result<bool> {
    catalog::changed(conn)?;
    let Some(owner) = by_name(conn, name)? else { return Ok(false) };
    let sql = "UPDATE owners SET role = $1, role_until = NULL WHERE id = $2";
    Ok(conn.execute(sql, params![role.as_str(), owner.id])? == 1)
}
