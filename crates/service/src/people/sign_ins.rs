//! The browsers in which a person is signed in.

use claviger_store::{
    Conn, StoreError,
    people::sign_ins::{self, SignIn, Since},
};

use super::{
    log::{Event, note},
    person::Person,
    visitor::Visitor,
};
use crate::{Service, ServiceError};

/// A sign-in ends so many seconds after its last request: 12 hours, so that a working day with breaks is one.
pub const IDLE: i64 = 12 * 3600;
/// A sign-in ends so many seconds after its beginning, however busy it is: 14 days.
pub const ENDS_AFTER: i64 = 14 * 86_400;
/// For so many seconds after credentials were shown, secrets are too, and credentials may be changed.
pub const FRESH: i64 = 15 * 60;

/// Which sign-ins live at `now`.
pub(super) fn since(now: i64) -> Since {
    Since { seen: now - IDLE, began: now - ENDS_AFTER }
}

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

    /// Removes sign-ins that have ended.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn forget_sign_ins(&self) -> Result<(), StoreError> {
        let since = since(self.clock.now());
        self.store.db().write(move |conn| sign_ins::delete_dead(conn, since)).await?;
        Ok(())
    }
}
