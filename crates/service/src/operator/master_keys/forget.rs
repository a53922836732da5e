//! Taking master keys out of their file, and protecting those in it.

use claviger_domain::Secret;

use super::look::Looked;
use crate::{
    Service, ServiceError,
    shared::master_key::{MasterKeyError, MasterKeySource},
};

impl Service {
    /// Takes a former master key out of the file, once nothing is encrypted under it.
    ///
    /// # Errors
    /// When there is none of that name, it is still needed, the file cannot be written, or the database fails.
    pub async fn forget_master_key(&self, name: &str) -> Result<(), ServiceError> {
        let source = self.vault.source();
        let _held = source.hold()?;
        let Looked { keys, marks, .. } = self.look_at_master_keys().await?;
        let refused = |reason: String| Err(ServiceError::Refused(reason));
        let Some(position) = keys.iter().position(|key| key.name == name) else {
            return refused(format!(
                "there is no master key `{name}` in {source}; `claviger keys list` shows them"
            ));
        };
        if keys[position].encrypts {
            return refused(format!(
                "the master key {name} encrypts: `claviger keys rotate` makes another one"
            ));
        }
        if keys[position].values > 0 || marks.under_way.is_some() {
            return refused(format!(
                "{} values are encrypted under the master key {name}: `claviger keys rotate` encrypts them anew",
                keys[position].values
            ));
        }
        let mut kept = source.read()?.ok_or_else(|| MasterKeyError::Missing(source.to_string()))?;
        if position >= kept.len() {
            return Err(MasterKeyError::InUse(source.to_string()).into());
        }
        kept.remove(position);
        source.replace(&kept, self.random())?;
        Ok(())
    }

    /// Protects the master keys in a file by a passphrase, or lifts the protection. A server needs the passphrase at its next
    /// start. Blocks, and needs no database.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn protect_master_key(
        source: &MasterKeySource,
        passphrase: Option<&Secret>,
    ) -> Result<(), MasterKeyError> {
        let _held = source.hold()?;
        let keys = source.read()?.ok_or_else(|| MasterKeyError::Missing(source.to_string()))?;
        source.replace_under(&keys, passphrase, &claviger_domain::SystemRandom)
    }
}
