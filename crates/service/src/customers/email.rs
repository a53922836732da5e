//! Customers set their e-mail address, of which a hash is kept.

use claviger_domain::{Secret, tidy};
use claviger_store::{
    Conn,
    password_resets::{self, Reset},
    users,
};

use super::{
    customer::{Customer, hold},
    failure::CustomerFailure,
};
use crate::{App, Service, people::Visitor, vendor::checks::check_email};

/// What came of another e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewEmail {
    /// It counts from now on.
    Set,
    /// There is none any more.
    Removed,
    /// It is no address.
    Unfit,
    /// The password is another.
    WrongPassword,
}

impl Service {
    /// Sets a customer's e-mail address, or removes it where `email` is empty. Links to a new password end: they went to
    /// the address before.
    ///
    /// # Errors
    /// When the customer signs in by a license key alone, is out meanwhile, failed too often, or the database fails.
    pub async fn set_customer_email(
        &self,
        app: &App,
        customer: &Customer,
        email: &str,
        password: &Secret,
        visitor: &Visitor,
    ) -> Result<NewEmail, CustomerFailure> {
        if customer.by_license {
            return Err(CustomerFailure::SignedOut);
        }
        let email = tidy(email);
        if !email.is_empty() && check_email(email).is_err() {
            return Ok(NewEmail::Unfit);
        }
        // Whoever has the mails has the account.
        if self.prove_customer(app, customer, password, visitor).await?.is_none() {
            return Ok(NewEmail::WrongPassword);
        }
        let hash = (!email.is_empty()).then(|| self.email_hash(email));
        let (customer, now) = (customer.clone(), self.clock.now());
        let outcome = if hash.is_some() { NewEmail::Set } else { NewEmail::Removed };
        let set = move |conn: &mut Conn<'_>| {
            let user = hold(conn, &customer, now)?.ok_or(CustomerFailure::SignedOut)?;
            let app = customer.app;
            password_resets::delete_of_user(conn, Reset { app, user: user.id })?;
            Ok::<_, CustomerFailure>(users::set_email(conn, app, user.id, hash.as_deref())?)
        };
        self.store.db().write(set).await?;
        Ok(outcome)
    }
}
