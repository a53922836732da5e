//! Signing in to a panel: by name and password, or by a license key alone. The rules are those of a login, but for
//! devices, which a browser is none of, and subscriptions: whoever has none may come to redeem a license.

use claviger_capacity::Who;
use claviger_domain::{Secret, tidy};
use claviger_store::{
    Conn, StoreError,
    panel::sign_ins::{self, NewSignIn},
    users::{self, User},
};
use serde::{Deserialize, Serialize};

use super::{
    customer::{Customer, hash_of, proof_of},
    failure::CustomerFailure,
};
use crate::{
    App, Service, ServiceError,
    accounts::{AccountFailure, Credentials, NAME_MAX, Refusal},
    people::{Visitor, ticket},
    program::accounts::{
        SignIn, admit_device,
        guesses::standing,
        login::{Found, Named, Proof, use_up},
    },
    shared::{
        attempts::{Attempt, Standing},
        tries,
        two_factor::{Code, check_code},
    },
};

/// Bytes of randomness in the secret of a sign-in.
const SECRET_BYTES: usize = 32;
/// What tickets of sign-ins are for that wait for their code.
const PURPOSE: &str = "customer-code";
/// What tries are noted as.
const KIND: &str = "panel";

/// What somebody shows to be let in.
#[derive(Debug)]
pub enum Shown {
    /// A name and a password.
    Password(String, Secret),
    /// A license key, which made the user.
    Key(String),
}

/// How far a sign-in got.
#[derive(Debug)]
pub enum CustomerStep {
    /// Signed in: what the browser shows from now on. Only a hash is kept.
    Done(Secret),
    /// A code is asked for: what the form with it must bring along.
    SecondFactor(Secret),
}

/// What a ticket for the code holds.
#[derive(Deserialize, Serialize)]
struct First {
    app: i64,
    user: i64,
    name: String,
    proof: Proof,
}

impl Service {
    /// Signs a user in to the panel of an application, or asks for a code.
    ///
    /// # Errors
    /// See [`CustomerFailure`]; the same for an unknown name and a wrong password. Nobody is registered by a key.
    pub async fn sign_in_customer(
        &self,
        app: &App,
        shown: Shown,
        visitor: &Visitor,
    ) -> Result<CustomerStep, CustomerFailure> {
        let (text, is_key) = match &shown {
            Shown::Password(name, _) => (name.clone(), false),
            Shown::Key(key) => (tidy(key).to_owned(), true),
        };
        let outcome = self.first_step(app, shown, visitor).await;
        if !matches!(outcome, Ok(CustomerStep::SecondFactor(_))) {
            let named = match is_key {
                true => tries::Named { key: Some(text), ..tries::Named::default() },
                false => tries::Named { user: Some(text), ..tries::Named::default() },
            };
            self.note_customer(app, visitor, named, &outcome);
        }
        outcome
    }

    async fn first_step(
        &self,
        app: &App,
        shown: Shown,
        visitor: &Visitor,
    ) -> Result<CustomerStep, CustomerFailure> {
        let (text, password) = match shown {
            Shown::Password(name, password) => (name, password),
            Shown::Key(key) if key.len() > NAME_MAX => return Err(Refusal::KeyNotFound.into()),
            Shown::Key(key) => {
                self.refuse_paused_address(app, visitor.ip)?;
                let key = self.spelling(app, tidy(&key).to_owned()).await?;
                return self.show(app, Named::Key(&key), &Secret::new(key.as_str()), visitor).await;
            }
        };
        self.refuse_paused_address(app, visitor.ip)?;
        self.show(app, Named::User(&text), &password, visitor).await
    }

    async fn show(
        &self,
        app: &App,
        named: Named<'_>,
        password: &Secret,
        visitor: &Visitor,
    ) -> Result<CustomerStep, CustomerFailure> {
        let is_key = matches!(named, Named::Key(_));
        let unknown = || if is_key { Refusal::KeyNotFound } else { Refusal::WrongPassword };
        let found = match named.text().len() > NAME_MAX {
            true => Found { user: None, blacklisted: None, key_banned: None },
            false => self.find_user(app, visitor.ip, None, &named).await?,
        };
        let Found { user, blacklisted, key_banned } = found;
        let username = Some(user.as_ref().map_or(named.text(), |user| &user.username));
        let standing = standing(user.as_ref(), visitor.ip, None);
        let attempt = Attempt { app: app.id, username, ip: visitor.ip, standing };
        let guess = self.begin_guess(app, attempt).map_err(Refusal::Paused)?;
        if let Some(evidence) = blacklisted {
            return Err(Refusal::Blacklisted(evidence).into());
        }
        let who = Who::client(app.id, visitor.ip);
        let proved = match &user {
            Some(user) => {
                let credentials = Credentials { password: Some(password.clone()), ..Credentials::default() };
                let proof = self.prove(who, user, &credentials).await;
                proof.and_then(|proof| admit_first(&proof, user, app.settings.hwid_check).map(|()| proof))
            }
            // Takes as long as a wrong password.
            None => {
                self.passwords.verify(who, password, None).await?;
                Err(unknown().into())
            }
        };
        let outcome = match (proved, &user) {
            (Ok(proof), Some(user)) => Ok((proof, user)),
            (Err(error), _) => Err(error),
            (Ok(_), None) => Err(unknown().into()),
        };
        let (proof, user_found) = match outcome {
            Ok(proved) => proved,
            Err(error) => {
                // One sentence for whoever does not know the password.
                let outcome = Err(error);
                self.end_guess::<()>(app, guess, user.as_ref(), &outcome);
                let Err(error) = outcome else { return Err(unknown().into()) };
                return Err(error.into());
            }
        };
        // What follows is told only to whoever has shown who they are.
        if let Some(reason) = &user_found.banned {
            return Err(Refusal::UserBanned(reason.clone()).into());
        }
        if let Some(reason) = key_banned {
            return Err(Refusal::KeyBanned(reason).into());
        }
        if user_found.totp.is_on() {
            let first = First { app: app.id, user: user_found.id, name: user_found.username.clone(), proof };
            let body = serde_json::to_vec(&first).expect("names and hashes are plain data");
            let ticket = ticket::seal(&self.vault, PURPOSE, &body, self.clock.now());
            return Ok(CustomerStep::SecondFactor(ticket));
        }
        let secret = self.begin_customer(app, user_found.id, proof, Code::NotNeeded, None, visitor).await?;
        guess.succeeded(self.clock.now());
        Ok(CustomerStep::Done(secret))
    }

    /// Signs a user in who has shown the password or key, with a code of the authenticator.
    ///
    /// # Errors
    /// See [`CustomerFailure`].
    pub async fn sign_in_customer_with_code(
        &self,
        app: &App,
        ticket: &str,
        code: &str,
        visitor: &Visitor,
    ) -> Result<Secret, CustomerFailure> {
        let now = self.clock.now();
        let ticket = ticket::open(&self.vault, PURPOSE, ticket, now)?;
        let first: First = serde_json::from_slice(&ticket.body).map_err(|_| CustomerFailure::Expired)?;
        if first.app != app.id {
            return Err(CustomerFailure::Expired);
        }
        let First { user, name, proof, .. } = first;
        let named = tries::Named { user: Some(name.clone()), ..tries::Named::default() };
        // Codes are short, so nobody has tries without end, wherever they are.
        let standing = Standing::Familiar;
        let attempt = Attempt { app: app.id, username: Some(&name), ip: visitor.ip, standing };
        let guess = self.begin_guess(app, attempt).map_err(Refusal::Paused)?;
        let id = app.id;
        let find = move |conn: &mut Conn<'_>| users::by_id(conn, id, user);
        let found = self.store.db().read::<_, StoreError, _>(find).await?;
        let totp = found.as_ref().map(|user| user.totp.clone()).unwrap_or_default();
        let code = check_code(&self.vault, &totp, Some(code.trim()), now)?;
        let outcome = self.begin_customer(app, user, proof, code, Some(ticket), visitor).await;
        match &outcome {
            Ok(_) => guess.succeeded(now),
            Err(CustomerFailure::Refused(refusal)) => {
                let told = Err(refusal.clone().into());
                self.end_guess::<()>(app, guess, found.as_ref(), &told);
            }
            Err(_) => {}
        }
        self.note_customer(app, visitor, named, &outcome);
        outcome
    }

    /// Signs in, in one transaction; what was seen before may have changed.
    async fn begin_customer(
        &self,
        app: &App,
        user: i64,
        proof: Proof,
        code: Code,
        ticket: Option<ticket::Ticket>,
        visitor: &Visitor,
    ) -> Result<Secret, CustomerFailure> {
        let secret = Secret::new(self.random.hex(SECRET_BYTES));
        let (hash, now) = (hash_of(app, &secret), self.clock.now());
        let (ip, user_agent) = (visitor.ip.to_string(), visitor.kept_user_agent());
        let sign_in = SignIn { ip: Some(visitor.ip), ..SignIn::by_vendor(app, None, now) };
        let begin = move |conn: &mut Conn<'_>| {
            let app = sign_in.app;
            let held = users::lock(conn, app, user)?.ok_or(Refusal::WrongPassword)?;
            if let Some(reason) = held.banned {
                return Err(Refusal::UserBanned(reason).into());
            }
            admit_first(&proof, &held, sign_in.hwid_check)?;
            proof.hold(conn, &sign_in, &held)?;
            use_up(code, conn, app, &held)?;
            if let Some(ticket) = ticket {
                ticket.use_up(conn)?;
            }
            // The password may be the first one, or be kept as another hash from now on.
            let held = users::by_id(conn, app, user)?.ok_or(Refusal::WrongPassword)?;
            let new = NewSignIn { hash, proof: proof_of(&held), ip, user_agent };
            sign_ins::insert(conn, app, user, &new, now)?;
            Ok::<_, CustomerFailure>(())
        };
        self.store.db().write(begin).await?;
        Ok(secret)
    }

    /// Signs a customer out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_out_customer(&self, customer: &Customer) -> Result<(), ServiceError> {
        let (app, user, sign_in) = (customer.app, customer.user, customer.sign_in);
        let end = move |conn: &mut Conn<'_>| sign_ins::delete(conn, app, user, sign_in);
        self.store.db().write::<_, StoreError, _>(end).await?;
        Ok(())
    }

    fn note_customer<T>(
        &self,
        app: &App,
        visitor: &Visitor,
        named: tries::Named,
        came: &Result<T, CustomerFailure>,
    ) {
        let told = match came {
            Ok(_) => Ok(()),
            Err(CustomerFailure::Refused(refusal)) => Err(refusal.clone().into()),
            Err(_) => return,
        };
        self.note_from(app, KIND, (visitor.ip, None), named, &told);
    }
}

/// The first password of a user is whose device it is: where devices are bound, a program sets it on one of them. A browser
/// shows none, so whoever knows the name would have the account.
fn admit_first(proof: &Proof, user: &User, hwid_check: bool) -> Result<(), AccountFailure> {
    if matches!(proof, Proof::First(_)) && admit_device(user, None, hwid_check).is_err() {
        return Err(Refusal::WrongPassword.into());
    }
    Ok(())
}
