//! Deleting licenses.

use claviger_domain::LicenseStatus;
use claviger_store::{
    Conn, Range,
    bulk::Change,
    licenses::{self, License},
    user_subscriptions::{self, Deleted},
    users,
};

use super::{super::ManageError, find::user_of};
use crate::{App, Service};

impl Service {
    /// Deletes licenses with their tokens and the subscriptions that they brought; with `users_too` their users as well.
    /// Returns how many licenses there were.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_licenses(
        &self,
        app: &App,
        keys: Vec<String>,
        users_too: bool,
    ) -> Result<usize, ManageError> {
        let app = app.id;
        self.manage(move |conn| {
            let mut deleted = 0;
            for key in &keys {
                if let Some(license) = licenses::lock_by_key(conn, app, key)? {
                    delete_one(conn, app, &license, users_too)?;
                    deleted += 1;
                }
            }
            Ok(deleted)
        })
        .await
    }

    /// Deletes all licenses, or all of a status, with their tokens. Users stay. `false` when there were none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete_all_licenses(
        &self,
        app: &App,
        status: Option<LicenseStatus>,
    ) -> Result<bool, ManageError> {
        let app = app.id;
        if !self.store.db().read(move |conn| licenses::any(conn, app, status)).await? {
            return Ok(false);
        }
        self.change_all(app, Change::DeleteLicenses(status)).await?;
        Ok(true)
    }
}

/// Deletes a license that is locked.
pub(in crate::vendor) fn delete_one(
    conn: &mut Conn<'_>,
    app: i64,
    license: &License,
    user_too: bool,
) -> Result<(), ManageError> {
    if let Some(user) = user_of(conn, app, license)? {
        user_subscriptions::delete(conn, app, user.id, Deleted::FromLicense(&license.key))?;
        if user_too {
            users::delete_range(conn, app, Range::one(user.id))?;
        }
    }
    licenses::delete_range(conn, app, Range::one(license.id), None)?;
    Ok(())
}
