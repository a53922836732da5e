//! Files, as programs download them. What the vendor does with them is in [`crate::vendor`].

use std::{error::Error, io, time::Duration};

use claviger_capacity::{Full, Permit, Resource, Who};
use claviger_domain::ClientAddress;
use claviger_store::files::{self, File};

use crate::{App, Service, ServiceError, shared::content::Content};

/// When there may be room again for what is fetched: some downloads end by then.
const ROOM_AFTER: Duration = Duration::from_secs(15);

/// Why a content cannot be handed out.
type Reason = Box<dyn Error + Send + Sync>;

impl Service {
    /// Finds a file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file(&self, app: &App, id: &str) -> Result<Option<File>, ServiceError> {
        let (app, id) = (app.id, id.to_owned());
        Ok(self.store.db().read(move |conn| files::get(conn, app, &id)).await?)
    }

    /// Counts a download of a file, for reports. Whoever hands out the last byte of it calls this.
    pub fn count_download(&self, app: &App, file: &File) {
        app.tally.download(&file.id);
    }

    /// A place for a download. Whoever sends the file holds it until the last byte was taken.
    ///
    /// # Errors
    /// When there is none.
    pub fn download_place(&self, app: &App, ip: ClientAddress) -> Result<Permit, Full> {
        self.downloads.try_enter(Who::client(app.id, ip))
    }

    /// A place for somebody who goes through a whole file at once, which costs a processor's time.
    ///
    /// # Errors
    /// When too many wait.
    pub async fn digest_place(&self, app: &App, ip: ClientAddress) -> Result<Permit, Full> {
        self.digests.enter(Who::client(app.id, ip)).await
    }

    /// The content of a file: an upload, or what its address has now. `None` when that is gone, cannot be reached, or
    /// is larger than this server allows; the log says why.
    ///
    /// # Errors
    /// When there is no room for what its address has.
    pub async fn file_content(
        &self,
        app: &App,
        ip: ClientAddress,
        file: &File,
    ) -> Result<Option<Content>, Full> {
        let outcome = match &file.url {
            Some(url) => self.fetch(Who::client(app.id, ip), url).await,
            None => self.files.open(app.id, &file.id).await.map_err(Reason::from),
        };
        let reason = match outcome {
            Ok(content) => return Ok(Some(content)),
            Err(reason) => reason,
        };
        if self.vain.may_tell(app.id) {
            tracing::warn!(app = %app.name, file = %file.id, %reason, "a file cannot be handed out");
        }
        let is_full = |error: &io::Error| error.kind() == io::ErrorKind::QuotaExceeded;
        if reason.downcast_ref().is_some_and(is_full) {
            return Err(Full { resource: Resource::Downloads, retry_after: ROOM_AFTER });
        }
        Ok(None)
    }

    /// What an address has now. The place of the call is given back as soon as all of it is here.
    async fn fetch(&self, who: Who, url: &str) -> Result<Content, Reason> {
        let mut fetched = self.calls.fetch(who.clone(), url, self.options.file_max_bytes).await?;
        if let Some(status) = fetched.refusal() {
            return Err(format!("its address answered with status {status}").into());
        }
        let mut spool = self.spools.begin(who).await?;
        while let Some(piece) = fetched.next().await? {
            spool.write(&piece).await?;
        }
        Ok(spool.finish().await?)
    }
}
