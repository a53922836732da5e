//! Files, as programs download them. What the vendor does with them is in [`crate::vendor`].

use std::time::Duration;

use claviger_outgoing::{Answer, Call, CallError, Redirects};
use claviger_store::files::{self, File};

use crate::{App, RELAYED, Service, ServiceError};

const TIMEOUT: Duration = Duration::from_secs(30);
const USER_AGENT: &str = "Claviger";

/// Why an address was not fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchFailure {
    /// As many are fetched as may be at once.
    #[error("too many calls are under way")]
    Busy,
    /// Nothing came back.
    #[error(transparent)]
    Call(#[from] CallError),
}

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
    pub async fn file_content(&self, app: &App, file: &File) -> Option<Vec<u8>> {
        let outcome = match &file.url {
            Some(url) => match self.fetch(url).await {
                Ok(answer) if (200..300).contains(&answer.status) => Ok(answer.body),
                Ok(answer) => Err(format!("its address answered with status {}", answer.status)),
                Err(failure) => Err(failure.to_string()),
            },
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

    /// What an address answers.
    pub(crate) async fn fetch(&self, url: &str) -> Result<Answer, FetchFailure> {
        let Ok(_calling) = self.calls.try_acquire() else { return Err(FetchFailure::Busy) };
        let call = Call {
            url,
            body: None,
            content_type: None,
            user_agent: USER_AGENT,
            max_bytes: usize::try_from(self.options.file_max_bytes).unwrap_or(usize::MAX),
            timeout: TIMEOUT,
            redirects: Redirects::Any,
            headers: &[(RELAYED, "1")],
        };
        Ok(self.outgoing.call(call).await?)
    }
}
