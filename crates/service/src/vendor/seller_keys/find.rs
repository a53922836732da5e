//! Which application a seller key is for, and noting that it was used.

use std::sync::Arc;

use claviger_domain::ClientAddress;
use claviger_store::{Conn, StoreError, apps, catalog, seller_keys};

use crate::{App, SellerKey, Service, ServiceError, shared::vault::sha256};

impl Service {
    /// A seller key by its secret, with the application that it is for; `None` when there is none, or it has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_key(&self, secret: &str) -> Result<Option<Arc<SellerKey>>, ServiceError> {
        let hash = sha256(secret);
        let now = self.clock.now();
        if let Some(key) = self.catalog.seller_key(&hash, now) {
            return Ok(Some(key));
        }
        let find = move |conn: &mut Conn<'_>| {
            let version = catalog::version(conn)?;
            let Some(found) = seller_keys::by_hash(conn, &hash, now)? else { return Ok(None) };
            let app = apps::by_id(conn, found.app)?;
            Ok::<_, StoreError>(app.map(|app| (version, app, found)))
        };
        let Some((version, record, found)) = self.store.db().read(find).await? else { return Ok(None) };
        let app = Arc::new(App::open(&record, &self.vault)?.counted(&self.tallies));
        let key = Arc::new(SellerKey::open(app, found)?);
        self.catalog.add_seller_key(version, hash, key.clone());
        Ok(Some(key))
    }

    /// Notes that a key was used from an address. It is written later, with many others.
    pub fn note_key_use(&self, key: &SellerKey, ip: ClientAddress) {
        self.key_uses.note((key.app.id, key.id), ip, self.clock.now());
    }

    /// Writes when and from where keys were used last.
    ///
    /// # Errors
    /// When the database fails; what could not be written is kept for the next time.
    pub async fn write_key_uses(&self) -> Result<(), ServiceError> {
        let uses = self.key_uses.take();
        if uses.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<_> =
            uses.iter().map(|(&key, once)| (key, once.second, once.ip.to_string())).collect();
        // All nodes lock rows in one order.
        rows.sort_unstable();
        let write = move |conn: &mut Conn<'_>| {
            for ((app, id), second, ip) in &rows {
                seller_keys::used(conn, *app, *id, *second, ip)?;
            }
            Ok(())
        };
        let written = self.store.db().write::<_, StoreError, _>(write).await;
        if written.is_err() {
            self.key_uses.give_back(uses);
        }
        Ok(written?)
    }
}
