//! What identity providers know people by.

use claviger_domain::PersonId;

use crate::{Conn, Result, Row, StoreError, params};

/// By what of a provider's claims somebody is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The subject, which stays.
    Subject,
    /// An e-mail address, until its first use: then the subject takes its place.
    Email,
}

impl Claim {
    /// The word in the database, and for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Email => "email",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Subject, Self::Email].into_iter().find(|claim| claim.as_str() == text)
    }
}

/// What a provider knows somebody by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Serial number in the server.
    pub id: i64,
    /// The provider's address.
    pub issuer: String,
    /// By what they are found.
    pub claim: Claim,
    /// Its value.
    pub value: String,
    /// What people know it by, such as the e-mail address.
    pub label: String,
    /// Whose it is.
    pub person: PersonId,
    /// Unix second since which it is linked.
    pub created: i64,
}

/// An identity to be linked.
#[derive(Clone, Debug)]
pub struct NewIdentity<'a> {
    /// As [`Identity::issuer`].
    pub issuer: &'a str,
    /// As [`Identity::claim`].
    pub claim: Claim,
    /// As [`Identity::value`].
    pub value: &'a str,
    /// As [`Identity::label`].
    pub label: &'a str,
}

const SELECT: &str = "SELECT id, issuer, claim, value, label, kind, person, created FROM people_identities";

fn identity(row: &Row) -> Result<Identity> {
    let (claim, kind): (String, String) = (row.get(2)?, row.get(5)?);
    Ok(Identity {
        id: row.get(0)?,
        issuer: row.get(1)?,
        claim: Claim::parse(&claim).ok_or(StoreError::Unexpected(claim))?,
        value: row.get(3)?,
        label: row.get(4)?,
        person: PersonId::from_stored(&kind, row.get(6)?).ok_or(StoreError::Unexpected(kind))?,
        created: row.get(7)?,
    })
}

/// Links an identity to a person; `false` when it is somebody's already.
pub fn insert(conn: &mut Conn<'_>, person: PersonId, new: &NewIdentity<'_>, now: i64) -> Result<bool> {
    let id = conn.next_serials(0, "people_identities", 1)?;
    let added = conn.execute(
        "INSERT INTO people_identities (id, issuer, claim, value, label, kind, person, created)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (issuer, claim, value) DO NOTHING",
        params![
            id,
            new.issuer,
            new.claim.as_str(),
            new.value,
            new.label,
            person.kind(),
            person.number(),
            now
        ],
    )?;
    Ok(added == 1)
}

/// Whose identity it is.
pub fn find(conn: &mut Conn<'_>, issuer: &str, claim: Claim, value: &str) -> Result<Option<Identity>> {
    let sql = format!("{SELECT} WHERE issuer = $1 AND claim = $2 AND value = $3");
    conn.query_one(&sql, params![issuer, claim.as_str(), value])?.as_ref().map(identity).transpose()
}

/// The identities of a person, oldest first.
pub fn of_person(conn: &mut Conn<'_>, person: PersonId) -> Result<Vec<Identity>> {
    let sql = format!("{SELECT} WHERE kind = $1 AND person = $2 ORDER BY id");
    conn.query(&sql, params![person.kind(), person.number()])?.iter().map(identity).collect()
}

/// Unlinks all identities of a person.
pub fn delete_all(conn: &mut Conn<'_>, person: PersonId) -> Result<()> {
    let sql = "DELETE FROM people_identities WHERE kind = $1 AND person = $2";
    conn.execute(sql, params![person.kind(), person.number()])?;
    Ok(())
}

/// Unlinks an identity of a person; `false` when they have none of that number.
pub fn delete(conn: &mut Conn<'_>, person: PersonId, id: i64) -> Result<bool> {
    let sql = "DELETE FROM people_identities WHERE id = $1 AND kind = $2 AND person = $3";
    Ok(conn.execute(sql, params![id, person.kind(), person.number()])? == 1)
}
