//! The browsers in which a person is signed in.

use claviger_domain::ClientAddress;
use claviger_store::{
    Conn, StoreError,
    people::{
        credentials, invitations,
        sign_ins::{self, SignIn},
        used,
    },
};

use super::{
    lasting::since,
    log::{Event, note},
    person::Person,
    visitor::Visitor,
};
use crate::{Service, ServiceError};

impl Service {
    /// The browsers in which a person is signed in, the one seen last first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_ins(&self, person: &Person) -> Result<Vec<SignIn>, ServiceError> {
        let (id, since) = (person.id, since(self.clock.now()));
        Ok(self.store.db().read::<_, StoreError, _>(move |conn| sign_ins::of_person(conn, id, since)).await?)
    }

    /// Signs a person out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out(&self, person: &Person, visitor: &Visitor) -> Result<(), ServiceError> {
        let (id, sign_in, visitor, now) = (person.id, person.sign_in, visitor.clone(), self.clock.now());
        let end = move |conn: &mut Conn<'_>| {
            if sign_ins::delete(conn, id, sign_in)? {
                note(conn, id, Event::SignedOut, "", &visitor, now)?;
            }
            Ok::<_, StoreError>(())
        };
        Ok(self.store.db().write(end).await?)
    }

    /// Ends a sign-in of a person by number; `false` when they have none of that number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sign_in(
        &self,
        person: &Person,
        sign_in: i64,
        visitor: &Visitor,
    ) -> Result<bool, ServiceError> {
        let (id, visitor, now) = (person.id, visitor.clone(), self.clock.now());
        let end = move |conn: &mut Conn<'_>| {
            let ended = sign_ins::delete(conn, id, sign_in)?;
            if ended {
                note(conn, id, Event::Ended, "1", &visitor, now)?;
            }
            Ok::<_, StoreError>(ended)
        };
        Ok(self.store.db().write(end).await?)
    }

    /// Ends all sign-ins of a person but the one at work; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_other_sign_ins(&self, person: &Person, visitor: &Visitor) -> Result<u64, ServiceError> {
        let (id, sign_in, visitor, now) = (person.id, person.sign_in, visitor.clone(), self.clock.now());
        let end = move |conn: &mut Conn<'_>| {
            let ended = sign_ins::delete_all(conn, id, Some(sign_in))?;
            if ended > 0 {
                note(conn, id, Event::Ended, &ended.to_string(), &visitor, now)?;
            }
            Ok::<_, StoreError>(ended)
        };
        Ok(self.store.db().write(end).await?)
    }

    /// Ends all sign-ins of the owner, manager or reseller of a name, as the operator asks; returns how many.
    ///
    /// # Errors
    /// When nobody has the name, or the database fails.
    pub async fn end_sign_ins_of(&self, name: &str) -> Result<u64, ServiceError> {
        let (who, now) = (name.to_owned(), self.clock.now());
        let end = move |conn: &mut Conn<'_>| {
            let Some(found) = credentials::by_name(conn, &who)? else { return Ok(None) };
            let ended = sign_ins::delete_all(conn, found.person, None)?;
            if ended > 0 {
                let detail = format!("{ended}, by the operator");
                let at = Visitor { ip: ClientAddress::Unknown, user_agent: String::new() };
                note(conn, found.person, Event::Ended, &detail, &at, now)?;
            }
            Ok::<_, StoreError>(Some(ended))
        };
        let ended = self.store.db().write(end).await?;
        ended.ok_or_else(|| ServiceError::Refused(format!("there is no owner, manager or reseller `{name}`")))
    }

    /// Removes sign-ins, links and used forms that have ended.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn forget_sign_ins(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let forget = move |conn: &mut Conn<'_>| {
            sign_ins::delete_dead(conn, since(now))?;
            used::delete_expired(conn, now)?;
            invitations::delete_expired(conn, now)
        };
        self.store.db().write(forget).await
    }
}
