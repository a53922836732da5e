//! Subscriptions of one user or of all users of an application.

use claviger_domain::days_to_seconds;
use claviger_store::{
    Conn, Range,
    bulk::Change,
    user_subscriptions::{self, Deleted, Extension, Pause, UserSubscription},
    users,
};

use super::{super::ManageError, target::Target};
use crate::{App, Service, shared::limits::RESERVED};

/// Longest duration in seconds: a thousand years, which no sum overflows.
pub(super) const SECONDS_MAX: i64 = 31_536_000_000;

impl Service {
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
