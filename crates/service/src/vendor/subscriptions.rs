//! Subscriptions that an application offers.

use std::sync::Arc;

use claviger_store::{
    Conn,
    subscriptions::{self, Subscription},
    user_subscriptions,
};

use super::{
    ManageError,
    checks::{check_line, check_name, either_name, must_be_new, must_exist},
    new_licenses::LEVEL_MAX,
};
use crate::{App, Service, ServiceError, shared::figures::SubscriberCounts};

/// Longest name in bytes.
pub(crate) const NAME_MAX: usize = 49;

impl Service {
    /// How many users have what; at most half a minute old, and current where counting is quick.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn subscriber_counts(&self, app: &App) -> Result<Arc<SubscriberCounts>, ServiceError> {
        let (id, now) = (app.id, self.clock.now());
        let count = async |large| {
            let count = move |conn: &mut Conn<'_>| user_subscriptions::counts(conn, id, now);
            self.count_of(id, large, count).await.map(SubscriberCounts::new)
        };
        self.subscribers.get_or_count(id, self.clock(), count).await
    }

    /// The subscriptions of an application, in the order of their making.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn subscriptions(&self, app: &App) -> Result<Vec<Subscription>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| subscriptions::all(conn, app)).await?)
    }

    /// Subscriptions behind the first `skip`, at most `limit`, in the order of their making.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn subscription_page(
        &self,
        app: &App,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<Subscription>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| subscriptions::page(conn, app, skip, limit)).await?)
    }

    /// A subscription that an application offers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn subscription(&self, app: &App, name: &str) -> Result<Option<Subscription>, ManageError> {
        let (app, name) = (app.id, name.to_owned());
        Ok(self.store.db().read(move |conn| subscriptions::get(conn, app, &name)).await?)
    }

    /// Adds a subscription. Licenses of its level bring it from now on.
    ///
    /// # Errors
    /// When a value is unfit, the name is taken, or the database fails.
    pub async fn add_subscription(&self, app: &App, new: Subscription) -> Result<(), ManageError> {
        let name = check_name("the name of a subscription", &new.name, NAME_MAX)?;
        let new = Subscription { name, level: check_level(&new.level)? };
        let app = app.id;
        self.manage(move |conn| {
            must_be_new(subscriptions::insert(conn, app, &new.name, &new.level)?, "subscription", &new.name)
        })
        .await
    }

    /// Gives a subscription another level.
    ///
    /// # Errors
    /// When the level is unfit, there is none of that name, or the database fails.
    pub async fn set_subscription_level(&self, app: &App, new: Subscription) -> Result<(), ManageError> {
        let new = Subscription { level: check_level(&new.level)?, ..new };
        let app = app.id;
        self.manage(move |conn| {
            let found = either_name(&new.name, |name| subscriptions::set_level(conn, app, name, &new.level))?;
            must_exist(found, "subscription", &new.name)
        })
        .await
    }

    /// Number of users' subscriptions of a name that run.
    ///
    /// # Errors
    /// When the application offers none of that name, or the database fails.
    pub async fn count_subscribers(&self, app: &App, name: &str) -> Result<i64, ManageError> {
        let (app, name, now) = (app.id, name.to_owned(), self.clock.now());
        let count = move |conn: &mut Conn<'_>| {
            let offered = subscriptions::all(conn, app)?.iter().any(|offered| offered.name == name);
            must_exist(offered, "subscription", &name)?;
            Ok::<_, ManageError>(user_subscriptions::count_running(conn, app, &name, now)?)
        };
        self.store.db().read(count).await
    }

    /// Deletes a subscription. What users have of it runs on.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn delete_subscription(&self, app: &App, name: &str) -> Result<(), ManageError> {
        let (app, name) = (app.id, name.to_owned());
        self.manage(move |conn| {
            let found = either_name(&name, |name| subscriptions::delete(conn, app, name))?;
            must_exist(found, "subscription", &name)
        })
        .await
    }
}

/// The level of a subscription as it is kept.
pub(crate) fn check_level(level: &str) -> Result<String, ManageError> {
    let level = check_line("a level", level, LEVEL_MAX)?;
    if level.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(level)
    } else {
        Err(ManageError::Unfit(format!("`{level}` is no level: write a number such as 1")))
    }
}
