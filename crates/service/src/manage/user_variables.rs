//! Variables of users.

use claviger_store::variables::{self, UserVariable};

use super::{ManageError, check_length, lock_user, must_exist};
use crate::{App, Service};

/// Longest name in bytes.
const NAME_MAX: usize = 99;
/// Longest value in bytes.
const VALUE_MAX: usize = 500;

impl Service {
    /// Sets a variable of a user, new or not.
    ///
    /// # Errors
    /// When it is too long, there is no such user, or the database fails.
    pub async fn put_user_variable(
        &self,
        app: &App,
        username: &str,
        new: UserVariable,
    ) -> Result<(), ManageError> {
        check_length("the name of a variable", &new.name, NAME_MAX)?;
        check_length("the value of a user's variable", &new.value, VALUE_MAX)?;
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            Ok(variables::set_of_user(conn, app, user.id, &new)?)
        })
        .await
    }

    /// Deletes a variable of a user.
    ///
    /// # Errors
    /// When there is no such user or variable, or the database fails.
    pub async fn delete_user_variable(
        &self,
        app: &App,
        username: &str,
        name: &str,
    ) -> Result<(), ManageError> {
        let (app, username, name) = (app.id, username.to_owned(), name.to_owned());
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            must_exist(variables::delete_of_user(conn, app, user.id, &name)?, "variable", &name)
        })
        .await
    }
}
