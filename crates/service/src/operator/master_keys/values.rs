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
    /// The next values of a column, after one; none at the end.
    pub(super) async fn sealed_after(
        &self,
        column: Column,
        after: (i64, i64),
    ) -> Result<Vec<Sealed>, ServiceError> {
        let read = move |conn: &mut Conn<'_>| sealed::after(conn, column, after, SLICE);
        Ok(self.store.db().read::<_, StoreError, _>(read).await?)
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
