//! Encrypting what is kept under another master key.

use claviger_domain::AppSettings;
use claviger_store::{
    Conn, StoreError, apps,
    sealed::{self, Sealed},
};

use super::values::{SealedColumn, SecretSetting, columns, secret_setting};
use crate::{
    Service, ServiceError,
    shared::master_key::{Marks, purpose::SECRET_SETTING},
};

/// What one pass over everything has done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pass {
    /// Values that are encrypted anew.
    pub(super) changed: u64,
    /// Values that others changed meanwhile, so that they must be looked at again.
    pub(super) missed: u64,
    /// Values that no key opens.
    pub(super) unreadable: u64,
}

impl Service {
    /// Looks at everything once, and encrypts anew under the key `name` what is under another one.
    pub(super) async fn reseal_all(
        &self,
        name: &str,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<Pass, ServiceError> {
        let mut pass = Pass::default();
        for column in columns() {
            self.reseal_column(name, column, &mut pass, told).await?;
        }
        for setting in self.secret_settings().await? {
            self.reseal_setting(name, setting, &mut pass).await?;
        }
        Ok(pass)
    }

    async fn reseal_column(
        &self,
        name: &str,
        (column, purpose): SealedColumn,
        pass: &mut Pass,
        told: &(dyn Fn(u64) + Sync),
    ) -> Result<(), ServiceError> {
        let each = async |found: Vec<Sealed>| {
            let mut due: Vec<(Sealed, Vec<u8>)> = Vec::new();
            for value in found {
                match self.resealed(name, purpose, &value.value) {
                    Some(Some(new)) => due.push((value, new)),
                    Some(None) => {}
                    None => pass.unreadable += 1,
                }
            }
            if due.is_empty() {
                return Ok(());
            }
            let all = due.len() as u64;
            let key = name.to_owned();
            let change = move |conn: &mut Conn<'_>| {
                Marks::refuse_forgotten(conn, &key)?;
                let mut changed = 0;
                for (was, new) in &due {
                    changed += u64::from(sealed::replace(conn, column, was, new)?);
                }
                Ok::<_, StoreError>(changed)
            };
            let changed = self.store.db().write(change).await?;
            pass.changed += changed;
            pass.missed += all - changed;
            told(changed);
            Ok(())
        };
        self.walk_sealed(column, each).await
    }

    async fn reseal_setting(
        &self,
        name: &str,
        setting: SecretSetting,
        pass: &mut Pass,
    ) -> Result<(), ServiceError> {
        let new = match self.resealed(name, SECRET_SETTING, &setting.sealed) {
            Some(Some(new)) => new,
            Some(None) => return Ok(()),
            None => {
                pass.unreadable += 1;
                return Ok(());
            }
        };
        let key = name.to_owned();
        let change = move |conn: &mut Conn<'_>| {
            Marks::refuse_forgotten(conn, &key)?;
            let now = apps::lock_settings(conn, setting.app)?;
            let Some(now) = now.filter(|now| secret_setting(now).as_ref() == Some(&setting.sealed)) else {
                return Ok(false);
            };
            let mut settings: AppSettings =
                serde_json::from_str(&now).map_err(|error| StoreError::Unexpected(error.to_string()))?;
            settings.sellix_secret = Some(hex::encode(&new));
            let text = serde_json::to_string(&settings).expect("settings are plain data");
            apps::set_settings(conn, setting.app, &text)?;
            Ok::<_, StoreError>(true)
        };
        let changed = self.store.db().write(change).await?;
        pass.changed += u64::from(changed);
        pass.missed += u64::from(!changed);
        Ok(())
    }

    /// A value under the key `name`; `Some(None)` when it is already, `None` when no key opens it.
    fn resealed(&self, name: &str, purpose: &str, sealed: &[u8]) -> Option<Option<Vec<u8>>> {
        if self.vault.name_of(purpose, sealed)? == name {
            return Some(None);
        }
        let plain = self.vault.open(purpose, sealed)?;
        self.vault.seal_under(name, purpose, &plain).map(Some)
    }
}
