//! Buttons of the web loader.

use claviger_store::buttons::{self, Button};

use super::{
    ManageError,
    checks::{check_length, must_be_new, must_exist},
};
use crate::{App, Service};

/// Longest value and longest label in bytes.
const TEXT_MAX: usize = 99;

impl Service {
    /// The buttons of an application, in the order of their values.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn buttons(&self, app: &App) -> Result<Vec<Button>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| buttons::all(conn, app)).await?)
    }

    /// Adds a button.
    ///
    /// # Errors
    /// When a value is unfit or taken, or the database fails.
    pub async fn add_button(&self, app: &App, new: Button) -> Result<(), ManageError> {
        check_length("the value of a button", &new.value, TEXT_MAX)?;
        check_length("the text of a button", &new.label, TEXT_MAX)?;
        if new.value.contains(char::is_whitespace) {
            return Err(ManageError::Unfit("the value of a button has no blanks".into()));
        }
        let app = app.id;
        self.manage(move |conn| must_be_new(buttons::insert(conn, app, &new)?, "button", &new.value)).await
    }

    /// Deletes a button.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn delete_button(&self, app: &App, value: &str) -> Result<(), ManageError> {
        let (app, value) = (app.id, value.to_owned());
        self.manage(move |conn| must_exist(buttons::delete(conn, app, &value)?, "button", &value)).await
    }

    /// Deletes all buttons; `false` when there are none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_buttons(&self, app: &App) -> Result<bool, ManageError> {
        let app = app.id;
        self.manage(move |conn| Ok(buttons::clear(conn, app)? > 0)).await
    }
}
