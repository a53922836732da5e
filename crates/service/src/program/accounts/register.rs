//! Registration: a license key becomes a user.

use claviger_domain::{HwidList, LicenseStatus, Secret, Subscription, fold, is_line, tidy};
use claviger_store::{
    Conn, StoreError,
    access::Evidence,
    licenses::{self, License},
    report_counts::Kind,
    subscriptions, tokens, user_subscriptions,
    users::{self, NewUser},
};

use super::{
    guesses::anonymous,
    refusal::{AccountFailure, Refusal},
    sign_in::{Account, Origin, Registration, SignIn},
};
use crate::{
    App, Service,
    shared::{
        limits::{NAME_MAX, RESERVED, TOKEN_BYTES},
        pauses::app_paused,
        tries::Named,
    },
};

/// Why a license is banned that a blacklisted client tried to use.
const CLIENT_BLACKLISTED: &str = "This key has been banned as the client was blacklisted.";

/// A registration that passed the checks of its form.
#[derive(Clone)]
struct Applicant {
    username: String,
    key: String,
    email_hash: Option<String>,
    /// Of the token system, should the application use it.
    token: String,
}

impl Service {
    /// Registers a user with a license key and signs the session in.
    ///
    /// # Errors
    /// See [`AccountFailure`]; the order of the checks is the wire's (`docs/protocol/client.md`).
    pub async fn register(
        &self,
        app: &App,
        origin: &Origin,
        registration: Registration,
    ) -> Result<Account, AccountFailure> {
        let registration = kept(registration);
        let (user, key) = (Some(registration.username.clone()), Some(registration.key.clone()));
        let outcome = self.register_unnoted(app, origin, registration).await;
        self.note_sign_in(app, "register", origin, Named { user, key, ..Named::default() }, &outcome);
        outcome
    }

    async fn register_unnoted(
        &self,
        app: &App,
        origin: &Origin,
        registration: Registration,
    ) -> Result<Account, AccountFailure> {
        self.check_form(app, &registration).await?;
        let guess = self.begin_guess(app, anonymous(app, origin.ip)).map_err(Refusal::Paused)?;
        let outcome = self.register_checked(SignIn::new(app, origin, self.clock.now()), registration).await;
        self.end_guess(app, guess, None, &outcome);
        outcome
    }

    /// As [`Service::register`], by a vendor, for a user with this device: failures are no guesses, and the user's address
    /// is not known before the first login.
    ///
    /// # Errors
    /// As [`Service::register`].
    pub async fn activate(
        &self,
        app: &App,
        hwid: Option<String>,
        registration: Registration,
    ) -> Result<Account, AccountFailure> {
        let registration = kept(registration);
        self.check_form(app, &registration).await?;
        self.register_checked(SignIn::by_vendor(app, hwid, self.clock.now()), registration).await
    }

    /// The checks that need nothing of what is stored.
    async fn check_form(&self, app: &App, registration: &Registration) -> Result<(), AccountFailure> {
        let username = registration.username.as_str();
        if username.len() > NAME_MAX {
            return Err(Refusal::UsernameTooLong.into());
        }
        if registration.key.len() > NAME_MAX {
            return Err(Refusal::KeyTooLong.into());
        }
        if username.len() < app.settings.min_username.max(1) {
            return Err(Refusal::UsernameTooShort.into());
        }
        if !is_line(username) {
            return Err(Refusal::UsernameNotALine.into());
        }
        if let Some(password) = registration.password.as_ref().filter(|_| app.settings.block_leaked_passwords)
            && self.screens.is_leaked(password).await
        {
            return Err(Refusal::PasswordLeaked.into());
        }
        if fold(username) == RESERVED {
            return Err(Refusal::UsernameTaken.into());
        }
        if registration.password.is_none() {
            return Err(Refusal::WrongPassword.into());
        }
        Ok(())
    }

    /// As [`Service::register`], for a name that needs no check of its form.
    pub(super) async fn register_checked(
        &self,
        sign_in: SignIn,
        registration: Registration,
    ) -> Result<Account, AccountFailure> {
        let applicant = Applicant {
            username: registration.username,
            key: registration.key,
            email_hash: registration.email.as_deref().map(|email| self.email_hash(email)),
            token: self.random.hex(TOKEN_BYTES),
        };
        let app = sign_in.app;
        let outcome = self.create_user(sign_in, applicant.clone(), registration.password).await;
        if let Ok(account) = &outcome {
            let tally = self.tallies.of(app);
            tally.count(Kind::Registered, "");
            tally.count(Kind::Activated, "");
            tally.count_return(account.created, account.previous_login, account.last_login);
        }
        // An address may be that of somebody else who is honest, so it spends nothing.
        if let Err(AccountFailure::Refused(Refusal::Blacklisted(Evidence::Device))) = &outcome {
            let key = applicant.key;
            self.store.db().write(move |conn| ban_license(conn, app, &key)).await?;
        }
        outcome
    }

    async fn create_user(
        &self,
        sign_in: SignIn,
        applicant: Applicant,
        password: Option<Secret>,
    ) -> Result<Account, AccountFailure> {
        let (first, looking) = (applicant.clone(), sign_in.clone());
        // Looked at first without a lock: hashing is for those who will probably succeed.
        self.store.db().read(move |conn| check(conn, &looking, &first)).await?;
        let hash = self.passwords.hash(sign_in.who(), &password.ok_or(Refusal::WrongPassword)?).await?;
        let sign_in = SignIn { now: self.clock.now(), ..sign_in };
        self.store.db().write(move |conn| create(conn, &sign_in, &applicant, &hash)).await
    }
}

/// A registration with name and key as they are kept.
fn kept(registration: Registration) -> Registration {
    let [username, key] = [&registration.username, &registration.key].map(|text| tidy(text).to_owned());
    Registration { username, key, ..registration }
}

/// A license that a blacklisted device tried to use is spent.
fn ban_license(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<(), StoreError> {
    if let Some(license) = licenses::lock_by_key(conn, app, key)?
        && license.status == LicenseStatus::NotUsed
    {
        licenses::ban(conn, app, license.id, CLIENT_BLACKLISTED)?;
    }
    Ok(())
}

/// The checks that depend on what is stored. In a transaction that writes, it locks the license.
fn check(
    conn: &mut Conn<'_>,
    sign_in: &SignIn,
    applicant: &Applicant,
) -> Result<(License, Vec<String>), AccountFailure> {
    let app = sign_in.app;
    if users::by_name(conn, app, &applicant.username)?.is_some() {
        return Err(Refusal::UsernameTaken.into());
    }
    let license = licenses::lock_by_key(conn, app, &applicant.key)?.ok_or(Refusal::KeyNotFound)?;
    match license.status {
        LicenseStatus::NotUsed => {}
        LicenseStatus::Used => return Err(Refusal::KeyUsed.into()),
        LicenseStatus::Banned => {
            return Err(Refusal::KeyBanned(license.banned.unwrap_or_default()).into());
        }
    }
    sign_in.refuse_blacklisted(conn)?;
    let subscriptions = subscriptions::of_level(conn, app, &license.level)?;
    if subscriptions.is_empty() {
        return Err(Refusal::NoSubscriptionOfLevel.into());
    }
    Ok((license, subscriptions))
}

fn create(
    conn: &mut Conn<'_>,
    sign_in: &SignIn,
    applicant: &Applicant,
    password: &str,
) -> Result<Account, AccountFailure> {
    let (app, now) = (sign_in.app, sign_in.now);
    let app_paused = app_paused(conn, app)?;
    let (license, subscriptions) = check(conn, sign_in, applicant)?;
    let mut hwids = HwidList::default();
    if let Some(hwid) = &sign_in.hwid {
        hwids.bind(hwid);
    }
    let (stored_hwids, ip) = (hwids.to_stored(), sign_in.kept_ip());
    let user = NewUser {
        username: &applicant.username,
        password: Some(password),
        hwids: stored_hwids.as_deref(),
        email_hash: applicant.email_hash.as_deref(),
        ip: ip.as_deref(),
        owner: &license.genby,
        made_with: Some(license.id),
        // A name that is the key is a secret, and gone with the key.
        by_license: Some(license.id).filter(|_| fold(&applicant.username) == fold(&license.key)),
        any_device: false,
        created: now,
        last_login: Some(now),
    };
    let user = users::insert(conn, app, &user)?.ok_or(Refusal::UsernameTaken)?;
    licenses::used(conn, app, license.id, user, &applicant.username, now)?;
    let owner = tokens::Owner { kind: tokens::USER, id: user, name: &applicant.username };
    tokens::insert(conn, app, &applicant.token, owner)?;
    let state = Subscription::new(license.term(), now, app_paused);
    for subscription in subscriptions {
        user_subscriptions::give(conn, app, user, &subscription, state, Some(&license.key))?;
    }
    sign_in.note(conn, user, &applicant.username)?;
    Ok(Account {
        username: applicant.username.clone(),
        subscriptions: user_subscriptions::of_user(conn, app, user)?,
        hwids,
        created: now,
        last_login: now,
        previous_login: None,
    })
}
