//! Counts that sellers ask for.

use claviger_domain::AccountRole;
use claviger_store::{Conn, StoreError, accounts, files, licenses, variables, webhooks};

use crate::{App, Service, ServiceError};

/// Counts of an application, as sellers see them.
#[derive(Clone, Copy, Debug)]
pub struct SellerStats {
    /// License keys by status.
    pub licenses: licenses::LicenseCounts,
    /// Webhooks.
    pub webhooks: i64,
    /// Files.
    pub files: i64,
    /// Variables of the application.
    pub variables: i64,
    /// Accounts of resellers.
    pub resellers: i64,
    /// Accounts of managers.
    pub managers: i64,
}

impl Service {
    /// Counts what a seller manages; always current.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_stats(&self, app: &App) -> Result<SellerStats, ServiceError> {
        let id = app.id;
        let count = move |conn: &mut Conn<'_>| {
            let team = accounts::all(conn, id)?;
            let of_role = |role| team.iter().filter(|account| account.role == role).count() as i64;
            Ok::<_, StoreError>(SellerStats {
                licenses: licenses::counts(conn, id)?,
                webhooks: webhooks::count(conn, id)?,
                files: files::count(conn, id)?,
                variables: variables::count(conn, id)?,
                resellers: of_role(AccountRole::Reseller),
                managers: of_role(AccountRole::Manager),
            })
        };
        Ok(self.store.db().read(count).await?)
    }
}
