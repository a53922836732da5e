//! The applications that a person may work on.

use std::sync::Arc;

use claviger_store::{
    Conn, StoreError,
    apps::{self, AppName},
};

use super::person::{Person, Standing};
use crate::{App, Service, ServiceError};

impl Service {
    /// The applications that a person may work on, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn apps_of(&self, person: &Person) -> Result<Vec<AppName>, ServiceError> {
        let standing = person.standing.clone();
        let find = move |conn: &mut Conn<'_>| match standing {
            Standing::Owner { owner } => apps::names_of_owner(conn, owner.id),
            Standing::Manager { app, .. } | Standing::Reseller { app, .. } => {
                Ok(apps::name_by_id(conn, app)?.into_iter().collect())
            }
        };
        Ok(self.store.db().read::<_, StoreError, _>(find).await?)
    }

    /// The application of a person that an address names: by its name, or by its number after `~`. `None` for those of
    /// others, as for those that are not there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_of_person(&self, person: &Person, name: &str) -> Result<Option<Arc<App>>, ServiceError> {
        let number = name.strip_prefix('~').map(str::parse::<i64>);
        let id = match (&number, person.only_app(), person.owner()) {
            (Some(Err(_)), ..) => return Ok(None),
            (Some(Ok(id)), ..) => *id,
            (None, _, Some(owner)) => return self.app_by_name(&owner.owner_id, name).await,
            (None, Some(only), None) => only,
            (None, None, None) => return Ok(None),
        };
        let find = move |conn: &mut Conn<'_>| apps::name_by_id(conn, id);
        let Some(found) = self.store.db().read::<_, StoreError, _>(find).await? else { return Ok(None) };
        let theirs = match &person.standing {
            Standing::Owner { owner } => found.owner == owner.id,
            Standing::Manager { app, .. } | Standing::Reseller { app, .. } => found.id == *app,
        };
        if !theirs {
            return Ok(None);
        }
        let name = if number.is_some() { found.name.as_str() } else { name };
        let app = self.app_by_name(&found.owner_id, name).await?;
        Ok(app.filter(|app| app.id == found.id))
    }
}
