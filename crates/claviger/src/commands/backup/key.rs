//! What opens backups.

use std::{fs, path::PathBuf};

use anyhow::Context;
use claviger_service::backups::{Identity, Unlock};

use crate::config::Backups;

/// What opens an encrypted backup, besides its passphrase.
#[derive(clap::Args)]
pub(crate) struct KeyFileArgs {
    /// File with the key of a recipient (AGE-SECRET-KEY-1…), as `backup keygen` or age-keygen makes it
    #[arg(long, value_name = "FILE", env = "CLAVIGER_BACKUP_IDENTITY")]
    identity: Option<PathBuf>,
}

impl KeyFileArgs {
    /// This key file and the passphrase of the settings.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no key.
    pub(super) fn unlock(&self, backups: &Backups) -> anyhow::Result<Unlock> {
        let identities = match &self.identity {
            Some(path) => {
                let told = || format!("the key file {}", path.display());
                let text = fs::read_to_string(path).with_context(told)?;
                Identity::all(&text).with_context(told)?
            }
            None => Vec::new(),
        };
        Ok(Unlock { passphrase: backups.passphrase.clone(), identities })
    }
}
