//! Variables of users.

use claviger_store::{
    Conn,
    bulk::Change,
    variables::{self, OwnedVariable, UserVariable},
};

use super::{
    super::{
        ManageError,
        checks::{check_name, check_text, either_name, lock_user, must_exist},
    },
    target::Target,
};
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
        let new = kept(&new)?;
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            Ok(variables::set_of_user(conn, app, user.id, &new)?)
        })
        .await
    }

    /// Sets a variable of a user or of all, new or not.
    ///
    /// # Errors
    /// When it is too long, there is no such user or none at all, or the database fails.
    pub async fn set_variable_of(
        &self,
        app: &App,
        target: Target,
        new: UserVariable,
    ) -> Result<(), ManageError> {
        match target {
            Target::User(username) => self.put_user_variable(app, &username, new).await,
            Target::All if self.has_users(app).await? => {
                Ok(self.change_all(app.id, Change::SetVariable(kept(&new)?)).await?)
            }
            Target::All => Err(ManageError::unknown("user", "all")),
        }
    }

    /// Deletes the variable of a name of all users; `false` when none has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_variable_of_all(&self, app: &App, name: String) -> Result<bool, ManageError> {
        let (app, wanted) = (app.id, name.clone());
        if !self.store.db().read(move |conn| variables::any_of_users(conn, app, &wanted)).await? {
            return Ok(false);
        }
        self.change_all(app, Change::DeleteVariable(name)).await?;
        Ok(true)
    }

    /// Variables of users after the one named `after`, which is the user's number, a colon and the variable's name;
    /// at most `limit`, by number of the user and name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn variables_of_users(
        &self,
        app: i64,
        after: &str,
        limit: i64,
    ) -> Result<Vec<OwnedVariable>, ManageError> {
        let (user, name) = after.split_once(':').unwrap_or(("0", ""));
        let (user, name) = (user.parse().unwrap_or(0), name.to_owned());
        let page = move |conn: &mut Conn<'_>| variables::page_of_users(conn, app, (user, &name), limit);
        Ok(self.store.db().read(page).await?)
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
            let found = either_name(&name, |name| variables::delete_of_user(conn, app, user.id, name))?;
            must_exist(found, "variable", &name)
        })
        .await
    }
}

/// A variable as it is kept.
pub(crate) fn kept(new: &UserVariable) -> Result<UserVariable, ManageError> {
    let name = check_name("the name of a variable", &new.name, NAME_MAX)?;
    let value = check_text("the value of a user's variable", &new.value, VALUE_MAX)?;
    Ok(UserVariable { name, value, read_only: new.read_only })
}
