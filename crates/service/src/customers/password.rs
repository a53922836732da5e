//! Customers change their password.

use claviger_capacity::Who;
use claviger_domain::{Secret, trimmed};
use claviger_store::{
    Conn, StoreError,
    panel::sign_ins,
    password_resets::{self, Reset},
    sessions::shared,
    tokens, users,
};

use super::{
    customer::{Customer, hash_of, hold, proof_of},
    failure::CustomerFailure,
};
use crate::{
    App, Service,
    accounts::Refusal,
    people::Visitor,
    shared::attempts::{Attempt, Standing},
};

/// Least characters of a new password.
const LEAST: usize = 8;
/// Longest new password in bytes.
const LONGEST: usize = 1000;

/// What came of a new password.
#[derive(Debug)]
pub enum NewPassword {
    /// It counts from now on; the secret with which the sign-in goes on.
    Done(Secret),
    /// The one that was shown is not the password.
    Wrong,
    /// It has fewer characters than this.
    TooShort(usize),
    /// It has more bytes than this.
    TooLong(usize),
    /// It is known from a breach, and the application refuses such.
    Leaked,
}

impl Service {
    /// Changes a customer's password. All sessions of programs end, links to a new password and other browsers with them.
    ///
    /// # Errors
    /// When the customer signs in by a license key alone, is out meanwhile, failed too often, or the database fails.
    pub async fn change_customer_password(
        &self,
        app: &App,
        customer: &Customer,
        old: &Secret,
        new: &Secret,
        visitor: &Visitor,
    ) -> Result<NewPassword, CustomerFailure> {
        if customer.by_license {
            return Err(CustomerFailure::SignedOut);
        }
        let text = trimmed(new.expose());
        if text.chars().count() < LEAST {
            return Ok(NewPassword::TooShort(LEAST));
        }
        if text.len() > LONGEST {
            return Ok(NewPassword::TooLong(LONGEST));
        }
        if app.settings.block_leaked_passwords && self.screens.is_leaked(new).await {
            return Ok(NewPassword::Leaked);
        }
        let Some(shown) = self.prove_customer(app, customer, old, visitor).await? else {
            return Ok(NewPassword::Wrong);
        };
        let new_hash = self.passwords.hash(Who::client(app.id, visitor.ip), new).await?;
        let (secret, customer) = (Secret::new(self.random.hex(32)), customer.clone());
        let (hash, now) = (hash_of(app, &secret), self.clock.now());
        let change = move |conn: &mut Conn<'_>| {
            let user = hold(conn, &customer, now)?.ok_or(CustomerFailure::SignedOut)?;
            if user.password != shown {
                return Err(CustomerFailure::SignedOut);
            }
            let app = customer.app;
            users::set_password(conn, app, user.id, Some(&new_hash))?;
            password_resets::delete_of_user(conn, Reset { app, user: user.id })?;
            tokens::delete_logins(conn, app, user.id)?;
            shared::end_of_user(conn, app, user.id, None)?;
            sign_ins::delete_all(conn, app, user.id, Some(customer.sign_in))?;
            let user = users::by_id(conn, app, user.id)?.ok_or(CustomerFailure::SignedOut)?;
            Ok(sign_ins::renew(conn, app, customer.sign_in, &hash, &proof_of(&user))?)
        };
        self.store.db().write(change).await?;
        Ok(NewPassword::Done(secret))
    }

    /// What a customer's password is kept as, if `password` is it.
    pub(super) async fn prove_customer(
        &self,
        app: &App,
        customer: &Customer,
        password: &Secret,
        visitor: &Visitor,
    ) -> Result<Option<Option<String>>, CustomerFailure> {
        let (id, user) = (customer.app, customer.user);
        let find = move |conn: &mut Conn<'_>| users::by_id(conn, id, user);
        let user = self.store.db().read::<_, StoreError, _>(find).await?;
        let user = user.ok_or(CustomerFailure::SignedOut)?;
        let attempt = Attempt {
            app: app.id,
            username: Some(&user.username),
            ip: visitor.ip,
            standing: Standing::Familiar,
        };
        let guess = self.begin_guess(app, attempt).map_err(Refusal::Paused)?;
        let who = Who::client(app.id, visitor.ip);
        let right = self.passwords.verify(who, password, user.password.as_deref()).await?;
        if right && user.password.is_some() {
            return Ok(Some(user.password));
        }
        let wrong = Err(Refusal::WrongPassword.into());
        self.end_guess::<()>(app, guess, Some(&user), &wrong);
        Ok(None)
    }
}
