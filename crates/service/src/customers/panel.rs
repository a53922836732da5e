//! Which panel an address names.

use std::sync::Arc;

use claviger_domain::{Offer, PanelSettings};
use claviger_store::{
    Conn, StoreError, apps,
    panel::settings::{self, Kept, Logo},
};

use crate::{App, Service, ServiceError};

/// Longest name in an address that is looked up, in bytes.
const NAME_MAX: usize = 200;

/// The panel of an application.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Whose it is.
    pub app: Arc<App>,
    /// What it offers.
    pub settings: PanelSettings,
    /// Whether there is a logo.
    pub has_logo: bool,
    /// Counts changes of how it looks.
    pub revision: i64,
}

impl Panel {
    /// What it is called.
    pub fn brand(&self) -> &str {
        self.settings.brand.as_deref().unwrap_or(&self.app.name)
    }

    /// Whether it offers something.
    pub fn offers(&self, offer: Offer) -> bool {
        self.settings.offers(offer)
    }

    /// Whether customers may sign in: when programs may start.
    pub fn is_open(&self) -> bool {
        self.app.settings.enabled && !self.app.settings.paused
    }
}

impl Service {
    /// The panel of the application of an owner, both by name; `None` when there is none, whatever the reason, which costs
    /// the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn panel(&self, owner: &str, name: &str) -> Result<Option<Panel>, ServiceError> {
        if owner.len() > NAME_MAX || name.len() > NAME_MAX {
            return Ok(None);
        }
        let names = (owner.to_owned(), name.to_owned());
        let find = move |conn: &mut Conn<'_>| {
            let record = apps::by_owner_name(conn, &names.0, &names.1)?;
            let kept = settings::get(conn, record.as_ref().map_or(0, |record| record.id))?;
            Ok::<_, StoreError>(record.zip(kept))
        };
        let Some((record, kept)) = self.store.db().read(find).await? else { return Ok(None) };
        let settings = read(&kept)?;
        if record.banned || !settings.on {
            return Ok(None);
        }
        // Held in memory, where secrets are decrypted already.
        let app = self.app_by_name(&record.owner.owner_id, &record.name).await?;
        let Some(app) = app.filter(|app| app.id == record.id && !app.banned) else { return Ok(None) };
        Ok(Some(Panel { app, settings, has_logo: kept.has_logo, revision: kept.revision }))
    }

    /// The panel of an application, on or off, for the vendor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn panel_of(&self, app: &Arc<App>) -> Result<Panel, ServiceError> {
        let id = app.id;
        let kept = self.store.db().read(move |conn| settings::get(conn, id)).await?;
        let (settings, has_logo, revision) = match kept {
            Some(kept) => (read(&kept)?, kept.has_logo, kept.revision),
            None => (PanelSettings::default(), false, 0),
        };
        Ok(Panel { app: app.clone(), settings, has_logo, revision })
    }

    /// The code of the language that an application's panel is set to, on or off.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn panel_language(&self, app: i64) -> Result<String, ServiceError> {
        let kept = self.store.db().read(move |conn| settings::get(conn, app)).await?;
        Ok(kept.map(|kept| read(&kept)).transpose()?.unwrap_or_default().language)
    }

    /// The logo of a panel.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn panel_logo(&self, app: &App) -> Result<Option<Logo>, ServiceError> {
        let id = app.id;
        Ok(self.store.db().read(move |conn| settings::logo(conn, id)).await?)
    }

    /// Whether this server sends mails.
    pub fn sends_mails(&self) -> bool {
        self.mails.is_some()
    }
}

fn read(kept: &Kept) -> Result<PanelSettings, ServiceError> {
    let broken = |_| ServiceError::Store(StoreError::Unexpected("settings of a panel".into()));
    serde_json::from_str(&kept.settings).map_err(broken)
}
