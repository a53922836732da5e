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
    /// Take a backup that is not encrypted, though a passphrase, recipients or a key are given or set
    #[arg(long)]
    plain: bool,
}

impl KeyFileArgs {
    /// This key file and the passphrase of the settings. Where there is any of them, or backups are made for recipients, one
    /// that is not encrypted is refused: whoever may write to the place could slip it in.
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
        let sealed_only = !self.plain && (backups.lock.is_some() || self.identity.is_some());
        Ok(Unlock { passphrase: backups.passphrase.clone(), identities, sealed_only })
    }
}
