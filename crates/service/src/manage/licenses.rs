//! Licenses of an application; [`Service::add_licenses`] makes them.

use claviger_store::{
    licenses::{self, License},
    tokens,
};

use super::{ManageError, check_length, check_reason};
use crate::{App, Service, accounts::NAME_MAX};

impl Service {
    /// Licenses after number `after`, at most `limit`, in the order of their numbers.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn licenses_page(
        &self,
        app: &App,
        after: i64,
        limit: i64,
    ) -> Result<Vec<License>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| licenses::page(conn, app, after, limit)).await?)
    }

    /// Bans a license and its token. Its user, if it has one, goes on.
    ///
    /// # Errors
    /// When there is none, the reason is too long, or the database fails.
    pub async fn ban_license(&self, app: &App, key: &str, reason: &str) -> Result<License, ManageError> {
        check_reason(reason)?;
        let (app, key, reason) = (app.id, key.to_owned(), reason.to_owned());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            licenses::ban(conn, app, license.id, &reason)?;
            tokens::set_banned(conn, app, tokens::LICENSE, &license.key, Some(&reason))?;
            Ok(license)
        })
        .await
    }

    /// Lifts the ban of a license and its token: it is used again if it has a user, else unused.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn unban_license(&self, app: &App, key: &str) -> Result<License, ManageError> {
        let (app, key) = (app.id, key.to_owned());
        self.manage(move |conn| {
            let license = lock(conn, app, &key)?;
            licenses::unban(conn, app, license.id)?;
            tokens::set_banned(conn, app, tokens::LICENSE, &license.key, None)?;
            Ok(license)
        })
        .await
    }
}

fn lock(conn: &mut claviger_store::Conn<'_>, app: i64, key: &str) -> Result<License, ManageError> {
    check_length("a license key", key, NAME_MAX)?;
    licenses::lock_by_key(conn, app, key)?.ok_or_else(|| ManageError::unknown("license", key))
}
