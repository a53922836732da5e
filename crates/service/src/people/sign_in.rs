//! Signing in to the dashboard.

use claviger_domain::{PersonId, Secret, is_same_subscriber};
use claviger_store::{
    Conn, StoreError,
    people::{
        credentials::{self, Credentials},
        profile,
        sign_ins::{self, NewSignIn},
    },
};

use super::{
    error::PeopleError,
    log::{Event, note},
    person::{Person, load},
    sign_ins::since,
    visitor::Visitor,
};
use crate::{
    Service,
    shared::{attempts::Attempt, limits::NAME_MAX, vault::sha256},
};

/// Bytes of randomness in the secret of a sign-in.
const SECRET_BYTES: usize = 32;
/// Failed sign-ins to the dashboard are counted apart from those to applications, whose numbers begin with 1.
const DASHBOARD: i64 = 0;
/// Whose log tells of failures with names that nobody has.
const NOBODY: PersonId = PersonId::Owner(0);

/// A person who has just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// What the browser shows from now on; only a hash is kept.
    pub secret: Secret,
    /// Who it is.
    pub person: Person,
}

impl Service {
    /// Signs a person in with name and password.
    ///
    /// # Errors
    /// The same for an unknown name and a wrong password, after the same time; after some failures a pause; when too many
    /// passwords wait to be checked, or the database fails.
    pub async fn sign_in_person(
        &self,
        name: &str,
        password: &Secret,
        visitor: &Visitor,
    ) -> Result<SignedIn, PeopleError> {
        let (found, known) = self.find_person(name, visitor).await?;
        let attempt = Attempt { app: DASHBOARD, username: Some(name), ip: visitor.ip };
        if let Some(seconds) = self.attempts.pause(attempt, known, self.clock.now()) {
            return Err(PeopleError::Paused(seconds));
        }
        let _under_way = self.attempts.begin(attempt, known).ok_or(PeopleError::Paused(1))?;
        let hash = found.as_ref().and_then(|found| found.password.as_deref());
        let right = self.passwords.verify(password, hash).await?;
        match found {
            Some(found) if right => {
                let signed_in = self.begin_sign_in(found, "password", visitor).await?;
                self.attempts.succeeded(attempt);
                Ok(signed_in)
            }
            found => {
                self.attempts.failed(attempt, self.clock.now());
                // An unknown name costs a write too, so that time does not tell it from a known one.
                let person = found.map_or(NOBODY, |found| found.person);
                self.note_failure(person, "password", visitor).await?;
                Err(PeopleError::WrongCredentials)
            }
        }
    }

    /// The person of a name, and whether the visitor comes from where they last signed in.
    async fn find_person(
        &self,
        name: &str,
        visitor: &Visitor,
    ) -> Result<(Option<Credentials>, bool), StoreError> {
        if name.len() > NAME_MAX {
            return Ok((None, false));
        }
        let (name, ip) = (name.to_owned(), visitor.ip.known());
        let find = move |conn: &mut Conn<'_>| {
            let Some(found) = credentials::by_name(conn, &name)? else { return Ok((None, false)) };
            let last = profile::get(conn, found.person)?.ip;
            let known = last.zip(ip).is_some_and(|(last, ip)| is_same_subscriber(&last, ip));
            Ok((Some(found), known))
        };
        self.store.db().read(find).await
    }

    /// Signs a person in whose credentials were right; they may have changed since.
    async fn begin_sign_in(
        &self,
        proved: Credentials,
        factors: &str,
        visitor: &Visitor,
    ) -> Result<SignedIn, PeopleError> {
        let secret = Secret::new(self.random.hex(SECRET_BYTES));
        let new = NewSignIn {
            hash: sha256(secret.expose()),
            person: proved.person,
            ip: visitor.ip.to_string(),
            user_agent: visitor.kept_user_agent(),
            factors: factors.into(),
        };
        let (visitor, now) = (visitor.clone(), self.clock.now());
        let begin = move |conn: &mut Conn<'_>| {
            let current = credentials::lock(conn, proved.person)?;
            if current.is_none_or(|current| current.password != proved.password) {
                return Err(PeopleError::WrongCredentials);
            }
            add(conn, &new, &visitor, now)
        };
        let person = self.store.db().write(begin).await?;
        Ok(SignedIn { secret, person })
    }

    async fn note_failure(
        &self,
        person: PersonId,
        what: &'static str,
        visitor: &Visitor,
    ) -> Result<(), StoreError> {
        let (visitor, now) = (visitor.clone(), self.clock.now());
        self.store.db().write(move |conn| note(conn, person, Event::Failed, what, &visitor, now)).await
    }
}

/// Adds a sign-in, and notes it.
pub(super) fn add(
    conn: &mut Conn<'_>,
    new: &NewSignIn,
    visitor: &Visitor,
    now: i64,
) -> Result<Person, PeopleError> {
    sign_ins::insert(conn, new, now)?;
    profile::set_ip(conn, new.person, visitor.kept_ip().as_deref())?;
    note(conn, new.person, Event::SignedIn, &new.factors, visitor, now)?;
    let sign_in = sign_ins::by_hash(conn, &new.hash, since(now))?.ok_or(StoreError::Closed)?;
    load(conn, &sign_in)?.ok_or(PeopleError::WrongCredentials)
}
