//! Uploads that come in pieces and go on after a broken connection. What came is kept for a quarter of an hour, on this
//! node, for the person who began.

use std::pin::pin;

use bytes::Bytes;
use claviger_capacity::Who;
use claviger_domain::{BASE62, ClientAddress};
use claviger_store::files::File;
use futures_util::{Stream, StreamExt};

use super::{
    ManageError,
    files::{FileContent, NewFile},
    uploads::Upload,
};
use crate::{
    App, Service, ServiceError,
    shared::unfinished::{Entry, UploadPlan},
};

/// Characters of the id of an upload.
const ID_LEN: usize = 24;

/// How far an upload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadState {
    /// Its id.
    pub id: String,
    /// Bytes that are here: where the next piece begins.
    pub offset: u64,
    /// Bytes in all.
    pub size: u64,
    /// Id of the file that it became, once all is here.
    pub file: Option<String>,
}

/// Why no more of a piece comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceBreak {
    /// Whoever sends it is gone; what came counts.
    Gone,
    /// Whoever sends it may do so no more; nothing counts.
    Refused,
}

/// Why a piece was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PieceFault {
    /// There is no such upload: it was given up, belongs to somebody else, or the server started anew.
    #[error("this upload is not here any more: nothing came for 15 minutes, or the server started anew")]
    Gone,
    /// Another piece is being received.
    #[error("another piece of this upload is being received")]
    Taken,
    /// The piece begins elsewhere than here.
    #[error("the next piece begins at byte {0}")]
    Elsewhere(u64),
    /// More came than was announced.
    #[error("more bytes came than were announced")]
    TooMuch,
    /// Whoever sent it may do so no more.
    #[error("you may not upload any more")]
    Refused,
    /// The file could not be added.
    #[error(transparent)]
    Manage(#[from] ManageError),
}

impl Service {
    /// Begins an upload whose content comes in pieces, for a person. Room is reserved for all of it.
    ///
    /// # Errors
    /// When it is too large, the application has no room for it, or there are too many unfinished ones.
    pub async fn begin_parts(
        &self,
        app: &App,
        who: &str,
        ip: ClientAddress,
        plan: UploadPlan,
    ) -> Result<UploadState, ManageError> {
        let now = self.clock.now();
        let place = self.unfinished.place(Who::client(app.id, ip), now).map_err(ServiceError::from)?;
        let upload = self.begin_upload_for(app, plan.replaces.clone(), plan.size, plan.size).await?;
        let id = self.random.text(BASE62, ID_LEN);
        let state = UploadState { id: id.clone(), offset: 0, size: plan.size, file: None };
        self.unfinished.begin(id, (app.id, who), plan, upload.into_parts(), place, now);
        Ok(state)
    }

    /// How far an upload is that a person began; `None` when it is not here.
    pub fn upload_state(&self, app: &App, who: &str, id: &str) -> Option<UploadState> {
        let entry = self.unfinished.find(id, (app.id, who), self.clock.now())?;
        Some(state(id, &entry))
    }

    /// What an upload that a person began will be.
    pub fn upload_plan(&self, app: &App, who: &str, id: &str) -> Option<UploadPlan> {
        Some(self.unfinished.find(id, (app.id, who), self.clock.now())?.plan.clone())
    }

    /// Gives an upload up; `false` when it is not here.
    pub fn cancel_upload(&self, app: &App, who: &str, id: &str) -> bool {
        let found = self.unfinished.find(id, (app.id, who), self.clock.now()).is_some();
        if found {
            self.unfinished.remove(id);
        }
        found
    }

    /// Receives a piece that begins at `from`. What came until the stream ends or breaks off is kept; with the last byte the
    /// file is added, or replaced. To be run by whoever goes on when the caller is gone.
    ///
    /// # Errors
    /// See [`PieceFault`]. Where the file cannot be added, or must not be, the upload is given up.
    pub async fn receive_piece(
        &self,
        app: &App,
        who: &str,
        id: &str,
        from: u64,
        bytes: impl Stream<Item = Result<Bytes, PieceBreak>> + Send,
    ) -> Result<UploadState, PieceFault> {
        let now = self.clock.now();
        let entry = self.unfinished.find(id, (app.id, who), now).ok_or(PieceFault::Gone)?;
        if entry.done().is_some() {
            return Ok(state(id, &entry));
        }
        let parts = entry.take().await.ok_or(PieceFault::Taken)?;
        let at = parts.receiving.size();
        if at != from {
            entry.put_back(parts, now).await;
            return Err(PieceFault::Elsewhere(at));
        }
        let (file_max, app_max) = (self.options.file_max_bytes, self.options.app_upload_bytes);
        let upload = Upload::of_parts(parts, file_max, app_max);
        let outcome = self.receive_into(&entry, upload, bytes).await;
        let outcome = match outcome {
            Ok(upload) if upload.size() < entry.plan.size => {
                entry.put_back(upload.into_parts(), self.clock.now()).await;
                return Ok(state(id, &entry));
            }
            Ok(upload) => self.finish_parts(app, &entry, upload).await,
            Err(fault) => Err(fault),
        };
        match outcome {
            Ok(file) => {
                entry.is_done(&file.id);
                Ok(state(id, &entry))
            }
            Err(fault) => {
                self.unfinished.remove(id);
                Err(fault)
            }
        }
    }

    async fn receive_into(
        &self,
        entry: &Entry,
        mut upload: Upload,
        bytes: impl Stream<Item = Result<Bytes, PieceBreak>> + Send,
    ) -> Result<Upload, PieceFault> {
        let mut bytes = pin!(bytes);
        loop {
            let next = tokio::select! {
                biased;
                () = entry.wanted() => None,
                next = bytes.next() => next,
            };
            let bytes = match next {
                Some(Ok(bytes)) => bytes,
                Some(Err(PieceBreak::Refused)) => return Err(PieceFault::Refused),
                Some(Err(PieceBreak::Gone)) | None => return Ok(upload),
            };
            if upload.size() + bytes.len() as u64 > entry.plan.size {
                return Err(PieceFault::TooMuch);
            }
            upload.write(&bytes).await?;
            entry.touch(upload.size(), self.clock.now());
        }
    }

    async fn finish_parts(&self, app: &App, entry: &Entry, upload: Upload) -> Result<File, PieceFault> {
        let plan = &entry.plan;
        Ok(match &plan.replaces {
            Some(id) => self.replace_file(app, id, Some(plan.name.clone()), upload).await?,
            None => {
                let content = FileContent::Upload(upload);
                let new = NewFile { name: plan.name.clone(), content, id: None, authed: plan.authed };
                self.add_file(app, new).await?
            }
        })
    }

    /// Gives up uploads to which nothing came for long.
    pub(crate) fn forget_uploads(&self) {
        self.unfinished.forget(self.clock.now());
    }
}

fn state(id: &str, entry: &Entry) -> UploadState {
    UploadState { id: id.into(), offset: entry.offset(), size: entry.plan.size, file: entry.done() }
}
