//! New passwords.

use claviger_capacity::Who;
use claviger_domain::{PASSWORD_MAX, PASSWORD_MIN, Secret, Strength, strength, trimmed};
use claviger_store::{
    Conn,
    people::{credentials, sign_ins},
};

use super::{
    error::PeopleError,
    hold::{Changer, hold},
    log::{Event, note},
    person::Person,
    visitor::Visitor,
};
use crate::Service;

impl Service {
    /// Changes a person's password and ends their other sign-ins. This one goes on with the secret that is returned, so that
    /// a copy of the one before is worth nothing.
    ///
    /// # Errors
    /// When credentials were not shown of late, the password is too easy to guess, or the database fails.
    pub async fn change_password(
        &self,
        person: &Person,
        new: &Secret,
        visitor: &Visitor,
    ) -> Result<Secret, PeopleError> {
        self.check_new_password(&person.name, new).await?;
        let (secret, secret_hash) = self.draw_sign_in();
        let hash = self.passwords.hash(Who::person(visitor.ip), new).await?;
        let (changer, visitor) = (self.changer(person), visitor.clone());
        let change = move |conn: &mut Conn<'_>| {
            hold(conn, changer)?;
            credentials::set_password(conn, changer.person, &hash)?;
            sign_ins::delete_all(conn, changer.person, Some(changer.sign_in))?;
            sign_ins::set_hash(conn, changer.sign_in, &secret_hash)?;
            Ok::<_, PeopleError>(note(
                conn,
                changer.person,
                Event::PasswordChanged,
                "",
                &visitor,
                changer.now,
            )?)
        };
        self.store.db().write(change).await?;
        Ok(secret)
    }

    /// Whether a person of a name may choose a password.
    pub(crate) async fn check_new_password(&self, name: &str, password: &Secret) -> Result<(), PeopleError> {
        let text = trimmed(password.expose());
        let refuse = |why: String| Err(PeopleError::BadPassword(why));
        if text.len() > PASSWORD_MAX {
            return refuse(format!("A password has at most {PASSWORD_MAX} bytes."));
        }
        if text.chars().count() < PASSWORD_MIN {
            return refuse(format!("A password has at least {PASSWORD_MIN} characters."));
        }
        if strength(text, name) == Strength::Weak {
            let advice = "This password is easy to guess: take a longer one, such as four words that do not belong together.";
            return refuse(advice.into());
        }
        if self.screens.is_leaked(password).await {
            return refuse("This password is known from a breach: take another one.".into());
        }
        Ok(())
    }

    pub(super) fn changer(&self, person: &Person) -> Changer {
        Changer { person: person.id, sign_in: person.sign_in, now: self.clock.now() }
    }
}
