//! Variables, as programs use them. What the vendor does with them is in [`crate::vendor`].

use std::sync::Arc;

use claviger_store::{
    Conn, StoreError, catalog,
    variables::{self, UserVariable, Variable},
};

use crate::{App, Service, ServiceError};

/// What came of setting a user's variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetVariable {
    /// It has the value.
    Done,
    /// Programs may not change it.
    ReadOnly,
    /// The user has as many as programs may make.
    TooMany,
}

/// Variables of one user that programs may make.
const USER_VARIABLES_MAX: i64 = 1000;

impl Service {
    /// A variable of an application; held in memory as the application is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn variable(&self, app: &App, name: &str) -> Result<Option<Arc<Variable>>, ServiceError> {
        if let Some(variable) = self.catalog.variable(app.id, name) {
            return Ok(Some(variable));
        }
        let (id, wanted) = (app.id, name.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((catalog::version(conn)?, variables::get(conn, id, &wanted)?))
        };
        let (version, found) = self.store.db().read(find).await?;
        let Some(variable) = found.map(Arc::new) else { return Ok(None) };
        self.catalog.add_variable(version, app.id, variable.clone());
        Ok(Some(variable))
    }

    /// A variable of a user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_variable(
        &self,
        app: &App,
        user: i64,
        name: &str,
    ) -> Result<Option<String>, ServiceError> {
        let (app, name) = (app.id, name.to_owned());
        let find = move |conn: &mut Conn<'_>| variables::lock_of_user(conn, app, user, &name);
        Ok(self.store.db().read(find).await?.map(|variable| variable.value))
    }

    /// Sets a variable of a user, as a program does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_user_variable(
        &self,
        app: &App,
        user: i64,
        name: String,
        value: String,
    ) -> Result<SetVariable, ServiceError> {
        let app = app.id;
        let set = move |conn: &mut Conn<'_>| {
            match variables::lock_of_user(conn, app, user, &name)? {
                Some(variable) if variable.read_only => return Ok::<_, StoreError>(SetVariable::ReadOnly),
                None if variables::count_of_user(conn, app, user)? >= USER_VARIABLES_MAX => {
                    return Ok(SetVariable::TooMany);
                }
                _ => {}
            }
            variables::set_of_user(conn, app, user, &UserVariable { name, value, read_only: false })?;
            Ok(SetVariable::Done)
        };
        Ok(self.store.db().write(set).await?)
    }
}
