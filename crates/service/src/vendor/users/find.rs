//! Looking users of an application up.

use claviger_store::{
    Conn, StoreError,
    user_subscriptions::{self, UserSubscription},
    users::{self, User},
    variables::{self, UserVariable},
};

use super::super::{ManageError, checks::lock_user};
use crate::{App, Service, shared::limits::TOKEN_BYTES};

/// A user with what hangs on the user.
#[derive(Clone, Debug)]
pub struct UserDetails {
    /// The user.
    pub user: User,
    /// Subscriptions, oldest first, also those that have ended.
    pub subscriptions: Vec<UserSubscription>,
    /// Variables, in the order of the alphabet.
    pub variables: Vec<UserVariable>,
}

impl Service {
    /// Users after number `after`, at most `limit`, in the order of their numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn users_page(&self, app: i64, after: i64, limit: i64) -> Result<Vec<User>, ManageError> {
        Ok(self.store.db().read(move |conn| users::page(conn, app, after, limit)).await?)
    }

    /// A user with subscriptions and variables.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn user(&self, app: &App, username: &str) -> Result<UserDetails, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        let read = move |conn: &mut Conn<'_>| {
            let user = users::by_name(conn, app, &username)?;
            let user = user.ok_or_else(|| ManageError::unknown("user", &username))?;
            let subscriptions = user_subscriptions::of_user(conn, app, user.id)?;
            let variables = variables::all_of_user(conn, app, user.id)?;
            Ok::<_, ManageError>(UserDetails { user, subscriptions, variables })
        };
        self.store.db().read(read).await
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

    /// Whether an application has users.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_users(&self, app: &App) -> Result<bool, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| users::any(conn, app, None)).await?)
    }

    /// A value that stands for a user and changes with the password; nobody can guess it.
    pub fn user_token(&self, app: &App, user: &User) -> String {
        let state = user.password.as_deref().unwrap_or_default();
        let text = format!("{}\0{}\0{}\0{state}", app.id, user.id, user.created);
        let mut token = self.vault.keyed_hash("user-token", &text);
        token.truncate(2 * TOKEN_BYTES);
        token
    }

    /// Runs a change of a user, who is locked.
    pub(crate) async fn with_user<T: Send + 'static>(
        &self,
        app: &App,
        username: &str,
        change: impl FnOnce(&mut Conn<'_>, i64, &User) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            Ok(change(conn, app, &user)?)
        })
        .await
    }
}
