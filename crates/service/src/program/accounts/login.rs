//! Login by name or e-mail address and password, and by license key.

use claviger_capacity::Who;
use claviger_domain::{ClientAddress, Secret, tidy};
use claviger_store::{
    Conn, StoreError,
    access::{self, Evidence},
    licenses, tokens,
    users::{self, Totp, User},
};
use serde::{Deserialize, Serialize};

use super::{
    guesses::{anonymous, standing},
    refusal::{AccountFailure, Refusal},
    sign_in::{Account, Origin, Registration, SignIn, admit_device, check_hwid},
};
use crate::{
    App, Service,
    shared::{
        attempts::Attempt,
        limits::NAME_MAX,
        passwords, tries,
        two_factor::{Code, check_code, is_fresh},
        vault::sha256,
    },
};

/// What a login brings besides the name.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The password.
    pub password: Option<Secret>,
    /// In place of the password: a value that logs in once.
    pub token: Option<Secret>,
    /// The code of a two-factor sign-in.
    pub code: Option<String>,
}

/// Whom a login names.
pub(crate) enum Named<'a> {
    User(&'a str),
    Email(&'a str),
    /// A license key: an unknown one is about to be registered.
    Key(&'a str),
}

impl<'a> Named<'a> {
    pub(crate) fn text(&self) -> &'a str {
        let (Self::User(text) | Self::Email(text) | Self::Key(text)) = self;
        text
    }
}

/// What is known of a login's user before it is proved to be theirs.
pub(crate) struct Found {
    pub(crate) user: Option<User>,
    /// What of the client is blacklisted.
    pub(crate) blacklisted: Option<Evidence>,
    /// Reason of the ban of the license that was shown, or that is all that the user signs in with.
    pub(crate) key_banned: Option<String>,
}

/// How it was proved that a login is the user's; what was seen must still hold when it is carried out.
#[derive(Deserialize, Serialize)]
pub(crate) enum Proof {
    /// The password was right for this hash; another hash to be kept from now on, if it is of an older kind.
    Password { verified: String, renewed: Option<String> },
    /// The user had no password: this hash is the first one.
    First(String),
    /// A value that logs in once, by its hash.
    Token([u8; 32]),
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
        credentials: Credentials,
    ) -> Result<Account, AccountFailure> {
        let outcome = self.login_as(app, origin, username.as_deref().map(Named::User), &credentials).await;
        let named = tries::Named { user: username, ..tries::Named::default() };
        self.note_sign_in(app, "login", origin, named, &outcome);
        outcome
    }

    async fn login_as(
        &self,
        app: &App,
        origin: &Origin,
        named: Option<Named<'_>>,
        credentials: &Credentials,
    ) -> Result<Account, AccountFailure> {
        check_hwid(app, origin.hwid.as_deref())?;
        self.log_in(app, origin, named.ok_or(Refusal::UnknownUser)?, credentials).await
    }

    /// Signs a session in with an e-mail address and a password.
    ///
    /// # Errors
    /// As [`Service::login`]; an address of several users is that of none.
    pub async fn login_by_email(
        &self,
        app: &App,
        origin: &Origin,
        email: Option<String>,
        credentials: Credentials,
    ) -> Result<Account, AccountFailure> {
        let outcome = self.login_as(app, origin, email.as_deref().map(Named::Email), &credentials).await;
        let named = tries::Named { email, ..tries::Named::default() };
        self.note_sign_in(app, "loginEmail", origin, named, &outcome);
        outcome
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
        code: Option<String>,
    ) -> Result<Account, AccountFailure> {
        let key = key.map(|key| tidy(&key).to_owned());
        let named = tries::Named { key: key.clone(), ..tries::Named::default() };
        let outcome = self.license_unnoted(app, origin, key, code).await;
        self.note_sign_in(app, "license", origin, named, &outcome);
        outcome
    }

    async fn license_unnoted(
        &self,
        app: &App,
        origin: &Origin,
        key: Option<String>,
        code: Option<String>,
    ) -> Result<Account, AccountFailure> {
        if key.as_ref().is_some_and(|key| key.len() > NAME_MAX) {
            return Err(Refusal::KeyTooLong.into());
        }
        check_hwid(app, origin.hwid.as_deref())?;
        self.refuse_paused_address(app, origin.ip)?;
        let key = self.spelling(app, key.ok_or(Refusal::KeyNotFound)?).await?;
        let password = Secret::new(key.as_str());
        let credentials = Credentials { password: Some(password.clone()), token: None, code };
        match self.log_in(app, origin, Named::Key(&key), &credentials).await {
            Err(AccountFailure::Refused(Refusal::UnknownUser)) => {}
            outcome => return outcome,
        }
        let registration =
            Registration { username: key.clone(), password: Some(password), key: key.clone(), email: None };
        let guess = self.begin_guess(app, anonymous(app, origin.ip)).map_err(Refusal::Paused)?;
        let outcome = self.register_checked(SignIn::new(app, origin, self.clock.now()), registration).await;
        self.end_guess(app, guess, None, &outcome);
        match outcome {
            // Two first uses at once: the second finds the first one's user.
            Err(AccountFailure::Refused(Refusal::UsernameTaken)) => {
                self.log_in(app, origin, Named::Key(&key), &credentials).await
            }
            outcome => outcome,
        }
    }

    /// The key as it was made: keys are looked up without regard to case, passwords are not.
    pub(crate) async fn spelling(&self, app: &App, key: String) -> Result<String, StoreError> {
        let id = app.id;
        let find = move |conn: &mut Conn<'_>| Ok(licenses::spelling(conn, id, &key)?.unwrap_or(key));
        self.store.db().read(find).await
    }

    /// Looks for the user, and counts the attempt.
    async fn log_in(
        &self,
        app: &App,
        origin: &Origin,
        named: Named<'_>,
        credentials: &Credentials,
    ) -> Result<Account, AccountFailure> {
        self.refuse_paused_address(app, origin.ip)?;
        let Found { user, blacklisted, key_banned } =
            self.find_user(app, origin.ip, origin.hwid.clone(), &named).await?;
        let username = Some(user.as_ref().map_or(named.text(), |user| &user.username));
        let standing = standing(user.as_ref(), origin.ip, origin.hwid.as_deref());
        let attempt = Attempt { app: app.id, username, ip: origin.ip, standing };
        let guess = self.begin_guess(app, attempt).map_err(Refusal::Paused)?;
        let by_key = matches!(named, Named::Key(_));
        let outcome = match (&user, key_banned) {
            // Where no key was shown, a ban of the user's own is told first.
            (Some(user), Some(reason)) if by_key || user.banned.is_none() => {
                Err(Refusal::KeyBanned(reason).into())
            }
            (Some(user), _) => self.log_in_as(app, origin, user, blacklisted, credentials).await,
            // The registration that follows decides.
            (None, _) if by_key => return Err(Refusal::UnknownUser.into()),
            (None, _) => {
                // Takes as long as a wrong password.
                let password = credentials.password.clone().unwrap_or_else(|| Secret::new(""));
                self.passwords.verify(Who::client(app.id, origin.ip), &password, None).await?;
                Err(Refusal::UnknownUser.into())
            }
        };
        self.end_guess(app, guess, user.as_ref(), &outcome);
        outcome
    }

    /// Whom a login names, and what is known of where it comes from.
    pub(crate) async fn find_user(
        &self,
        app: &App,
        ip: ClientAddress,
        hwid: Option<String>,
        named: &Named<'_>,
    ) -> Result<Found, StoreError> {
        let (id, now) = (app.id, self.clock.now());
        let by_email = match named {
            Named::Email(email) => Some(self.email_hashes(email)),
            Named::User(_) | Named::Key(_) => None,
        };
        let (name, is_key) = (named.text().to_owned(), matches!(named, Named::Key(_)));
        let find = move |conn: &mut Conn<'_>| {
            let user = match by_email {
                Some([keyed, imported]) => {
                    let mut users = users::by_email(conn, id, [&keyed, &imported])?;
                    users.pop().filter(|_| users.is_empty())
                }
                None => users::by_name(conn, id, &name)?,
            };
            let license = match user.as_ref().and_then(|user| user.by_license) {
                _ if is_key => licenses::by_key(conn, id, &name)?,
                Some(license) => licenses::by_id(conn, id, license)?,
                None => None,
            };
            let blacklisted = access::evidence(conn, id, hwid.as_deref(), Some(ip), now)?;
            Ok(Found { user, blacklisted, key_banned: license.and_then(|license| license.banned) })
        };
        self.store.db().read(find).await
    }

    async fn log_in_as(
        &self,
        app: &App,
        origin: &Origin,
        user: &User,
        blacklisted: Option<Evidence>,
        credentials: &Credentials,
    ) -> Result<Account, AccountFailure> {
        if let Some(reason) = &user.banned {
            return Err(Refusal::UserBanned(reason.clone()).into());
        }
        if let Some(evidence) = blacklisted {
            return Err(Refusal::Blacklisted(evidence).into());
        }
        let proof = self.prove(Who::client(app.id, origin.ip), user, credentials).await?;
        let now = self.clock.now();
        let code = check_code(&self.vault, &user.totp, credentials.code.as_deref(), now)?;
        let sign_in = SignIn::new(app, origin, now);
        let user = user.id;
        let account = self.store.db().write(move |conn| finish(conn, &sign_in, user, &proof, code)).await?;
        app.tally.count_return(account.created, account.previous_login, account.last_login);
        Ok(account)
    }

    /// Whether the login is the user's, as far as it can be told without changing anything.
    pub(crate) async fn prove(
        &self,
        who: Who,
        user: &User,
        credentials: &Credentials,
    ) -> Result<Proof, AccountFailure> {
        if let Some(token) = &credentials.token {
            return Ok(Proof::Token(sha256(token.expose())));
        }
        let password = credentials.password.clone().unwrap_or_else(|| Secret::new(""));
        let Some(hash) = &user.password else {
            if password.expose().is_empty() {
                self.passwords.verify(who, &password, None).await?;
                return Err(Refusal::WrongPassword.into());
            }
            return Ok(Proof::First(self.passwords.hash(who, &password).await?));
        };
        if !self.passwords.verify(who.clone(), &password, Some(hash)).await? {
            return Err(Refusal::WrongPassword.into());
        }
        let renewed = match passwords::is_outdated(hash) {
            true => Some(self.passwords.hash(who, &password).await?),
            false => None,
        };
        Ok(Proof::Password { verified: hash.clone(), renewed })
    }
}

impl Proof {
    /// Carries out what proved the login; everything may have changed since it was looked at.
    pub(crate) fn hold(
        &self,
        conn: &mut Conn<'_>,
        sign_in: &SignIn,
        user: &User,
    ) -> Result<(), AccountFailure> {
        let hash = match self {
            Self::Password { verified, renewed } if user.password.as_ref() == Some(verified) => {
                renewed.as_ref()
            }
            Self::First(hash) if user.password.is_none() => Some(hash),
            Self::Token(hash) if tokens::take_login(conn, sign_in.app, hash, user.id, sign_in.now)? => None,
            _ => return Err(Refusal::WrongPassword.into()),
        };
        if let Some(hash) = hash {
            users::set_password(conn, sign_in.app, user.id, Some(hash))?;
        }
        Ok(())
    }
}

/// The part of a login that is carried out as one. Whatever is refused here undoes all of it.
fn finish(
    conn: &mut Conn<'_>,
    sign_in: &SignIn,
    user: i64,
    proof: &Proof,
    code: Code,
) -> Result<Account, AccountFailure> {
    let user = users::lock(conn, sign_in.app, user)?.ok_or(Refusal::UnknownUser)?;
    if let Some(reason) = user.banned {
        return Err(Refusal::UserBanned(reason).into());
    }
    proof.hold(conn, sign_in, &user)?;
    let hwids = admit_device(&user, sign_in.hwid.as_deref(), sign_in.hwid_check)?;
    let subscriptions = sign_in.running(conn, user.id)?;
    use_up(code, conn, sign_in.app, &user)?;
    let stored = hwids.to_stored();
    let ip = sign_in.kept_ip();
    users::logged_in(conn, sign_in.app, user.id, ip.as_deref(), stored.as_deref(), sign_in.now)?;
    sign_in.note(conn, user.id, &user.username)?;
    Ok(Account {
        username: user.username,
        subscriptions,
        hwids,
        created: user.created,
        last_login: sign_in.now,
        previous_login: user.last_login,
    })
}

/// Uses the code of a two-factor sign-in up, if it is right and its step was not used before. The user is locked.
pub(crate) fn use_up(code: Code, conn: &mut Conn<'_>, app: i64, user: &User) -> Result<(), AccountFailure> {
    match code {
        Code::NotNeeded if !user.totp.is_on() => Ok(()),
        Code::NotNeeded | Code::Missing => Err(Refusal::CodeMissing.into()),
        Code::Right { step, secret } if is_fresh(&user.totp, step, &secret) => {
            Ok(users::set_totp(conn, app, user.id, &Totp { step: Some(step), ..user.totp.clone() })?)
        }
        Code::Right { .. } | Code::Wrong => Err(Refusal::CodeWrong.into()),
    }
}
