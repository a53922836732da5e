//! Variables of an application.

use claviger_store::{
    Conn,
    variables::{self, Variable},
};

use super::{
    ManageError,
    checks::{check_name, check_text, either_name, must_be_new, must_exist},
};
use crate::{App, Service};

/// Longest name in bytes.
pub(crate) const NAME_MAX: usize = 49;
/// Longest value in bytes.
pub(crate) const VALUE_MAX: usize = 1000;
const VALUE: &str = "the value of a variable";

/// Variables that are looked at in one transaction.
const SLICE: i64 = 1000;
/// Variables that are looked at for one page.
const LOOKED_MAX: usize = 20_000;

/// Some variables of an application.
#[derive(Clone, Debug, Default)]
pub struct VariablePage {
    /// In the order of the alphabet.
    pub rows: Vec<Variable>,
    /// After which name to go on, where there may be more.
    pub next: Option<String>,
}

impl Service {
    /// The variables of an application, in the order of the alphabet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn variables(&self, app: &App) -> Result<Vec<Variable>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| variables::all(conn, app)).await?)
    }

    /// Variables after a name with a text in name or value, in any case; at most `limit`. Very many are looked at in
    /// several pages, so that one may hold fewer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn variable_page(
        &self,
        app: &App,
        text: &str,
        after: &str,
        limit: usize,
    ) -> Result<VariablePage, ManageError> {
        let (app, text) = (app.id, text.to_lowercase());
        let holds = |found: &Variable| {
            text.is_empty()
                || found.name.to_lowercase().contains(&text)
                || found.value.to_lowercase().contains(&text)
        };
        let size = if text.is_empty() { limit as i64 + 1 } else { SLICE };
        let (mut page, mut looked, mut last) = (VariablePage::default(), 0, after.to_owned());
        while looked < LOOKED_MAX {
            let from = last.clone();
            let slice = self.store.db().read(move |conn| variables::page(conn, app, &from, size)).await?;
            let whole = (slice.len() as i64) < size;
            looked += slice.len();
            for found in slice {
                if page.rows.len() == limit && holds(&found) {
                    page.next = page.rows.last().map(|row| row.name.clone());
                    return Ok(page);
                }
                last.clone_from(&found.name);
                if holds(&found) {
                    page.rows.push(found);
                }
            }
            if whole {
                return Ok(page);
            }
        }
        page.next = Some(last);
        Ok(page)
    }

    /// A variable.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn vendor_variable(&self, app: &App, name: &str) -> Result<Option<Variable>, ManageError> {
        let (app, name) = (app.id, name.to_owned());
        Ok(self.store.db().read(move |conn| variables::get(conn, app, &name)).await?)
    }

    /// Deletes variables by their exact names; returns how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_variables(&self, app: &App, names: Vec<String>) -> Result<usize, ManageError> {
        let app = app.id;
        let deleted = self.manage(move |conn| {
            let mut deleted = 0;
            for name in &names {
                deleted += usize::from(variables::delete(conn, app, name)?);
            }
            Ok(deleted)
        });
        let deleted = deleted.await?;
        self.renew_catalog().await?;
        Ok(deleted)
    }

    /// Adds a variable.
    ///
    /// # Errors
    /// When it is too long, its name is taken, or the database fails.
    pub async fn add_variable(&self, app: &App, new: Variable) -> Result<(), ManageError> {
        let new = kept(&new)?;
        let app = app.id;
        let add = move |conn: &mut Conn<'_>| {
            must_be_new(variables::insert(conn, app, &new)?, "variable", &new.name)
        };
        self.manage(add).await?;
        Ok(self.renew_catalog().await?)
    }

    /// Sets a variable, new or not.
    ///
    /// # Errors
    /// When it is too long, or the database fails.
    pub async fn put_variable(&self, app: &App, new: Variable) -> Result<(), ManageError> {
        let new = kept(&new)?;
        let app = app.id;
        self.manage(move |conn| {
            if !variables::update(conn, app, &new)? {
                variables::insert(conn, app, &new)?;
            }
            Ok(())
        })
        .await?;
        Ok(self.renew_catalog().await?)
    }

    /// Changes the value of a variable, and for whom it is, if that is given.
    ///
    /// # Errors
    /// When there is none of that name, the value is too long, or the database fails.
    pub async fn edit_variable(
        &self,
        app: &App,
        name: &str,
        value: &str,
        authed: Option<bool>,
    ) -> Result<(), ManageError> {
        let (app, name, value) = (app.id, name.to_owned(), value.to_owned());
        self.manage(move |conn| {
            let found = either_name(&name, |name| {
                let Some(found) = variables::get(conn, app, name)? else { return Ok(false) };
                let value = check_text(VALUE, &value, VALUE_MAX)?;
                let new = Variable { name: found.name, value, authed: authed.unwrap_or(found.authed) };
                Ok::<_, ManageError>(variables::update(conn, app, &new)?)
            });
            must_exist(found?, "variable", &name)
        })
        .await?;
        Ok(self.renew_catalog().await?)
    }

    /// Deletes all variables; `false` when there are none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_variables(&self, app: &App) -> Result<bool, ManageError> {
        let app = app.id;
        let deleted = self.manage(move |conn| Ok(variables::clear(conn, app)?)).await?;
        self.renew_catalog().await?;
        Ok(deleted > 0)
    }

    /// Deletes a variable.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn delete_variable(&self, app: &App, name: &str) -> Result<(), ManageError> {
        let (app, wanted) = (app.id, name.to_owned());
        let delete =
            move |conn: &mut Conn<'_>| either_name(&wanted, |name| variables::delete(conn, app, name));
        let deleted = self.store.db().write(delete).await?;
        self.renew_catalog().await?;
        must_exist(deleted, "variable", name)
    }
}

/// A variable as it is kept.
fn kept(new: &Variable) -> Result<Variable, ManageError> {
    let name = check_name("the name of a variable", &new.name, NAME_MAX)?;
    let value = check_text(VALUE, &new.value, VALUE_MAX)?;
    Ok(Variable { name, value, authed: new.authed })
}
