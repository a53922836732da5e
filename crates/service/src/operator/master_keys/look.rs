//! Which master keys there are, and what needs them.

use std::collections::HashMap;

use claviger_store::sealed::Sealed;

use super::values::columns;
use crate::{
    Service, ServiceError,
    shared::master_key::{
        Marks, MasterKeyError,
        purpose::{KEYED_HASHES, SECRET_SETTING, SIGNING_KEY},
    },
};

/// A master key, and what needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterKeyUse {
    /// Its name: eight hexadecimal digits that are made from it, and lead nowhere.
    pub name: String,
    /// It encrypts.
    pub encrypts: bool,
    /// Values in the database that are encrypted under it.
    pub values: u64,
}

/// The master keys, and how they are used.
pub(super) struct Looked {
    pub(super) keys: Vec<MasterKeyUse>,
    /// Values that none of them opens.
    pub(super) unreadable: u64,
    pub(super) marks: Marks,
}

impl Service {
    /// The master keys in the order in which they are written down, and how many values no key opens. Reads all encrypted
    /// values.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn master_keys(&self) -> Result<(Vec<MasterKeyUse>, u64), ServiceError> {
        let looked = self.look_at_master_keys().await?;
        Ok((looked.keys, looked.unreadable))
    }

    /// What is wrong with the master keys, of which some may be in the file of another node, and what to do; `None`: nothing.
    /// Reads all encrypted values.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn missing_master_key(&self) -> Result<Option<String>, ServiceError> {
        let Looked { keys, unreadable, marks } = self.look_at_master_keys().await?;
        let place = self.vault.source().to_string();
        let is_here = |name: &String| keys.iter().any(|key| key.name == *name);
        Ok(match marks.under_way.filter(|name| !is_here(name)) {
            Some(name) => Some(MasterKeyError::Elsewhere { name, place }.to_string()),
            None if unreadable > 0 => Some(format!(
                "{unreadable} values are encrypted under a master key that is not in {place}. The file of another node may hold \
                 it: add its lines after those of this one, and replace no file, which may hold the only copy of a key"
            )),
            None => None,
        })
    }

    pub(super) async fn look_at_master_keys(&self) -> Result<Looked, ServiceError> {
        let marks = self.store.db().read(Marks::read).await?;
        let (vault, known) = (self.vault.clone(), marks.clone());
        let reading = tokio::task::spawn_blocking(move || vault.reload(&known)).await;
        reading.map_err(|error| ServiceError::System(error.to_string()))??;
        let mut values: HashMap<Option<String>, u64> = HashMap::new();
        let mut count = |purpose: &str, sealed: &[u8]| {
            *values.entry(self.vault.name_of(purpose, sealed)).or_default() += 1;
        };
        for (purpose, sealed) in [(SIGNING_KEY, &marks.signing_key), (KEYED_HASHES, &marks.hashes)] {
            sealed.iter().for_each(|sealed| count(purpose, sealed));
        }
        for (column, purpose) in columns() {
            let each = async |found: Vec<Sealed>| {
                found.iter().for_each(|found| count(purpose, &found.value));
                Ok(())
            };
            self.walk_sealed(column, each).await?;
        }
        for setting in self.secret_settings().await? {
            count(SECRET_SETTING, &setting.sealed);
        }
        let current = self.vault.current();
        let used = |name: String| MasterKeyUse {
            encrypts: name == current,
            values: values.remove(&Some(name.clone())).unwrap_or(0),
            name,
        };
        let keys = self.vault.names().into_iter().map(used).collect();
        Ok(Looked { keys, unreadable: values.remove(&None).unwrap_or(0), marks })
    }
}
