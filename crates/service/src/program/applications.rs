//! Which application a program belongs to.

use std::{sync::Arc, time::Duration};

use claviger_store::{Conn, StoreError, apps, catalog};
use tokio::time::{Instant, sleep_until};

use crate::{App, Service, ServiceError, shared::known_apps::NAMES_MAX};

/// How long the database is left alone between two questions about unknown applications.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(10);

impl Service {
    /// The application that a program names; `None` when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn app_by_name(&self, owner_id: &str, name: &str) -> Result<Option<Arc<App>>, ServiceError> {
        if let Some(app) = self.catalog.by_name(owner_id, name) {
            return Ok(Some(app));
        }
        let known = &self.known_apps;
        if !known.may_be(owner_id, name) {
            self.look_for_new_apps().await?;
            if !known.may_be(owner_id, name) {
                return Ok(None);
            }
        }
        let (owner, wanted) = (owner_id.to_owned(), name.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            Ok::<_, StoreError>((catalog::version(conn)?, apps::by_owner_id(conn, &owner, &wanted)?))
        };
        let (version, record) = self.store.db().read(find).await?;
        let Some(record) = record else {
            known.forget(owner_id, name);
            return Ok(None);
        };
        let app = Arc::new(App::open(&record, &self.vault)?.counted(&self.tallies));
        self.catalog.add_by_name(version, owner_id, name, app.clone());
        Ok(Some(app))
    }

    /// Asks the database for applications that are new since it was asked last. One question, which begins after all who
    /// wait for it had come, answers all of them; and there is a moment between two.
    async fn look_for_new_apps(&self) -> Result<(), ServiceError> {
        let (came, known) = (Instant::now(), &self.known_apps);
        let mut asked = known.asked.lock().await;
        if asked.is_some_and(|asked| asked > came) {
            return Ok(());
        }
        if let Some(last) = *asked {
            sleep_until(last + BETWEEN_QUESTIONS).await;
        }
        let (begun, held) = (Instant::now(), known.version());
        let ask = move |conn: &mut Conn<'_>| {
            let version = catalog::version(conn)?;
            let names = if version == held { None } else { Some(apps::names(conn, NAMES_MAX + 1)?) };
            Ok::<_, StoreError>((version, names))
        };
        let (version, names) = self.store.db().read(ask).await?;
        if let Some(names) = names {
            known.set(version, &names);
        }
        *asked = Some(begun);
        Ok(())
    }
}
