//! What a customer sees of what they have.

use claviger_store::{
    Conn, StoreError,
    panel::sign_ins::{self, SignIn},
    sessions::shared::{self, OfUser},
    user_subscriptions,
};

use super::{customer::Customer, lasting::since};
use crate::{Service, ServiceError};

/// Sessions that are shown, the newest ones.
const SESSIONS_SHOWN: i64 = 50;
/// Subscriptions that are shown.
const SUBSCRIPTIONS_SHOWN: usize = 200;

/// A subscription, as it is shown to its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Its name.
    pub name: String,
    /// Seconds that are left; [`claviger_domain::NEVER`] or more: without end; 0: it has ended.
    pub left: i64,
    /// Unix second when it ends, or has ended; `None` while no time runs.
    pub ends: Option<i64>,
    /// Whether it is paused.
    pub paused: bool,
}

/// What a customer has.
#[derive(Clone, Debug)]
pub struct Home {
    /// Subscriptions, those that run first.
    pub subscriptions: Vec<Running>,
    /// Sessions of programs, the newest first.
    pub sessions: Vec<OfUser>,
    /// Browsers that are signed in here, the one seen last first.
    pub browsers: Vec<SignIn>,
}

impl Service {
    /// What a customer has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn customer_home(&self, customer: &Customer) -> Result<Home, ServiceError> {
        let (app, user, now) = (customer.app, customer.user, self.clock.now());
        let look = move |conn: &mut Conn<'_>| {
            let mut subscriptions: Vec<Running> = user_subscriptions::of_user(conn, app, user)?
                .into_iter()
                .map(|one| Running {
                    left: one.state().left(now),
                    ends: (!one.paused).then_some(one.expires),
                    paused: one.paused,
                    name: one.subscription,
                })
                .collect();
            subscriptions.sort_by_key(|one| one.left == 0);
            subscriptions.truncate(SUBSCRIPTIONS_SHOWN);
            Ok::<_, StoreError>(Home {
                subscriptions,
                sessions: shared::newest_of_user(conn, app, user, now, SESSIONS_SHOWN)?,
                browsers: sign_ins::of_user(conn, app, user, since(now))?,
            })
        };
        Ok(self.store.db().read(look).await?)
    }
}
