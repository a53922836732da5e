//! What must be true when credentials change.

use claviger_domain::PersonId;
use claviger_store::{
    Conn,
    people::{
        credentials::{self, Credentials},
        profile, sign_ins,
    },
};

use super::{
    error::PeopleError,
    lasting::{FRESH, since},
};

/// Who is about to change credentials.
#[derive(Clone, Copy)]
pub(super) struct Changer {
    pub(super) person: PersonId,
    pub(super) sign_in: i64,
    pub(super) now: i64,
}

/// Locks the person, and makes sure that the sign-in still lives and credentials were shown of late.
pub(super) fn hold(conn: &mut Conn<'_>, changer: Changer) -> Result<Credentials, PeopleError> {
    let Changer { person, sign_in, now } = changer;
    let held = credentials::lock(conn, person)?.ok_or(PeopleError::SignedOut)?;
    profile::lock(conn, person)?;
    let sign_in = sign_ins::by_id(conn, person, sign_in, since(now))?.ok_or(PeopleError::SignedOut)?;
    if now - sign_in.proved >= FRESH {
        return Err(PeopleError::NotFresh);
    }
    Ok(held)
}
