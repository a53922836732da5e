//! `2faenable` and `2fadisable`: a user turns two-factor sign-in on and off.

use claviger_domain::ClientAddress;
use claviger_store::{
    Conn, StoreError,
    users::{self, Totp, User},
};

use super::guesses::standing;
use crate::{
    App, Service, ServiceError,
    shared::{
        alerts::Alert,
        attempts::{Attempt, Standing},
        two_factor::{NewSecret, is_fresh, step_of},
    },
};

/// Seconds that a new secret waits for its first code.
const PENDING_SECONDS: i64 = 300;

/// What came of turning two-factor sign-in on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnableTwoFactor {
    /// Here is a secret, in base 32; it waits for a code.
    Secret(String),
    /// From now on a login needs a code.
    Done,
    /// It is on already.
    AlreadyOn,
    /// No secret waits for a code.
    NothingPending,
    /// The code is wrong.
    WrongCode,
    /// Too many wrong codes; the seconds until the next try.
    Paused(i64),
}

/// What came of turning two-factor sign-in off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisableTwoFactor {
    /// A login needs no code any more.
    Done,
    /// It is not on.
    NotOn,
    /// The code is wrong, or was used before.
    WrongCode,
    /// Too many wrong codes; the seconds until the next try.
    Paused(i64),
}

/// Whose codes, and from where.
#[derive(Clone, Copy)]
struct Owner<'a> {
    app: &'a App,
    user: i64,
    username: &'a str,
    ip: ClientAddress,
}

impl<'a> Owner<'a> {
    /// Who knows a session of the user is no stranger; codes are short, though.
    fn attempt(&self, user: Option<&User>) -> Attempt<'a> {
        let standing = standing(user, self.ip, None).max(Standing::Familiar);
        Attempt { app: self.app.id, username: Some(self.username), ip: self.ip, standing }
    }
}

impl Service {
    /// Without a code: draws a secret that waits for one. With a code: turns two-factor sign-in on, if it is right.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enable_two_factor(
        &self,
        app: &App,
        user: i64,
        username: &str,
        ip: ClientAddress,
        code: Option<&str>,
    ) -> Result<EnableTwoFactor, ServiceError> {
        let owner = Owner { app, user, username, ip };
        let found = self.totp_user(&owner).await?;
        let totp = found.as_ref().map(|user| user.totp.clone()).unwrap_or_default();
        if totp.is_on() {
            return Ok(EnableTwoFactor::AlreadyOn);
        }
        let now = self.clock.now();
        let Some(code) = code else {
            let secret = NewSecret::draw(&*self.random, &self.vault);
            let until = Some(now + PENDING_SECONDS);
            let pending = move |conn: &mut Conn<'_>| {
                let pending = Some(secret.sealed.admitted(conn)?);
                Ok(Totp { pending, pending_until: until, ..Totp::default() })
            };
            return Ok(match self.change_totp(&owner, totp, pending).await? {
                true => EnableTwoFactor::Secret(secret.base32),
                false => EnableTwoFactor::AlreadyOn,
            });
        };
        let waits = totp.pending_until.is_some_and(|until| until > now);
        let Some(pending) = totp.pending.clone().filter(|_| waits) else {
            return Ok(EnableTwoFactor::NothingPending);
        };
        let guess = match self.begin_guess(app, owner.attempt(found.as_ref())) {
            Ok(guess) => guess,
            Err(seconds) => return Ok(EnableTwoFactor::Paused(seconds)),
        };
        let Some(step) = step_of(&self.vault, &pending, code, now)? else {
            self.guess_failed(app, guess, Alert::TwoFactorFailed, found.as_ref());
            return Ok(EnableTwoFactor::WrongCode);
        };
        let on = Totp { secret: Some(pending), step: Some(step), ..Totp::default() };
        Ok(match self.change_totp(&owner, totp, |_| Ok(on)).await? {
            true => EnableTwoFactor::Done,
            false => EnableTwoFactor::NothingPending,
        })
    }

    /// Turns two-factor sign-in off, if the code is right.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn disable_two_factor(
        &self,
        app: &App,
        user: i64,
        username: &str,
        ip: ClientAddress,
        code: &str,
    ) -> Result<DisableTwoFactor, ServiceError> {
        let owner = Owner { app, user, username, ip };
        let found = self.totp_user(&owner).await?;
        let totp = found.as_ref().map(|user| user.totp.clone()).unwrap_or_default();
        let Some(secret) = totp.secret.clone() else { return Ok(DisableTwoFactor::NotOn) };
        let now = self.clock.now();
        let guess = match self.begin_guess(app, owner.attempt(found.as_ref())) {
            Ok(guess) => guess,
            Err(seconds) => return Ok(DisableTwoFactor::Paused(seconds)),
        };
        let step = step_of(&self.vault, &secret, code, now)?;
        if step.is_some_and(|step| is_fresh(&totp, step, &secret))
            && self.change_totp(&owner, totp, |_| Ok(Totp::default())).await?
        {
            return Ok(DisableTwoFactor::Done);
        }
        self.guess_failed(app, guess, Alert::TwoFactorFailed, found.as_ref());
        Ok(DisableTwoFactor::WrongCode)
    }

    async fn totp_user(&self, owner: &Owner<'_>) -> Result<Option<User>, StoreError> {
        let (app, user) = (owner.app.id, owner.user);
        self.store.db().read::<_, StoreError, _>(move |conn| users::lock(conn, app, user)).await
    }

    /// Replaces a state that was seen; `false` when it has changed meanwhile.
    async fn change_totp(
        &self,
        owner: &Owner<'_>,
        seen: Totp,
        new: impl FnOnce(&mut Conn<'_>) -> Result<Totp, StoreError> + Send + 'static,
    ) -> Result<bool, StoreError> {
        let (app, user) = (owner.app.id, owner.user);
        let change = move |conn: &mut Conn<'_>| {
            if users::lock(conn, app, user)?.is_none_or(|user| user.totp != seen) {
                return Ok(false);
            }
            let new = new(conn)?;
            users::set_totp(conn, app, user, &new)?;
            Ok(true)
        };
        self.store.db().write(change).await
    }
}
