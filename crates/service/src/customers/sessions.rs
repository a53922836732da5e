//! Customers end the sessions of their programs, and sign other browsers out.

use claviger_domain::SessionId;
use claviger_store::{Conn, StoreError, panel::sign_ins, sessions::shared};

use super::customer::Customer;
use crate::{Service, ServiceError};

impl Service {
    /// Ends a session of a customer, by its id; `false` when they have none of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session_of_customer(&self, customer: &Customer, id: &str) -> Result<bool, ServiceError> {
        let Some(id) = SessionId::parse(id) else { return Ok(false) };
        let (app, user, now) = (customer.app, customer.user, self.clock.now());
        let end = move |conn: &mut Conn<'_>| {
            let theirs = shared::of_user(conn, app, user, now)?.iter().any(|(own, _)| *own == id);
            if theirs { shared::end(conn, app, &id, now) } else { Ok(false) }
        };
        Ok(self.store.db().write::<_, StoreError, _>(end).await?)
    }

    /// Ends all sessions of a customer; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions_of_customer(&self, customer: &Customer) -> Result<u64, ServiceError> {
        let (app, user) = (customer.app, customer.user);
        let end = move |conn: &mut Conn<'_>| shared::end_of_user(conn, app, user, None);
        Ok(self.store.db().write::<_, StoreError, _>(end).await?)
    }

    /// Signs a customer's other browsers out; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out_other_browsers(&self, customer: &Customer) -> Result<u64, ServiceError> {
        let (app, user, own) = (customer.app, customer.user, customer.sign_in);
        let end = move |conn: &mut Conn<'_>| sign_ins::delete_all(conn, app, user, Some(own));
        Ok(self.store.db().write::<_, StoreError, _>(end).await?)
    }
}
