//! Changes of one user or of all users of an application.

use claviger_domain::{HwidList, Secret, days_to_seconds, fold};
use claviger_store::{
    Conn,
    bulk::{Change, Range},
    sessions::shared,
    subscriptions, tokens,
    user_subscriptions::{self, Deleted, Extension, Pause, UserSubscription},
    users::{self, NewUser, User},
};

use super::{ManageError, check_length, lock_user};
use crate::{
    App, Service,
    program::accounts::{ChangeUsername, NAME_MAX, RESERVED, change_username},
    vendor::new_licenses::TOKEN_BYTES,
};

/// Below this, a time of the next reset is a number of seconds from now; else a Unix second.
const EARLIEST_UNIX: i64 = 1_000_000_000;
/// Longest duration in seconds: a thousand years, which no sum overflows.
pub(super) const SECONDS_MAX: i64 = 31_536_000_000;

/// Whose subscriptions or variables to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those of all users.
    All,
    /// Those of the user of this name.
    User(String),
}

impl Target {
    /// Reads a name; `all`, in any case, is everybody.
    pub fn new(name: &str) -> Self {
        if fold(name) == RESERVED { Self::All } else { Self::User(name.into()) }
    }
}

/// A user to be added without a license.
#[derive(Clone, Debug)]
pub struct NewUserOf {
    /// The user's name.
    pub username: String,
    /// `None`: the first login sets it.
    pub password: Option<Secret>,
    /// Subscription that the user gets.
    pub subscription: String,
    /// Seconds that it lasts.
    pub seconds: i64,
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
    /// Adds a user with a subscription and a token.
    ///
    /// # Errors
    /// When the name is too long, too many passwords wait to be hashed, or the database fails.
    pub async fn add_user(&self, app: &App, new: NewUserOf) -> Result<AddUser, ManageError> {
        check_length("the name of a user", &new.username, NAME_MAX)?;
        let (id, username, name) = (app.id, new.username.clone(), new.subscription.clone());
        let known = move |conn: &mut Conn<'_>| {
            let taken = users::by_name(conn, id, &username)?.is_some();
            let offered = subscriptions::all(conn, id)?.iter().any(|offered| offered.name == name);
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
        if new.seconds <= 0 {
            return Ok(AddUser::NoTime);
        }
        if app.settings.paused {
            return Ok(AddUser::Paused);
        }
        let password = match &new.password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        let (token, now) = (self.random.hex(TOKEN_BYTES), self.clock.now());
        self.manage(move |conn| insert(conn, id, &new, password.as_deref(), &token, now)).await
    }

    /// Whether there is a user of that name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_exists(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        let find = move |conn: &mut Conn<'_>| users::by_name(conn, app, &username);
        Ok(self.store.db().read(find).await?.is_some())
    }

    /// A value that stands for a user and changes with the password; nobody can guess it.
    pub fn user_token(&self, app: &App, user: &User) -> String {
        let state = user.password.as_deref().unwrap_or_default();
        let text = format!("{}\0{}\0{}\0{state}", app.id, user.id, user.created);
        let mut token = self.vault.keyed_hash("user-token", &text);
        token.truncate(2 * TOKEN_BYTES);
        token
    }

    /// The subscriptions of users with numbers in a range, with the users' numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn subscriptions_of_users(
        &self,
        app: i64,
        after: i64,
        last: i64,
    ) -> Result<Vec<(i64, UserSubscription)>, ManageError> {
        let users = Range { after, last };
        let read = move |conn: &mut Conn<'_>| user_subscriptions::of_users(conn, app, users);
        Ok(self.store.db().read(read).await?)
    }

    /// Pauses what a user's subscriptions have left; `false` when none runs.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn pause_user(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        let now = self.clock.now();
        self.with_user(app, username, move |conn, app, user| {
            let paused = user_subscriptions::pause(conn, app, Range::one(user.id), &Pause::default(), now)?;
            Ok(paused > 0)
        })
        .await
    }

    /// Lets a user's paused subscriptions go on; `false` when none is paused.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn unpause_user(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        let now = self.clock.now();
        self.with_user(app, username, move |conn, app, user| {
            let going = user_subscriptions::unpause(conn, app, Range::one(user.id), &Pause::default(), now)?;
            Ok(going > 0)
        })
        .await
    }

    /// Prolongs a subscription of a user or of all; unless `active_only`, those without it get it. `false` when nothing
    /// was there to prolong.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn extend(
        &self,
        app: &App,
        target: Target,
        subscription: String,
        seconds: i64,
        active_only: bool,
    ) -> Result<bool, ManageError> {
        let now = self.clock.now();
        match target {
            Target::User(username) => {
                let with = Extension { seconds, active_only };
                self.with_user(app, &username, move |conn, app, user| {
                    let users = Range::one(user.id);
                    Ok(user_subscriptions::extend(conn, app, users, &subscription, with, now)? > 0)
                })
                .await
            }
            Target::All => {
                let (id, name) = (app.id, subscription.clone());
                let any = self.store.db().read(move |conn| {
                    let running = user_subscriptions::any(conn, id, &name, false, now)?;
                    Ok::<_, ManageError>((users::any(conn, id, None)?, running))
                });
                let (users, running) = any.await?;
                if !users {
                    return Err(ManageError::unknown("user", RESERVED));
                }
                if active_only && !running {
                    return Ok(false);
                }
                self.change_all(id, Change::Extend { subscription, seconds, active_only }).await?;
                Ok(true)
            }
        }
    }

    /// Shortens a subscription of a user or of all; `false` when none of that name runs.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn subtract(
        &self,
        app: &App,
        target: Target,
        subscription: String,
        seconds: i64,
    ) -> Result<bool, ManageError> {
        let now = self.clock.now();
        match target {
            Target::User(username) => {
                self.with_user(app, &username, move |conn, app, user| {
                    let users = Range::one(user.id);
                    Ok(user_subscriptions::subtract(conn, app, users, &subscription, seconds, now)? > 0)
                })
                .await
            }
            Target::All => {
                let (id, name) = (app.id, subscription.clone());
                let running = move |conn: &mut Conn<'_>| {
                    Ok::<_, ManageError>(
                        user_subscriptions::any(conn, id, &name, false, now)?
                            || user_subscriptions::any(conn, id, &name, true, now)?,
                    )
                };
                if !self.store.db().read(running).await? {
                    return Ok(false);
                }
                self.change_all(id, Change::Subtract { subscription, seconds }).await?;
                Ok(true)
            }
        }
    }

    /// Sets from when a user may ask for a reset of the devices again: a number of seconds from now, or a Unix second.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn set_cooldown(&self, app: &App, username: &str, cooldown: i64) -> Result<(), ManageError> {
        let until = if cooldown < EARLIEST_UNIX { self.clock.now() + cooldown } else { cooldown };
        self.with_user(app, username, move |conn, app, user| users::set_cooldown(conn, app, user.id, until))
            .await
    }

    /// Lets a user log in from one more device.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn add_hwid(&self, app: &App, username: &str, hwid: String) -> Result<(), ManageError> {
        self.with_user(app, username, move |conn, app, user| {
            let mut hwids = HwidList::from_stored(user.hwids.as_deref());
            hwids.bind(&hwid);
            users::set_hwids(conn, app, user.id, hwids.to_stored().as_deref())
        })
        .await
    }

    /// Gives a user another name wherever it is kept; all the user's sessions end.
    ///
    /// # Errors
    /// When there is no such user, the name is too long or taken, or the database fails.
    pub async fn rename_user(&self, app: &App, username: &str, name: &str) -> Result<(), ManageError> {
        check_length("the name of a user", name, NAME_MAX)?;
        if fold(name) == RESERVED {
            return Err(ManageError::taken("user", name));
        }
        let (app, username, name) = (app.id, username.to_owned(), name.to_owned());
        self.manage(move |conn| {
            // Told first, also when there is nobody to rename. The user's own name in other letters is free.
            if fold(&name) != fold(&username) && users::by_name(conn, app, &name)?.is_some() {
                return Err(ManageError::taken("user", &name));
            }
            let user = lock_user(conn, app, &username)?;
            match change_username::rename(conn, app, user.id, &name)? {
                ChangeUsername::Done => {}
                ChangeUsername::Unchanged => return Ok(()),
                _ => return Err(ManageError::taken("user", &name)),
            }
            shared::end_of_user(conn, app, user.id, None)?;
            Ok(())
        })
        .await
    }

    /// Deletes a subscription of a user, all rows of that name; `false` when there is none.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn delete_user_subscription(
        &self,
        app: &App,
        username: &str,
        subscription: String,
    ) -> Result<bool, ManageError> {
        self.with_user(app, username, move |conn, app, user| {
            Ok(user_subscriptions::delete(conn, app, user.id, Deleted::Named(&subscription))? > 0)
        })
        .await
    }

    /// Pauses what all users have left of a subscription; `false` when none runs.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pause_subscription(&self, app: &App, name: String) -> Result<bool, ManageError> {
        let (id, wanted, now) = (app.id, name.clone(), self.clock.now());
        let any = move |conn: &mut Conn<'_>| user_subscriptions::any(conn, id, &wanted, false, now);
        if !self.store.db().read(any).await? {
            return Ok(false);
        }
        let pause = Pause { subscription: Some(name), by_app: false };
        self.change_all(id, Change::Pause(pause)).await?;
        Ok(true)
    }

    /// Lets a paused subscription of all users go on; `false` when none is paused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unpause_subscription(&self, app: &App, name: String) -> Result<bool, ManageError> {
        let (id, wanted, now) = (app.id, name.clone(), self.clock.now());
        let any = move |conn: &mut Conn<'_>| user_subscriptions::any(conn, id, &wanted, true, now);
        if !self.store.db().read(any).await? {
            return Ok(false);
        }
        let pause = Pause { subscription: Some(name), by_app: false };
        self.change_all(id, Change::Unpause(pause)).await?;
        Ok(true)
    }

    /// Deletes all users with all that hangs on them; their sessions end. `false` when there were none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_users(&self, app: &App) -> Result<bool, ManageError> {
        self.change_users(app.id, None, Change::DeleteUsers).await
    }

    /// Deletes users none of whose subscriptions runs or is paused. `false` when there were none of these.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_expired_users(&self, app: &App) -> Result<bool, ManageError> {
        self.change_users(app.id, Some(self.clock.now()), Change::DeleteExpiredUsers).await
    }

    /// Forgets the devices of all users; their sessions end. `false` when there are none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset_all_hwids(&self, app: &App) -> Result<bool, ManageError> {
        self.change_users(app.id, None, Change::ResetUsers).await
    }

    /// Whether an application has users.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_users(&self, app: &App) -> Result<bool, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| users::any(conn, app, None)).await?)
    }

    async fn change_users(
        &self,
        app: i64,
        expired_at: Option<i64>,
        change: Change,
    ) -> Result<bool, ManageError> {
        if !self.store.db().read(move |conn| users::any(conn, app, expired_at)).await? {
            return Ok(false);
        }
        self.change_all(app, change).await?;
        Ok(true)
    }
}

/// Days, decimals allowed, as seconds; some negative number for a time that is over. `None` for what is no number, or too
/// long.
pub fn signed_days(text: &str) -> Option<i64> {
    match text.parse::<f64>().ok().filter(|days| days.is_finite())? {
        0.0 => Some(0),
        days if days < 0.0 => Some(-1),
        _ => days_to_seconds(text),
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
    let row = NewUser {
        username: &new.username,
        password,
        hwids: None,
        email_hash: None,
        ip: None,
        owner: &new.owner,
        any_device: new.any_device,
        created: now,
        last_login: None,
    };
    let Some(user) = users::insert(conn, app, &row)? else { return Ok(AddUser::Taken) };
    tokens::insert(conn, app, token, tokens::USER, &new.username)?;
    let expires = now.saturating_add(new.seconds.min(SECONDS_MAX));
    user_subscriptions::insert(conn, app, user, &new.subscription, expires, None)?;
    Ok(AddUser::Done)
}
