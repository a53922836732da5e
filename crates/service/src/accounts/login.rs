//! Login by name and password, and by license key.

use claviger_domain::{HwidList, Secret};
use claviger_store::{Conn, StoreError, licenses, users};

use super::{Account, AccountFailure, NAME_MAX, Origin, Refusal, Registration, SignIn, check_hwid};
use crate::{App, Service};

/// What a login presents.
#[derive(Clone, Copy)]
struct Credentials<'a> {
    username: &'a str,
    password: &'a Secret,
    /// Whether an unknown name is about to be registered, so that it need not take as long as a wrong password.
    may_register: bool,
}

impl Service {
    /// Signs a session in with a name and a password.
    ///
    /// # Errors
    /// See [`AccountFailure`]; the order of the checks is the wire's (`docs/protocol/client.md`).
    pub async fn login(
        &self,
        app: &App,
        origin: &Origin,
        username: Option<String>,
        password: Option<Secret>,
    ) -> Result<Account, AccountFailure> {
        check_hwid(app, origin.hwid.as_deref())?;
        let username = &username.ok_or(Refusal::UnknownUser)?;
        // A login without password takes as long as one with a wrong password.
        let password = password.unwrap_or_else(|| Secret::new(""));
        self.log_in(app, origin, Credentials { username, password: &password, may_register: false }).await
    }

    /// Signs a session in with a license key: the first use makes a user whose name and password are the key.
    ///
    /// # Errors
    /// See [`AccountFailure`].
    pub async fn license(
        &self,
        app: &App,
        origin: &Origin,
        key: Option<String>,
    ) -> Result<Account, AccountFailure> {
        if key.as_ref().is_some_and(|key| key.len() > NAME_MAX) {
            return Err(Refusal::KeyTooLong.into());
        }
        check_hwid(app, origin.hwid.as_deref())?;
        let key = self.spelling(app, key.ok_or(Refusal::KeyNotFound)?).await?;
        let password = Secret::new(key.as_str());
        let credentials = Credentials { username: &key, password: &password, may_register: true };
        match self.log_in(app, origin, credentials).await {
            Err(AccountFailure::Refused(Refusal::UnknownUser)) => {}
            outcome => return outcome,
        }
        let registration = Registration {
            username: key.clone(),
            password: Some(password.clone()),
            key: key.clone(),
            email: None,
        };
        match self.register_checked(app, origin, registration).await {
            // Two first uses at once: the second finds the first one's user.
            Err(AccountFailure::Refused(Refusal::UsernameTaken)) => {
                self.log_in(app, origin, credentials).await
            }
            outcome => outcome,
        }
    }

    /// The key as it was made: keys are looked up without regard to case, passwords are not.
    async fn spelling(&self, app: &App, key: String) -> Result<String, StoreError> {
        let id = app.id;
        let find = move |conn: &mut Conn<'_>| Ok(licenses::spelling(conn, id, &key)?.unwrap_or(key));
        self.store.db().read(find).await
    }

    async fn log_in(
        &self,
        app: &App,
        origin: &Origin,
        credentials: Credentials<'_>,
    ) -> Result<Account, AccountFailure> {
        let (id, name) = (app.id, credentials.username.to_owned());
        let find = move |conn: &mut Conn<'_>| users::by_name(conn, id, &name);
        let Some(user) = self.store.db().read::<_, StoreError, _>(find).await? else {
            if !credentials.may_register {
                self.passwords.verify(credentials.password, None).await?;
            }
            return Err(Refusal::UnknownUser.into());
        };
        if let Some(reason) = user.banned {
            return Err(Refusal::UserBanned(reason).into());
        }
        if !self.passwords.verify(credentials.password, user.password.as_deref()).await? {
            return Err(Refusal::WrongPassword.into());
        }
        let sign_in = SignIn::new(app, origin, self.clock.now());
        let (name, verified) = (user.username, user.password);
        self.store.db().write(move |conn| finish(conn, &sign_in, &name, verified.as_deref())).await
    }
}

/// The part of a login that follows the password, which was right for the hash `verified`.
fn finish(
    conn: &mut Conn<'_>,
    sign_in: &SignIn,
    username: &str,
    verified: Option<&str>,
) -> Result<Account, AccountFailure> {
    let user = users::lock_by_name(conn, sign_in.app, username)?.ok_or(Refusal::UnknownUser)?;
    // Both may have changed while the password was hashed.
    if let Some(reason) = user.banned {
        return Err(Refusal::UserBanned(reason).into());
    }
    if user.password.as_deref() != verified {
        return Err(Refusal::WrongPassword.into());
    }
    let mut hwids = HwidList::from_stored(user.hwids.as_deref());
    if sign_in.hwid_check {
        match sign_in.hwid.as_deref() {
            Some(hwid) if hwids.is_empty() => hwids.bind(hwid),
            Some(hwid) if hwids.contains(hwid) => {}
            None if hwids.is_empty() => {}
            _ => return Err(Refusal::HwidMismatch.into()),
        }
    }
    let subscriptions = sign_in.running(conn, user.id)?;
    let stored = hwids.to_stored();
    users::logged_in(conn, sign_in.app, user.id, &sign_in.ip, stored.as_deref(), sign_in.now)?;
    sign_in.note(conn, user.id, &user.username)?;
    Ok(Account {
        username: user.username,
        subscriptions,
        hwids,
        created: user.created,
        last_login: sign_in.now,
    })
}
