//! Signing in to the dashboard.

use claviger_capacity::Who;
use claviger_domain::{PersonId, Secret, is_same_subscriber};
use claviger_store::{
    Conn, StoreError,
    people::{
        credentials::{self, Credentials},
        factors, profile,
        sign_ins::{self, NewSignIn},
    },
};
use serde::{Deserialize, Serialize};

use super::{
    error::PeopleError,
    lasting::since,
    log::{BY_PROVIDER, Event, note, note_once},
    passkeys::Proof,
    person::{Person, is_suspended, load},
    second_factor::use_code,
    ticket,
    visitor::Visitor,
};
use crate::{
    Service,
    shared::{
        alerts::Alert,
        attempts::{Attempt, BEHIND_PASSWORD, DASHBOARD, Standing},
        limits::NAME_MAX,
        vault::sha256,
    },
};

/// Bytes of randomness in the secret of a sign-in.
const SECRET_BYTES: usize = 32;
/// Whose log tells of failures with names that nobody has.
const NOBODY: PersonId = PersonId::Owner(0);
/// What tickets of sign-ins are for that wait for their second factor.
const SECOND_FACTOR: &str = "people-code";

/// How far a sign-in got.
#[derive(Debug)]
pub enum SignInStep {
    /// The person is signed in.
    Done(SignedIn),
    /// The password was right, and a code is asked for: what the form with it must bring along.
    SecondFactor(Secret),
}

/// A person who has just signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// What the browser shows from now on; only a hash is kept.
    pub secret: Secret,
    /// Who it is.
    pub person: Person,
}

/// What a ticket for the second factor holds.
#[derive(Deserialize, Serialize)]
struct FirstFactor {
    kind: String,
    number: i64,
    name: String,
    /// Hash of the password that was right; it may be changed before the code comes.
    password: Option<String>,
}

impl Service {
    /// Signs a person in with name and password, or asks for a code if they have two-factor sign-in.
    ///
    /// # Errors
    /// The same for an unknown name and a wrong password, after the same time; after some failures a pause; when too many
    /// passwords wait to be checked, or the database fails.
    pub async fn sign_in_person(
        &self,
        name: &str,
        password: &Secret,
        visitor: &Visitor,
    ) -> Result<SignInStep, PeopleError> {
        let (found, known) = self.find_person(name, visitor).await?;
        let standing = if known { Standing::Known } else { Standing::Stranger };
        let guess = self.begin_at_door(Attempt { standing, ..attempt(name, visitor) })?;
        let hash = found.as_ref().and_then(|found| found.password.as_deref());
        let right = self.passwords.verify(Who::person(visitor.ip), password, hash).await?;
        let Some(found) = found.as_ref().filter(|_| right) else {
            self.failed_at_door(guess, Alert::SignInFailed, found.as_ref().map(|found| found.name.as_str()));
            // An unknown name costs a write too, so that time does not tell it from a known one.
            self.note_failure(found.map_or(NOBODY, |found| found.person), "password", visitor).await?;
            return Err(PeopleError::WrongCredentials);
        };
        let step = self.after_password(found, visitor).await?;
        if matches!(step, SignInStep::Done(_)) {
            guess.succeeded(self.clock.now());
        }
        Ok(step)
    }

    /// What follows when a person has shown the password.
    pub(super) async fn after_password(
        &self,
        proved: &Credentials,
        visitor: &Visitor,
    ) -> Result<SignInStep, PeopleError> {
        let person = proved.person;
        let totp = self.store.db().read::<_, StoreError, _>(move |conn| factors::totp(conn, person)).await?;
        if totp.secret.is_some() {
            let (at, now) = (visitor.clone(), self.clock.now());
            let noted = move |conn: &mut Conn<'_>| note_once(conn, person, Event::CodeAsked, &at, now);
            self.store.db().write(noted).await?;
            let first = FirstFactor {
                kind: person.kind().into(),
                number: person.number(),
                name: proved.name.clone(),
                password: proved.password.clone(),
            };
            let body = serde_json::to_vec(&first).expect("names are plain data");
            return Ok(SignInStep::SecondFactor(ticket::seal(&self.vault, SECOND_FACTOR, &body, now)));
        }
        let password = proved.password.clone();
        let signed_in = self.begin_sign_in(visitor, move |conn| {
            hold_password(conn, person, password.as_deref())?;
            // Two-factor sign-in may have been switched on meanwhile.
            let on = factors::totp(conn, person)?.secret.is_some();
            if on { Err(PeopleError::Expired) } else { Ok((person, "password".into())) }
        });
        Ok(SignInStep::Done(signed_in.await?))
    }

    /// Signs a person in who has shown the password, with a code of the authenticator or a recovery code.
    ///
    /// # Errors
    /// When the code is wrong or used, it is too late, after some failures a pause, or the database fails.
    pub async fn sign_in_with_code(
        &self,
        ticket: &str,
        code: &str,
        visitor: &Visitor,
    ) -> Result<SignedIn, PeopleError> {
        let ticket = ticket::open(&self.vault, SECOND_FACTOR, ticket, self.clock.now())?;
        let first: FirstFactor = serde_json::from_slice(&ticket.body).map_err(|_| PeopleError::Expired)?;
        let FirstFactor { kind, number, name, password } = first;
        let person = PersonId::from_stored(&kind, number).ok_or(PeopleError::Expired)?;
        // Codes are short, so nobody has tries without end, wherever they are.
        let attempt = attempt_behind_password(&name, visitor);
        let guess = self.begin_at_door(attempt)?;
        let totp = self.store.db().read::<_, StoreError, _>(move |conn| factors::totp(conn, person)).await?;
        let code = self.read_code(person, &totp, code)?;
        let outcome = self.begin_sign_in(visitor, move |conn| {
            hold_password(conn, person, password.as_deref())?;
            let factor = use_code(conn, person, code)?;
            ticket.use_up(conn)?;
            Ok((person, format!("password, {factor}")))
        });
        let outcome = outcome.await;
        match &outcome {
            Ok(_) => {
                guess.succeeded(self.clock.now());
                self.people_attempts.succeeded(self::attempt(&name, visitor), self.clock.now());
            }
            Err(PeopleError::WrongCode) => {
                self.failed_at_door(guess, Alert::TwoFactorFailed, Some(&name));
                self.note_failure(person, "code", visitor).await?;
            }
            Err(_) => {}
        }
        outcome
    }

    /// Signs a person in with a passkey alone.
    ///
    /// # Errors
    /// When the answer is not right for a passkey of anybody, it is too late or came before, after some failures a pause, or
    /// the database fails.
    pub async fn sign_in_with_passkey(
        &self,
        ticket: &str,
        answer: &str,
        visitor: &Visitor,
    ) -> Result<SignedIn, PeopleError> {
        // Nobody guesses a signature, but each failure is written down.
        let attempt =
            Attempt { app: DASHBOARD, username: None, ip: visitor.ip, standing: Standing::Familiar };
        let guess = self.begin_at_door(attempt)?;
        let (proof, now) = (self.read_passkey(ticket, answer)?, self.clock.now());
        let proof = std::sync::Arc::new(proof);
        let used = proof.clone();
        let outcome = self
            .begin_sign_in(visitor, move |conn| {
                let person = used.use_up(conn, now)?;
                credentials::lock(conn, person)?.ok_or(PeopleError::WrongPasskey)?;
                Ok((person, "passkey".into()))
            })
            .await;
        if let Err(PeopleError::WrongPasskey) = &outcome {
            self.failed_at_door(guess, Alert::SignInFailed, None);
            self.note_wrong_passkey(proof, visitor).await?;
        }
        outcome
    }

    async fn note_wrong_passkey(
        &self,
        proof: std::sync::Arc<Proof>,
        visitor: &Visitor,
    ) -> Result<(), StoreError> {
        let claimed = self.store.db().write(move |conn| proof.claims(conn)).await?;
        self.note_failure(claimed.unwrap_or(NOBODY), "passkey", visitor).await
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

    /// Signs in whom `proved` names, in the same transaction; what was seen before may have changed.
    pub(super) async fn begin_sign_in(
        &self,
        visitor: &Visitor,
        proved: impl FnOnce(&mut Conn<'_>) -> Result<(PersonId, String), PeopleError> + Send + 'static,
    ) -> Result<SignedIn, PeopleError> {
        self.begin_sign_in_shown(visitor, self.clock.now(), proved).await
    }

    /// As [`Service::begin_sign_in`], with credentials that were shown at the second `shown`; 0: nobody knows when.
    pub(super) async fn begin_sign_in_shown(
        &self,
        visitor: &Visitor,
        shown: i64,
        proved: impl FnOnce(&mut Conn<'_>) -> Result<(PersonId, String), PeopleError> + Send + 'static,
    ) -> Result<SignedIn, PeopleError> {
        let (secret, hash) = self.draw_sign_in();
        let (visitor, now) = (visitor.clone(), self.clock.now());
        let begin = move |conn: &mut Conn<'_>| {
            let (person, factors) = proved(conn)?;
            if is_suspended(conn, person)? {
                return Err(PeopleError::Suspended);
            }
            let (ip, user_agent) = (visitor.ip.to_string(), visitor.kept_user_agent());
            let new = NewSignIn { hash, person, ip, user_agent, factors: factors.clone() };
            let id = sign_ins::insert(conn, &new, now)?;
            if shown != now {
                sign_ins::set_proved(conn, id, shown)?;
            }
            profile::set_ip(conn, person, visitor.kept_ip().as_deref())?;
            profile::set_seen(conn, person, now)?;
            let by_provider = factors.strip_prefix(BY_PROVIDER);
            let event = if by_provider.is_some() { Event::ProviderSignIn } else { Event::SignedIn };
            note(conn, person, event, by_provider.unwrap_or(&factors), &visitor, now)?;
            let sign_in = sign_ins::by_hash(conn, &hash, since(now))?.ok_or(StoreError::Closed)?;
            load(conn, &sign_in)?.ok_or(PeopleError::SignedOut)
        };
        let person = self.store.db().write(begin).await?;
        Ok(SignedIn { secret, person })
    }

    /// The secret of a sign-in, and the hash that is kept of it.
    pub(super) fn draw_sign_in(&self) -> (Secret, [u8; 32]) {
        let secret = Secret::new(self.random.hex(SECRET_BYTES));
        let hash = sha256(secret.expose());
        (secret, hash)
    }

    /// Notes that somebody failed to sign in as a person.
    pub(super) async fn note_failure(
        &self,
        person: PersonId,
        what: &'static str,
        visitor: &Visitor,
    ) -> Result<(), StoreError> {
        let (visitor, now) = (visitor.clone(), self.clock.now());
        self.store.db().write(move |conn| note(conn, person, Event::Failed, what, &visitor, now)).await
    }
}

/// Who is trying, for counting.
pub(super) fn attempt<'a>(name: &'a str, visitor: &Visitor) -> Attempt<'a> {
    Attempt { app: DASHBOARD, username: Some(name), ip: visitor.ip, standing: Standing::Stranger }
}

/// As [`attempt`], by somebody who has shown the password or is signed in.
pub(super) fn attempt_behind_password<'a>(name: &'a str, visitor: &Visitor) -> Attempt<'a> {
    Attempt { app: BEHIND_PASSWORD, standing: Standing::Familiar, ..attempt(name, visitor) }
}

/// Makes sure that a person's password is still the one that was shown.
fn hold_password(conn: &mut Conn<'_>, person: PersonId, shown: Option<&str>) -> Result<(), PeopleError> {
    let current = credentials::lock(conn, person)?.ok_or(PeopleError::WrongCredentials)?;
    if current.password.as_deref() == shown { Ok(()) } else { Err(PeopleError::WrongCredentials) }
}
