//! Files, as programs download them. What the vendor does with them is in [`crate::vendor`].

use claviger_capacity::Who;
use claviger_domain::ClientAddress;
use claviger_store::files::{self, File};

use crate::{App, Service, ServiceError};

impl Service {
    /// Finds a file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file(&self, app: &App, id: &str) -> Result<Option<File>, ServiceError> {
        let (app, id) = (app.id, id.to_owned());
        Ok(self.store.db().read(move |conn| files::get(conn, app, &id)).await?)
    }

    /// The content of a file: an upload, or what its address has now. `None` when that is gone, cannot be reached, or
    /// is larger than this server allows; the log says why. A few uploads are read at once, the others wait for them.
    pub async fn file_content(&self, app: &App, ip: ClientAddress, file: &File) -> Option<Vec<u8>> {
        let outcome = match &file.url {
            Some(url) => {
                match self.calls.fetch(Who::client(app.id, ip), url, self.options.file_max_bytes).await {
                    Ok(answer) if (200..300).contains(&answer.status) => Ok(answer.body),
                    Ok(answer) => Err(format!("its address answered with status {}", answer.status)),
                    Err(failure) => Err(failure.to_string()),
                }
            }
            None => {
                let _reading = self.downloads.acquire().await.ok()?;
                self.files.read(app.id, &file.id).await.map_err(|error| error.to_string())
            }
        };
        match outcome {
            Ok(content) => Some(content),
            Err(reason) => {
                tracing::warn!(app = %app.name, file = %file.id, %reason, "a file cannot be handed out");
                None
            }
        }
    }
}
