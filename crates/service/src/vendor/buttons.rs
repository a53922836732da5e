//! Buttons of the web loader.

use claviger_store::buttons::{self, Button};

use super::{
    ManageError,
    checks::{check_line, check_name, either_name, must_be_new, must_exist},
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

    /// Buttons after a value, at most `limit`, in the order of their values.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn button_page(&self, app: &App, after: &str, limit: i64) -> Result<Vec<Button>, ManageError> {
        let (app, after) = (app.id, after.to_owned());
        Ok(self.store.db().read(move |conn| buttons::page(conn, app, &after, limit)).await?)
    }

    /// Adds a button.
    ///
    /// # Errors
    /// When a value is unfit or taken, or the database fails.
    pub async fn add_button(&self, app: &App, new: Button) -> Result<(), ManageError> {
        let new = check_button(&new)?;
        let app = app.id;
        self.manage(move |conn| must_be_new(buttons::insert(conn, app, &new)?, "button", &new.value)).await
    }

    /// Deletes a button.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn delete_button(&self, app: &App, value: &str) -> Result<(), ManageError> {
        let (app, value) = (app.id, value.to_owned());
        self.manage(move |conn| {
            let found = either_name(&value, |value| buttons::delete(conn, app, value))?;
            must_exist(found, "button", &value)
        })
        .await
    }

    /// Deletes buttons by their exact values; returns how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_buttons(&self, app: &App, values: Vec<String>) -> Result<usize, ManageError> {
        let app = app.id;
        self.manage(move |conn| {
            let mut deleted = 0;
            for value in &values {
                deleted += usize::from(buttons::delete(conn, app, value)?);
            }
            Ok(deleted)
        })
        .await
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

/// A button as it is kept.
pub(crate) fn check_button(new: &Button) -> Result<Button, ManageError> {
    let value = check_name("the value of a button", &new.value, TEXT_MAX)?;
    if value.contains(char::is_whitespace) {
        return Err(ManageError::Unfit("the value of a button has no blanks".into()));
    }
    Ok(Button { value, label: check_line("the text of a button", &new.label, TEXT_MAX)? })
}
