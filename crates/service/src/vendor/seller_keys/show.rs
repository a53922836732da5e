//! Seller keys as a vendor sees them.

use claviger_domain::SellerRights;
use claviger_store::{
    Conn, StoreError,
    seller_keys::{self, LiveSecret, NamedKey},
};

use super::super::ManageError;
use crate::{App, Service};

/// A seller key, without what is secret.
#[derive(Clone, Debug)]
pub struct ShownKey {
    /// Serial number in the application.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub rights: SellerRights,
    /// Networks from which it may be used; empty: from anywhere.
    pub addresses: Vec<String>,
    /// Unix second from which it is refused.
    pub until: Option<i64>,
    /// Unix second of its making.
    pub created: i64,
    /// Unix second of its last use.
    pub last_used: Option<i64>,
    /// From where it was used last.
    pub last_ip: Option<String>,
    /// Its secrets that are valid, by their last four characters, newest first: one, and after a rotation those before
    /// it.
    pub secrets: Vec<LiveSecret>,
}

impl ShownKey {
    /// Last four characters of its newest secret.
    pub fn hint(&self) -> &str {
        self.secrets.first().map_or("", |secret| &secret.hint)
    }

    /// Whether it is refused at `now` (Unix seconds), since its time is over.
    pub fn has_ended(&self, now: i64) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl Service {
    /// The seller keys of an application, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn seller_keys(&self, app: &App) -> Result<Vec<ShownKey>, ManageError> {
        let (id, now) = (app.id, self.clock.now());
        let read = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((seller_keys::all(conn, id)?, seller_keys::live_secrets(conn, id, now)?))
        };
        let (keys, secrets) = self.store.db().read(read).await?;
        keys.into_iter().map(|key| self.shown_key(id, key, &secrets)).collect()
    }

    /// A seller key by its name.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn seller_key_named(&self, app: &App, name: &str) -> Result<ShownKey, ManageError> {
        let (id, text) = (app.id, name.to_owned());
        let find = move |conn: &mut Conn<'_>| seller_keys::by_name(conn, id, &text);
        let found = self.store.db().read::<_, StoreError, _>(find).await?;
        let found = found.ok_or_else(|| ManageError::unknown("seller key", name))?;
        let mut keys = self.seller_keys(app).await?;
        let at = keys.iter().position(|key| key.id == found.id);
        at.map(|at| keys.swap_remove(at)).ok_or_else(|| ManageError::unknown("seller key", name))
    }

    /// What the database holds of a key, with a use that is not written yet.
    fn shown_key(&self, app: i64, key: NamedKey, secrets: &[LiveSecret]) -> Result<ShownKey, ManageError> {
        let broken = || StoreError::Unexpected(format!("rights of the seller key `{}`", key.name));
        let rights = key.rights.parse().map_err(|_| broken())?;
        let recent =
            self.key_uses.of((app, key.id)).filter(|once| key.last_used.is_none_or(|at| at <= once.second));
        let (last_used, last_ip) = match recent {
            Some(once) => (Some(once.second), Some(once.ip.to_string())),
            None => (key.last_used, key.last_ip),
        };
        Ok(ShownKey {
            id: key.id,
            name: key.name,
            rights,
            addresses: key.addresses.split(',').filter(|entry| !entry.is_empty()).map(String::from).collect(),
            until: key.until,
            created: key.created,
            last_used,
            last_ip,
            secrets: secrets.iter().filter(|secret| secret.key == key.id).cloned().collect(),
        })
    }
}
