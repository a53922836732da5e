//! Counts that sellers ask for.

use claviger_domain::AccountRole;
use claviger_store::{Conn, StoreError, accounts, files, licenses, variables, webhooks};

use crate::{App, SellerStats, Service, ServiceError};

impl Service {
    /// Counts what a seller manages; current, or half a minute old at most where there is very much.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_stats(&self, app: &App) -> Result<SellerStats, ServiceError> {
        let count = async |large| self.count_for_seller(app.id, large).await;
        Ok(*self.seller_stats.get_or_count(app.id, self.clock(), count).await?)
    }

    async fn count_for_seller(&self, id: i64, large: bool) -> Result<SellerStats, ServiceError> {
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
        self.count_of(id, large, count).await
    }
}
