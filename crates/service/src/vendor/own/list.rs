//! What a reseller made, and the users whom it made.

use claviger_store::{
    Conn, StoreError,
    own::{self, OwnFilter, OwnPage},
    user_subscriptions::{self, UserSubscription},
    users::{self, User},
};

use crate::{App, Service, ServiceError, people::Person};

/// Somebody whom a license of a reseller made.
#[derive(Clone, Debug)]
pub struct OwnUser {
    /// The user.
    pub user: User,
    /// Subscriptions, oldest first.
    pub subscriptions: Vec<UserSubscription>,
}

impl Service {
    /// The licenses that a person made, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_licenses(
        &self,
        app: &App,
        person: &Person,
        filter: OwnFilter,
        limit: i64,
    ) -> Result<OwnPage, ServiceError> {
        let (app, maker) = (app.id, person.id.number());
        Ok(self.store.db().read(move |conn| own::page(conn, app, maker, &filter, limit)).await?)
    }

    /// Users whom licenses of a person made, after number `after`, at most `limit`; and where the next page begins.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_users(
        &self,
        app: &App,
        person: &Person,
        after: i64,
        limit: i64,
    ) -> Result<(Vec<OwnUser>, Option<i64>), ServiceError> {
        let (app, maker) = (app.id, person.id.number());
        let find = move |conn: &mut Conn<'_>| {
            let mut numbers = own::users(conn, app, maker, after, limit + 1)?;
            let more = i64::try_from(numbers.len()).is_ok_and(|count| count > limit);
            if more {
                numbers.pop();
            }
            let next = numbers.last().copied().filter(|_| more);
            let mut found = Vec::new();
            for number in numbers {
                let Some(user) = users::by_id(conn, app, number)? else { continue };
                let subscriptions = user_subscriptions::of_user(conn, app, number)?;
                found.push(OwnUser { user, subscriptions });
            }
            Ok::<_, StoreError>((found, next))
        };
        Ok(self.store.db().read(find).await?)
    }
}
