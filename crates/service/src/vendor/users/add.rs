//! Adding users without a license.

use claviger_capacity::Who;
use claviger_domain::{Secret, Subscription, Term, fold};
use claviger_store::{
    Conn,
    report_counts::Kind,
    subscriptions,
    tokens::{self, Owner},
    user_subscriptions,
    users::{self, NewUser},
};

use super::super::{ManageError, checks::check_line};
use crate::{
    App, Service,
    shared::{
        limits::{NAME_MAX, RESERVED, TOKEN_BYTES},
        pauses::app_paused,
    },
};

/// A user to be added without a license.
#[derive(Clone, Debug)]
pub struct NewUserOf {
    /// The user's name.
    pub username: String,
    /// `None`: the first login sets it.
    pub password: Option<Secret>,
    /// Subscription that the user gets, and how long it lasts.
    pub subscription: Option<(String, Term)>,
    /// May log in from any device, whatever the application's rule.
    pub any_device: bool,
    /// Who adds the user.
    pub owner: String,
}

/// What came of adding a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddUser {
    /// The user is there.
    Done,
    /// The name is taken.
    Taken,
    /// Nobody may have the name.
    NotAllowed,
    /// The application offers no such subscription.
    UnknownSubscription,
    /// The subscription would have ended already.
    NoTime,
    /// The application is paused.
    Paused,
}

impl Service {
    /// Adds a user with a token, and a subscription where one is named.
    ///
    /// # Errors
    /// When the name is too long, too many passwords wait to be hashed, or the database fails.
    pub async fn add_user(&self, app: &App, new: NewUserOf) -> Result<AddUser, ManageError> {
        let username = check_line("the name of a user", &new.username, NAME_MAX)?;
        let new = NewUserOf { username, ..new };
        let (id, username, wanted) = (app.id, new.username.clone(), new.subscription.clone());
        let known = move |conn: &mut Conn<'_>| {
            let taken = users::by_name(conn, id, &username)?.is_some();
            let all = subscriptions::all(conn, id)?;
            let offered = wanted.is_none_or(|(name, _)| all.iter().any(|offered| offered.name == name));
            Ok::<_, ManageError>((taken, offered))
        };
        // Looked at first without a lock: hashing is for those who will probably succeed.
        let (taken, offered) = self.store.db().read(known).await?;
        if taken {
            return Ok(AddUser::Taken);
        }
        if fold(&new.username) == RESERVED {
            return Ok(AddUser::NotAllowed);
        }
        if !offered {
            return Ok(AddUser::UnknownSubscription);
        }
        if new.subscription.as_ref().is_some_and(|(_, term)| term.seconds(self.clock.now()) <= 0) {
            return Ok(AddUser::NoTime);
        }
        if app.settings.paused {
            return Ok(AddUser::Paused);
        }
        let password = match &new.password {
            Some(password) => Some(self.passwords.hash(Who::app(app.id), password).await?),
            None => None,
        };
        let (token, now) = (self.random.hex(TOKEN_BYTES), self.clock.now());
        let added = self.manage(move |conn| insert(conn, id, &new, password.as_deref(), &token, now)).await?;
        if added == AddUser::Done {
            app.tally.count(Kind::Registered, "");
        }
        Ok(added)
    }
}

fn insert(
    conn: &mut Conn<'_>,
    app: i64,
    new: &NewUserOf,
    password: Option<&str>,
    token: &str,
    now: i64,
) -> Result<AddUser, ManageError> {
    if app_paused(conn, app)? {
        return Ok(AddUser::Paused);
    }
    let row = NewUser {
        username: &new.username,
        password,
        hwids: None,
        email_hash: None,
        ip: None,
        owner: &new.owner,
        made_with: None,
        by_license: None,
        any_device: new.any_device,
        created: now,
        last_login: None,
    };
    let Some(user) = users::insert(conn, app, &row)? else { return Ok(AddUser::Taken) };
    tokens::insert(conn, app, token, Owner { kind: tokens::USER, id: user, name: &new.username })?;
    if let Some((name, term)) = &new.subscription {
        user_subscriptions::give(conn, app, user, name, Subscription::new(*term, now, false), None)?;
    }
    Ok(AddUser::Done)
}
