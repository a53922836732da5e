//! Files that customers may download: which, by what subscription, and a link to each.

use std::collections::BTreeMap;

use claviger_domain::{ClientAddress, Offer, PanelSettings};
use claviger_store::{
    Conn, StoreError,
    files::{self, File},
    panel::{
        downloads::{self, Offered},
        settings, sign_ins,
    },
    user_subscriptions,
};

use super::{
    customer::{Customer, user_of},
    lasting::since,
};
use crate::{App, FileLink, Service, ServiceError, vendor::ManageError};

/// A file, and to whom it is offered.
#[derive(Clone, Debug)]
pub struct OfferedFile {
    /// What is known of it.
    pub file: File,
    /// Names of subscriptions; an empty one: whoever is signed in.
    pub to: Vec<String>,
}

impl Service {
    /// The files that a customer may download now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn downloads_of(&self, customer: &Customer) -> Result<Vec<File>, ServiceError> {
        let (app, user, now) = (customer.app, customer.user, self.clock.now());
        let find = move |conn: &mut Conn<'_>| may_have(conn, app, user, now);
        Ok(self.store.db().read::<_, StoreError, _>(find).await?)
    }

    /// A link to a file that a customer may download; `None` when they may not, or its content is gone.
    ///
    /// # Errors
    /// When the database fails, or too many wait for the digest of a content.
    pub async fn link_download(
        &self,
        app: &App,
        ip: ClientAddress,
        customer: &Customer,
        file: &str,
    ) -> Result<Option<FileLink>, ServiceError> {
        let files = self.downloads_of(customer).await?;
        match files.iter().find(|offered| offered.id == file) {
            Some(file) => self.link_file_for(app, ip, customer.sign_in, file).await,
            None => Ok(None),
        }
    }

    /// Whether a sign-in to a panel lives whose user may have a file, and the panel still offers it.
    pub(crate) async fn customer_holds(
        &self,
        app: i64,
        sign_in: i64,
        file: &str,
    ) -> Result<bool, ServiceError> {
        let (file, now) = (file.to_owned(), self.clock.now());
        let look = move |conn: &mut Conn<'_>| {
            let Some(sign_in) = sign_ins::by_id(conn, app, sign_in, since(now))? else { return Ok(false) };
            let Some(user) = user_of(conn, app, &sign_in)? else { return Ok(false) };
            if !offers_downloads(conn, app)? {
                return Ok(false);
            }
            Ok(may_have(conn, app, user.id, now)?.iter().any(|offered| offered.id == file))
        };
        Ok(self.store.db().read::<_, StoreError, _>(look).await?)
    }

    /// All uploads of an application, and to whom the panel offers them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn panel_files(&self, app: &App) -> Result<Vec<OfferedFile>, ServiceError> {
        let id = app.id;
        let find = move |conn: &mut Conn<'_>| Ok((files::all(conn, id)?, downloads::all(conn, id)?));
        let (files, offers) = self.store.db().read::<_, StoreError, _>(find).await?;
        let mut to = by_file(offers);
        let uploads = files.into_iter().filter(|file| file.url.is_none());
        Ok(uploads.map(|file| OfferedFile { to: to.remove(&file.id).unwrap_or_default(), file }).collect())
    }

    /// Sets to whom the panel offers a file: names of subscriptions, an empty one for whoever is signed in.
    ///
    /// # Errors
    /// When there is no such upload, or the database fails.
    pub async fn offer_file(&self, app: &App, file: &str, to: Vec<String>) -> Result<(), ManageError> {
        let (id, file) = (app.id, file.to_owned());
        self.manage(move |conn| {
            let found = files::get(conn, id, &file)?.filter(|file| file.url.is_none());
            found.ok_or_else(|| ManageError::unknown("file", &file))?;
            Ok(downloads::set(conn, id, &file, &to)?)
        })
        .await
    }
}

/// Whether the panel is there, and offers downloads.
fn offers_downloads(conn: &mut Conn<'_>, app: i64) -> Result<bool, StoreError> {
    let kept = settings::get(conn, app)?;
    let read = kept.and_then(|kept| serde_json::from_str::<PanelSettings>(&kept.settings).ok());
    Ok(read.is_some_and(|panel| panel.on && panel.offers(Offer::Downloads)))
}

fn by_file(offers: Vec<Offered>) -> BTreeMap<String, Vec<String>> {
    let mut to: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Offered { file, subscription } in offers {
        to.entry(file).or_default().push(subscription);
    }
    to
}

/// The uploads that a user may have at `now`.
fn may_have(conn: &mut Conn<'_>, app: i64, user: i64, now: i64) -> Result<Vec<File>, StoreError> {
    let subscriptions = user_subscriptions::of_user(conn, app, user)?;
    let runs = |name: &String| {
        name.is_empty() || subscriptions.iter().any(|one| one.subscription == *name && one.state().runs(now))
    };
    let mut may: Vec<File> = Vec::new();
    for (file, to) in files::offered(conn, app)? {
        // One that is offered to several comes several times, one after the other.
        if runs(&to) && may.last().is_none_or(|last| last.id != file.id) {
            may.push(file);
        }
    }
    Ok(may)
}
