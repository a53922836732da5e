//! Following the master key that encrypts, when a command has made it another one.

use std::time::Instant;

use claviger_domain::Seldom;
use claviger_store::StoreError;

use crate::{Service, ServiceError, shared::master_key::Marks};

impl Service {
    /// Looks which master key encrypts, and encrypts under it from then on. What it does not find is told in the log, and it goes
    /// on as before: what it encrypts then is encrypted anew by the command.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn follow_master_key(&self, told: &Seldom) -> Result<(), ServiceError> {
        let [current, announced] = self.store.db().read::<_, StoreError, _>(Marks::names).await?;
        let turned = current.filter(|name| *name != self.vault.current());
        let unknown = announced.filter(|name| !self.vault.names().contains(name));
        let (Some(name), reload) = (turned.as_ref().or(unknown.as_ref()), unknown.is_some()) else {
            return Ok(());
        };
        let marks = self.store.db().read(Marks::read).await?;
        let vault = self.vault.clone();
        let following = move || if reload { vault.reload(&marks) } else { vault.settle(&marks) };
        let followed = tokio::task::spawn_blocking(following).await;
        let followed = followed.map_err(|error| ServiceError::System(error.to_string()))?;
        let known = self.vault.names().contains(name);
        match followed {
            Ok(()) if turned.is_some() => tracing::info!(name, "another master key encrypts from now on"),
            Ok(()) if known => {}
            _ if !told.is_due(Instant::now()) => {}
            followed => {
                let error = followed.err().map(|error| error.to_string()).unwrap_or_default();
                tracing::error!(
                    name,
                    error,
                    "the master key that encrypts, or is to, is not here: copy its file from where `claviger keys rotate` ran"
                );
            }
        }
        Ok(())
    }
}
