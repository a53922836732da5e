//! Subscriptions of one user or of all users of an application.

use claviger_domain::Term;
use claviger_store::{
    Conn, Range,
    bulk::{self, Change},
    report_counts::Kind,
    user_subscriptions::{self, Deleted, Extension, Pause, Standing, UserSubscription},
    users,
};

use super::{
    super::{ManageError, checks::lock_user},
    target::Target,
};
use crate::{
    App, Service,
    shared::{limits::RESERVED, pauses::app_paused},
};

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
            Ok(paused.rows() > 0)
        })
        .await
    }

    /// Lets a user's paused subscriptions go on, with the application while that is paused; `false` when none is paused, or
    /// only along with it.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn unpause_user(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        let (app, username, now) = (app.id, username.to_owned(), self.clock.now());
        self.manage(move |conn| {
            let paused = app_paused(conn, app)?;
            let users = Range::one(lock_user(conn, app, &username)?.id);
            let going = match paused {
                true => user_subscriptions::hand_over(conn, app, users, None, now)?,
                false => user_subscriptions::unpause(conn, app, users, &Pause::default(), now)?,
            };
            Ok(going.rows() > 0)
        })
        .await
    }

    /// Pauses one subscription of a user, all rows of that name, or lets it go on as [`Service::unpause_user`]; `false` when
    /// nothing of that name runs, or is paused.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn pause_user_subscription(
        &self,
        app: &App,
        username: &str,
        subscription: String,
        paused: bool,
    ) -> Result<bool, ManageError> {
        let (app, username, now) = (app.id, username.to_owned(), self.clock.now());
        self.manage(move |conn| {
            let app_paused = app_paused(conn, app)?;
            let users = Range::one(lock_user(conn, app, &username)?.id);
            let pause = Pause { subscription: Some(subscription.clone()), by_app: false };
            let changed = match (paused, app_paused) {
                (true, _) => user_subscriptions::pause(conn, app, users, &pause, now)?,
                (false, true) => user_subscriptions::hand_over(conn, app, users, Some(&subscription), now)?,
                (false, false) => user_subscriptions::unpause(conn, app, users, &pause, now)?,
            };
            Ok(changed.rows() > 0)
        })
        .await
    }

    /// Prolongs a subscription of a user or of all, where it runs or is paused; unless `active_only`, those without it get
    /// it. `false` when nothing was there to prolong.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn extend(
        &self,
        app: &App,
        target: Target,
        subscription: String,
        term: Term,
        active_only: bool,
    ) -> Result<bool, ManageError> {
        let (id, now) = (app.id, self.clock.now());
        match target {
            Target::User(username) => {
                let extend = self.manage(move |conn| {
                    let with = Extension { term, active_only, app_paused: app_paused(conn, id)? };
                    let users = Range::one(lock_user(conn, id, &username)?.id);
                    Ok(user_subscriptions::extend(conn, id, users, &subscription, with, now)?.rows() > 0)
                });
                let extended = extend.await?;
                if extended {
                    app.tally.count(Kind::Renewed, "");
                }
                Ok(extended)
            }
            Target::All => {
                let name = subscription.clone();
                let any = self.store.db().read(move |conn| {
                    Ok::<_, ManageError>((users::any(conn, id, None)?, runs_or_waits(conn, id, &name, now)?))
                });
                let (users, active) = any.await?;
                if !users {
                    return Err(ManageError::unknown("user", RESERVED));
                }
                if active_only && !active {
                    return Ok(false);
                }
                self.change_all_by(id, move |app_paused| Change::Extend {
                    subscription,
                    with: Extension { term, active_only, app_paused },
                })
                .await?;
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
                    Ok(user_subscriptions::subtract(conn, app, users, &subscription, seconds, now)?.rows()
                        > 0)
                })
                .await
            }
            Target::All => {
                let (id, name) = (app.id, subscription.clone());
                let any = move |conn: &mut Conn<'_>| runs_or_waits(conn, id, &name, now);
                if !self.store.db().read(any).await? {
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
        let any = move |conn: &mut Conn<'_>| may_be(conn, id, &wanted, Standing::Running, now);
        if !self.store.db().read(any).await? {
            return Ok(false);
        }
        let pause = Pause { subscription: Some(name), by_app: false };
        self.change_all(id, Change::Pause(pause)).await?;
        Ok(true)
    }

    /// Lets a paused subscription of all users go on, as [`Service::unpause_user`]; `false` when none is paused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unpause_subscription(&self, app: &App, name: String) -> Result<bool, ManageError> {
        let (id, wanted, now) = (app.id, name.clone(), self.clock.now());
        // What waits with the application goes on with it.
        let paused = if app.settings.paused { Standing::PausedByVendor } else { Standing::Paused };
        let any = move |conn: &mut Conn<'_>| may_be(conn, id, &wanted, paused, now);
        if !self.store.db().read(any).await? {
            return Ok(false);
        }
        self.change_all_by(id, |app_paused| match app_paused {
            true => Change::HandOver(name),
            false => Change::Unpause(Pause { subscription: Some(name), by_app: false }),
        })
        .await?;
        Ok(true)
    }
}

fn runs_or_waits(conn: &mut Conn<'_>, app: i64, name: &str, now: i64) -> Result<bool, ManageError> {
    Ok(may_be(conn, app, name, Standing::Running, now)?
        || user_subscriptions::any(conn, app, name, Standing::Paused, now)?)
}

/// Whether any user has such a subscription, or may have once what was decided before is carried out.
fn may_be(
    conn: &mut Conn<'_>,
    app: i64,
    name: &str,
    standing: Standing,
    now: i64,
) -> Result<bool, ManageError> {
    Ok(user_subscriptions::any(conn, app, name, standing, now)? || bulk::any_pending(conn, app)?)
}
