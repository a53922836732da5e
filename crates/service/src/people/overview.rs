//! What a person signs in with, for the page of their account.

use claviger_store::{
    Conn, StoreError,
    people::{
        credentials, factors,
        passkeys::{self, Passkey as Row},
    },
};

use super::person::Person;
use crate::{Service, ServiceError};

/// What a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factors {
    /// Whether there is a password.
    pub password: bool,
    /// Whether a sign-in takes a code.
    pub codes: bool,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
    /// Passkeys, oldest first.
    pub passkeys: Vec<Passkey>,
}

/// A passkey, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// Number, for removing it.
    pub id: i64,
    /// What the person calls it.
    pub name: String,
    /// Unix second of creation.
    pub created: i64,
    /// Unix second of the last use.
    pub used: Option<i64>,
}

impl Service {
    /// What a person signs in with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn factors(&self, person: &Person) -> Result<Factors, ServiceError> {
        let id = person.id;
        let read = move |conn: &mut Conn<'_>| {
            let passkey = |Row { id, name, created, used, .. }| Passkey { id, name, created, used };
            Ok::<_, StoreError>(Factors {
                password: credentials::lock(conn, id)?.is_some_and(|found| found.password.is_some()),
                codes: factors::totp(conn, id)?.secret.is_some(),
                recovery_codes: factors::recovery_codes_left(conn, id)?,
                passkeys: passkeys::of_person(conn, id)?.into_iter().map(passkey).collect(),
            })
        };
        Ok(self.store.db().read(read).await?)
    }
}
