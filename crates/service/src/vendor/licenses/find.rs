//! Looking licenses up.

pub use claviger_store::licenses::LicenseFilter;
use claviger_store::{
    Conn,
    licenses::{self, License},
    users::{self, User},
};

use super::super::ManageError;
use crate::{App, Service};

impl Service {
    /// Licenses after number `after`, at most `limit`, in the order of their numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn licenses_page(
        &self,
        app: i64,
        filter: LicenseFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<License>, ManageError> {
        let page = move |conn: &mut Conn<'_>| licenses::page(conn, app, &filter, after, limit);
        Ok(self.store.db().read(page).await?)
    }

    /// A license.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn find_license(&self, app: &App, key: &str) -> Result<License, ManageError> {
        let (app, key) = (app.id, key.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            licenses::by_key(conn, app, &key)?.ok_or_else(|| ManageError::unknown("license", &key))
        };
        self.store.db().read(find).await
    }

    /// The first license that a user used.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn license_of_user(&self, app: &App, username: &str) -> Result<License, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            let first = match users::by_name(conn, app, &username)? {
                Some(user) => licenses::first_of_user(conn, app, user.id)?,
                None => None,
            };
            first.ok_or_else(|| ManageError::unknown("license", &username))
        };
        self.store.db().read(find).await
    }

    /// The user who used a license, if there is one still.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_of_license(&self, app: &App, license: &License) -> Result<Option<User>, ManageError> {
        let Some(user) = license.user else { return Ok(None) };
        let app = app.id;
        Ok(self.store.db().read(move |conn| users::by_id(conn, app, user)).await?)
    }
}

/// Finds the user who used a license, and keeps others from changing the user until the end of the transaction.
pub(super) fn user_of(conn: &mut Conn<'_>, app: i64, license: &License) -> Result<Option<User>, ManageError> {
    let Some(user) = license.user else { return Ok(None) };
    Ok(users::lock(conn, app, user)?)
}

/// Finds a license, and keeps others from using it until the end of the transaction.
pub(super) fn lock(conn: &mut Conn<'_>, app: i64, key: &str) -> Result<License, ManageError> {
    licenses::lock_by_key(conn, app, key)?.ok_or_else(|| ManageError::unknown("license", key))
}
