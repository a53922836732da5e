//! Which application a seller key is for, and noting that it was used.

use std::sync::Arc;

use claviger_domain::ClientAddress;
use claviger_store::{Conn, StoreError, apps, catalog, seller_keys};

use crate::{
    App, SellerKey, Service, ServiceError,
    shared::{
        alerts::{Alert, Alerted},
        attempts::{Attempt, Standing},
        catalog::SellerKeyHash,
        vault::sha256,
    },
};

/// Characters of a seller key.
const SECRET_LEN: usize = 32;
/// Guesses at keys are nobody's: which application a key is for is not known before it is found.
const KEYS: i64 = 0;

/// What came of a seller key that a request brought.
#[derive(Debug)]
pub enum FoundSellerKey {
    /// It is this one.
    Found(Arc<SellerKey>),
    /// There is none, or it has ended.
    Unknown,
    /// Too many unknown keys came from there; whether this one is right is not told. Seconds until the next try.
    Paused(i64),
}

impl Service {
    /// A seller key by its secret, with the application that it is for. While too many unknown keys come from an address,
    /// only those go on that worked there of late: else whoever guesses learned which key is right. Nothing is looked up
    /// for the others.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_seller_key(
        &self,
        secret: Option<&str>,
        ip: ClientAddress,
    ) -> Result<FoundSellerKey, ServiceError> {
        let now = self.clock.now();
        let hash = secret.filter(|secret| secret.len() == SECRET_LEN).map(sha256);
        if let Some(hash) = hash
            && self.proven_keys.is_proven(&hash, ip, now)
            && let Some(key) = self.seller_key(hash).await?
        {
            return Ok(FoundSellerKey::Found(key));
        }
        let attempt = Attempt { app: KEYS, username: None, ip, standing: Standing::Familiar };
        let guess = match self.key_attempts.begin(attempt, now) {
            Ok(guess) => guess,
            Err(seconds) => {
                self.alert(Alert::Paused, ip, Alerted::default());
                return Ok(FoundSellerKey::Paused(seconds));
            }
        };
        let found = match hash {
            Some(hash) => self.seller_key(hash).await?,
            None => None,
        };
        Ok(match found {
            Some(key) => FoundSellerKey::Found(key),
            None => {
                self.alert(Alert::SellerKeyUnknown, ip, Alerted::default());
                guess.failed(now);
                FoundSellerKey::Unknown
            }
        })
    }

    async fn seller_key(&self, hash: SellerKeyHash) -> Result<Option<Arc<SellerKey>>, ServiceError> {
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

    /// Notes that a key of this secret was used from an address. It is written later, with many others.
    pub fn note_key_use(&self, key: &SellerKey, secret: &str, ip: ClientAddress) {
        self.proven_keys.note(sha256(secret), ip, self.clock.now());
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
