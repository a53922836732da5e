//! Whether the master key at hand opens what a backup holds.

use claviger_store::{Conn, server_keys};

use super::error::BackupError;
use crate::shared::{
    master_key::{MasterKeySource, purpose::SIGNING_KEY},
    vault::Vault,
};

/// Whether the master key at hand opens what a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It does.
    Opens,
    /// There is no key at hand.
    Missing,
    /// It is another database's.
    Wrong,
    /// The backup holds nothing that is sealed.
    Unneeded,
}

/// Looks at the first thing that a server seals.
pub(super) fn look(conn: &mut Conn<'_>, master_key: &MasterKeySource) -> Result<KeyState, BackupError> {
    let Some(sealed) = server_keys::get(conn, SIGNING_KEY)? else { return Ok(KeyState::Unneeded) };
    let vault = Vault::load(master_key).map_err(|error| BackupError::Refused(error.to_string()))?;
    Ok(match vault {
        None => KeyState::Missing,
        Some(vault) if vault.open(SIGNING_KEY, &sealed).is_some() => KeyState::Opens,
        Some(_) => KeyState::Wrong,
    })
}
