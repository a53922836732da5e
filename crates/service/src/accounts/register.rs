//! Registration: a license key becomes a user.

use claviger_domain::{HwidList, LicenseStatus, Secret, fold};
use claviger_store::{
    Conn,
    licenses::{self, License},
    subscriptions,
    users::{self, NewUser},
};

use super::{Account, AccountFailure, NAME_MAX, Origin, Refusal, Registration, SignIn};
use crate::{App, Service};

/// Names that no user may have: the Seller API means everybody by it.
const RESERVED: &str = "all";

/// A registration that passed the checks of its form.
#[derive(Clone)]
struct Applicant {
    username: String,
    key: String,
    email_hash: Option<String>,
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
        if fold(username) == RESERVED {
            return Err(Refusal::UsernameTaken.into());
        }
        if registration.password.is_none() {
            return Err(Refusal::WrongPassword.into());
        }
        self.register_checked(app, origin, registration).await
    }

    /// As [`Service::register`], for a name that needs no check of its form.
    pub(super) async fn register_checked(
        &self,
        app: &App,
        origin: &Origin,
        registration: Registration,
    ) -> Result<Account, AccountFailure> {
        let applicant = Applicant {
            username: registration.username,
            key: registration.key,
            email_hash: registration.email.as_deref().map(hash_email),
        };
        let id = app.id;
        let first = applicant.clone();
        // Looked at first without a lock: hashing is for those who will probably succeed.
        self.store.db().read(move |conn| check(conn, id, &first)).await?;
        let password: Secret = registration.password.ok_or(Refusal::WrongPassword)?;
        let hash = self.passwords.hash(&password).await?;
        let sign_in = SignIn::new(app, origin, self.clock.now());
        self.store.db().write(move |conn| create(conn, &sign_in, &applicant, &hash)).await
    }
}

/// The checks that depend on what is stored. In a transaction that writes, it locks the license.
fn check(
    conn: &mut Conn<'_>,
    app: i64,
    applicant: &Applicant,
) -> Result<(License, Vec<String>), AccountFailure> {
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
    let (license, subscriptions) = check(conn, app, applicant)?;
    let mut hwids = HwidList::default();
    if let Some(hwid) = &sign_in.hwid {
        hwids.bind(hwid);
    }
    let stored_hwids = hwids.to_stored();
    let user = NewUser {
        username: &applicant.username,
        password: Some(password),
        hwids: stored_hwids.as_deref(),
        email_hash: applicant.email_hash.as_deref(),
        ip: &sign_in.ip,
        owner: &license.genby,
        created: now,
    };
    let user = users::insert(conn, app, &user)?.ok_or(Refusal::UsernameTaken)?;
    licenses::used(conn, app, license.id, &applicant.username, now)?;
    let expires = now.saturating_add(license.duration);
    for subscription in subscriptions {
        users::subscribe(conn, app, user, &subscription, expires, Some(&license.key))?;
    }
    sign_in.note(conn, user, &applicant.username)?;
    Ok(Account {
        username: applicant.username.clone(),
        subscriptions: users::subscriptions(conn, app, user)?,
        hwids,
        created: now,
        last_login: now,
    })
}

/// The form in which e-mail addresses are kept: SHA-1 of the lower-case text, as imports bring it.
fn hash_email(email: &str) -> String {
    let lower = email.to_lowercase();
    let algorithm = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    hex::encode(aws_lc_rs::digest::digest(algorithm, lower.as_bytes()).as_ref())
}
