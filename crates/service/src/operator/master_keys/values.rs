//! Everything that is encrypted under the master key and kept, slice by slice.

use claviger_domain::AppSettings;
use claviger_store::{
    Conn, StoreError, apps,
    sealed::{self, APP_KEY_PAIRS, APP_SECRETS, Column, FORMER_KEY_PAIRS, Sealed},
};

use crate::{
    Service, ServiceError,
    shared::master_key::purpose::{APP_SECRET, CODES, NOTICES, SIGNING_KEY},
};

/// Values that are read at once.
const SLICE: i64 = 500;

/// A column of encrypted values, and what they are encrypted for.
pub(super) type SealedColumn = (Column, &'static str);

/// All columns of encrypted values.
pub(super) fn columns() -> impl Iterator<Item = SealedColumn> {
    let others = [
        (APP_SECRETS, APP_SECRET),
        (APP_KEY_PAIRS, SIGNING_KEY),
        (FORMER_KEY_PAIRS, SIGNING_KEY),
        (sealed::NOTICES, NOTICES),
    ];
    others.into_iter().chain(sealed::CODES.map(|column| (column, CODES)))
}

/// The settings of an application, one of which is encrypted.
pub(super) struct SecretSetting {
    pub(super) app: i64,
    pub(super) sealed: Vec<u8>,
}

/// The encrypted setting among the settings of an application; `None`: it is not set.
pub(super) fn secret_setting(settings: &str) -> Option<Vec<u8>> {
    let settings: AppSettings = serde_json::from_str(settings).ok()?;
    hex::decode(settings.sellix_secret?).ok()
}

impl Service {
    /// Hands on all values of a column, slice by slice.
    pub(super) async fn walk_sealed(
        &self,
        column: Column,
        mut each: impl AsyncFnMut(Vec<Sealed>) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        let mut after = (i64::MIN, i64::MIN);
        loop {
            let read = move |conn: &mut Conn<'_>| sealed::after(conn, column, after, SLICE);
            let found = self.store.db().read::<_, StoreError, _>(read).await?;
            let Some(last) = found.last() else { return Ok(()) };
            after = last.at;
            each(found).await?;
        }
    }

    /// The encrypted settings of all applications.
    pub(super) async fn secret_settings(&self) -> Result<Vec<SecretSetting>, ServiceError> {
        let records = self.store.db().read(apps::all).await?;
        let secret = |app: apps::AppRecord| {
            let sealed = secret_setting(&app.settings)?;
            Some(SecretSetting { app: app.id, sealed })
        };
        Ok(records.into_iter().filter_map(secret).collect())
    }
}
