//! Showing credentials once more, before secrets are shown or credentials changed. The sign-in goes on with another
//! secret, so that a copy of the cookie that somebody took before does not become as good as the person's own.

use claviger_capacity::Who;
use claviger_domain::{PersonId, Secret};
use claviger_store::{
    Conn, StoreError,
    people::{
        credentials::{self, Credentials},
        factors, sign_ins,
    },
};

use super::{
    error::PeopleError,
    lasting::since,
    log::{Event, note},
    person::Person,
    second_factor::use_code,
    sign_in::attempt_behind_password,
    visitor::Visitor,
};
use crate::{Service, shared::alerts::Alert};

impl Service {
    /// Shows a person's password once more. The sign-in goes on with the secret that is returned.
    ///
    /// # Errors
    /// When it is wrong, after some failures a pause, when the sign-in has ended, or the database fails.
    pub async fn prove_by_password(
        &self,
        person: &Person,
        password: &Secret,
        visitor: &Visitor,
    ) -> Result<Secret, PeopleError> {
        let attempt = attempt_behind_password(&person.name, visitor);
        let guess = self.begin_at_door(attempt)?;
        let found = self.held_credentials(person.id).await?;
        if !self.passwords.verify(Who::person(visitor.ip), password, found.password.as_deref()).await? {
            self.failed_at_door(guess, Alert::SignInFailed, Some(&person.name));
            self.note_failure(person.id, "password", visitor).await?;
            return Err(PeopleError::WrongCredentials);
        }
        let secret = self
            .set_proved(person, "password", visitor, move |conn| {
                let current = credentials::lock(conn, found.person)?;
                let same = current.is_some_and(|current| current.password == found.password);
                if same { Ok(found.person) } else { Err(PeopleError::WrongCredentials) }
            })
            .await?;
        guess.succeeded(self.clock.now());
        Ok(secret)
    }

    /// Shows a code of a person's authenticator, or a recovery code. The sign-in goes on with the secret that is returned.
    ///
    /// # Errors
    /// As [`Service::prove_by_password`].
    pub async fn prove_by_code(
        &self,
        person: &Person,
        code: &str,
        visitor: &Visitor,
    ) -> Result<Secret, PeopleError> {
        let (attempt, id) = (attempt_behind_password(&person.name, visitor), person.id);
        let guess = self.begin_at_door(attempt)?;
        let totp = self.store.db().read::<_, StoreError, _>(move |conn| factors::totp(conn, id)).await?;
        let code = self.read_code(id, &totp, code)?;
        let outcome = self
            .set_proved(person, "code", visitor, move |conn| {
                use_code(conn, id, code)?;
                Ok(id)
            })
            .await;
        match &outcome {
            Ok(_) => guess.succeeded(self.clock.now()),
            Err(PeopleError::WrongCode) => {
                self.failed_at_door(guess, Alert::TwoFactorFailed, Some(&person.name));
                self.note_failure(id, "code", visitor).await?;
            }
            Err(_) => {}
        }
        outcome
    }

    /// Shows a passkey of a person, as asked for by [`Service::ask_for_passkey`]. The sign-in goes on with the secret that
    /// is returned.
    ///
    /// # Errors
    /// When it is not theirs or not right, after some failures a pause, when the sign-in has ended, or the database fails.
    pub async fn prove_by_passkey(
        &self,
        person: &Person,
        ticket: &str,
        answer: &str,
        visitor: &Visitor,
    ) -> Result<Secret, PeopleError> {
        let attempt = attempt_behind_password(&person.name, visitor);
        // A thief of the cookie must not push out of the log what he did before.
        let guess = self.begin_at_door(attempt)?;
        let (proof, now) = (self.read_passkey(ticket, answer)?, self.clock.now());
        let outcome = self.set_proved(person, "passkey", visitor, move |conn| proof.use_up(conn, now)).await;
        if let Err(PeopleError::WrongPasskey) = &outcome {
            self.failed_at_door(guess, Alert::SignInFailed, Some(&person.name));
            self.note_failure(person.id, "passkey", visitor).await?;
        }
        outcome
    }

    async fn held_credentials(&self, person: PersonId) -> Result<Credentials, PeopleError> {
        let find = move |conn: &mut Conn<'_>| credentials::lock(conn, person);
        self.store.db().write::<_, StoreError, _>(find).await?.ok_or(PeopleError::SignedOut)
    }

    /// Notes that a person has shown credentials, if `proved` names the same person; the sign-in's new secret.
    pub(super) async fn set_proved(
        &self,
        person: &Person,
        what: &'static str,
        visitor: &Visitor,
        proved: impl FnOnce(&mut Conn<'_>) -> Result<PersonId, PeopleError> + Send + 'static,
    ) -> Result<Secret, PeopleError> {
        let (secret, hash) = self.draw_sign_in();
        let (id, sign_in, visitor, now) = (person.id, person.sign_in, visitor.clone(), self.clock.now());
        let set = move |conn: &mut Conn<'_>| {
            if proved(conn)? != id {
                return Err(PeopleError::WrongPasskey);
            }
            sign_ins::by_id(conn, id, sign_in, since(now))?.ok_or(PeopleError::SignedOut)?;
            sign_ins::set_proved(conn, sign_in, now)?;
            sign_ins::set_hash(conn, sign_in, &hash)?;
            Ok::<_, PeopleError>(note(conn, id, Event::Proved, what, &visitor, now)?)
        };
        self.store.db().write(set).await?;
        Ok(secret)
    }
}
