//! `upgrade`: a license prolongs what a user has. Whoever has the key may do it, for any user.

use claviger_domain::{ClientAddress, LicenseStatus};
use claviger_store::{
    Conn, Range, StoreError,
    licenses::{self, License},
    subscriptions,
    user_subscriptions::{self, Extension},
    users,
};

use super::guesses::anonymous;
use crate::{
    App, Service, ServiceError,
    shared::{alerts::Alert, limits::is_everybody, pauses::app_paused, tries::Named},
};

/// What came of an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// The user has more time, and the license is used.
    Done,
    /// No such license.
    KeyNotFound,
    /// The license was used before.
    KeyUsed,
    /// The license is banned, with the reason.
    KeyBanned(String),
    /// No subscription has the license's level.
    NoSubscriptionOfLevel,
    /// The license is worth nothing.
    NoTime,
    /// No such user.
    UnknownUser,
    /// The user is banned, with the reason: nothing is spent on such a one.
    UserBanned(String),
    /// Too many unknown keys came from this address; the seconds until the next try.
    Paused(i64),
}

impl Service {
    /// Uses a license up for a user: the first subscription of its level goes on for so much longer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn upgrade(
        &self,
        app: &App,
        ip: ClientAddress,
        username: Option<String>,
        key: Option<String>,
    ) -> Result<Upgrade, ServiceError> {
        let named = Named { user: username.clone(), key: key.clone(), ..Named::default() };
        let outcome = self.upgrade_unnoted(app, ip, username, key).await?;
        self.note_upgrade(app, ip, named, &outcome);
        Ok(outcome)
    }

    async fn upgrade_unnoted(
        &self,
        app: &App,
        ip: ClientAddress,
        username: Option<String>,
        key: Option<String>,
    ) -> Result<Upgrade, ServiceError> {
        let now = self.clock.now();
        let guess = match self.begin_guess(app, anonymous(app, ip)) {
            Ok(guess) => guess,
            Err(seconds) => return Ok(Upgrade::Paused(seconds)),
        };
        let (id, username, key) = (app.id, username.unwrap_or_default(), key.unwrap_or_default());
        let outcome = self.store.db().write(move |conn| upgrade(conn, id, &username, &key, now)).await?;
        if outcome == Upgrade::KeyNotFound {
            self.guess_failed(app, guess, Alert::LicenseUnknown, None);
        }
        Ok(outcome)
    }
}

fn upgrade(
    conn: &mut Conn<'_>,
    app: i64,
    username: &str,
    key: &str,
    now: i64,
) -> Result<Upgrade, StoreError> {
    let app_paused = app_paused(conn, app)?;
    let Some(license) = licenses::lock_by_key(conn, app, key)? else { return Ok(Upgrade::KeyNotFound) };
    match license.status {
        LicenseStatus::NotUsed => {}
        LicenseStatus::Used => return Ok(Upgrade::KeyUsed),
        LicenseStatus::Banned => return Ok(Upgrade::KeyBanned(license.banned.unwrap_or_default())),
    }
    let offered = subscriptions::of_level(conn, app, &license.level)?;
    let Some(name) = offered.first() else { return Ok(Upgrade::NoSubscriptionOfLevel) };
    if license.term().seconds(now) <= 0 {
        return Ok(Upgrade::NoTime);
    }
    let user = match is_everybody(username) {
        true => None,
        false => users::lock_by_name(conn, app, username)?,
    };
    let Some(user) = user else { return Ok(Upgrade::UnknownUser) };
    if let Some(reason) = user.banned {
        return Ok(Upgrade::UserBanned(reason));
    }
    spend(conn, app, &license, (user.id, &user.username), name, app_paused, now)?;
    Ok(Upgrade::Done)
}

/// Uses a license up for a user, by number and name, who is locked: a subscription goes on for so much longer.
pub(crate) fn spend(
    conn: &mut Conn<'_>,
    app: i64,
    license: &License,
    (user, username): (i64, &str),
    subscription: &str,
    app_paused: bool,
    now: i64,
) -> Result<(), StoreError> {
    let with = Extension { term: license.term(), active_only: false, app_paused };
    user_subscriptions::extend(conn, app, Range::one(user), subscription, with, now)?;
    licenses::used(conn, app, license.id, user, username, now)
}
