//! Files that programs download.

use claviger_capacity::Who;
use claviger_domain::{BASE62, tidy, trimmed};
use claviger_outgoing::CallError;
use claviger_store::files::{self, File};

use super::{
    ManageError,
    checks::{check_name, check_url, must_be_new},
    uploads::{self, Finished, IS_BEING_REPLACED, Upload, not_kept},
};
use crate::{
    App, Service, ServiceError,
    shared::{calls::CallFailure, file_store, receiving::Received},
};

/// Longest name in bytes.
const NAME_MAX: usize = 255;
/// Longest address in bytes.
const URL_MAX: usize = 2048;
/// Characters of an id that is drawn; the six digits of the protocol could be guessed.
const ID_LEN: usize = 20;

/// A file to be added.
pub struct NewFile {
    /// Its name for people.
    pub name: String,
    /// Where its bytes come from.
    pub content: FileContent,
    /// The name that programs know; `None`: drawn.
    pub id: Option<String>,
    /// Only programs that have signed in may download it.
    pub authed: bool,
}

/// Where a file's bytes come from.
pub enum FileContent {
    /// An upload, which is on disk by now.
    Upload(Upload),
    /// An address, which is asked anew at each download. It is not called before the first one.
    Url {
        /// The address.
        url: String,
        /// How many bytes are there, if they were measured; else 0.
        size: i64,
    },
}

/// Why an address has no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It is no address of the web.
    Malformed,
    /// It leads into the server's own network.
    Inner,
    /// More bytes than a file may have.
    TooLarge,
    /// It answers with this HTTP status; 0: it does not answer.
    Status(u16),
}

impl From<CallFailure> for FileFault {
    fn from(failure: CallFailure) -> Self {
        match failure {
            CallFailure::Call(CallError::BadUrl) => Self::Malformed,
            CallFailure::Call(CallError::Forbidden(_)) => Self::Inner,
            CallFailure::Call(CallError::TooLarge(..)) => Self::TooLarge,
            CallFailure::Call(_) | CallFailure::Busy(_) => Self::Status(0),
        }
    }
}

impl Service {
    /// The files of an application, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn files(&self, app: &App) -> Result<Vec<File>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| files::all(conn, app)).await?)
    }

    /// Largest file in bytes.
    pub fn file_max_bytes(&self) -> u64 {
        self.options.file_max_bytes
    }

    /// The size in bytes of what an address has now. Its host is called, unless it is an inner address.
    ///
    /// # Errors
    /// See [`FileFault`].
    pub async fn measure_url(&self, app: &App, url: &str) -> Result<i64, FileFault> {
        let url = tidy(url);
        check_url("the address of a file", url, URL_MAX).map_err(|_| FileFault::Malformed)?;
        let mut fetched = self.calls.fetch(Who::app(app.id), url, self.options.file_max_bytes).await?;
        if let Some(status) = fetched.refusal() {
            return Err(FileFault::Status(status));
        }
        let mut size = 0;
        while let Some(piece) = fetched.next().await? {
            size += piece.len() as i64;
        }
        Ok(size)
    }

    /// Changes the address of a file, with the size of what is there, and for whom it is; what is `None` stays.
    ///
    /// # Errors
    /// When there is none of that id, or the database or the disk fails.
    pub async fn edit_file(
        &self,
        app: &App,
        id: &str,
        url: Option<(String, i64)>,
        authed: Option<bool>,
    ) -> Result<(), ManageError> {
        let (app, wanted) = (app.id, id.to_owned());
        let was_upload = self
            .manage(move |conn| {
                let found = files::get(conn, app, &wanted)?;
                let mut file = found.ok_or_else(|| ManageError::unknown("file", &wanted))?;
                let was_upload = file.url.is_none() && url.is_some();
                if let Some((url, size)) = url {
                    (file.url, file.size) = (Some(tidy(&url).into()), size);
                }
                file.authed = authed.unwrap_or(file.authed);
                files::update(conn, app, &file)?;
                Ok(was_upload)
            })
            .await?;
        if was_upload {
            self.files.delete(app, id).await.map_err(|error| not_deleted(&error))?;
        }
        Ok(())
    }

    /// Deletes all files; `false` when there are none. What is being uploaded meanwhile stays.
    ///
    /// # Errors
    /// When the database or the disk fails.
    pub async fn delete_all_files(&self, app: &App) -> Result<bool, ManageError> {
        let app = app.id;
        let deleted = self
            .manage(move |conn| {
                let all = files::all(conn, app)?;
                files::clear(conn, app)?;
                Ok(all)
            })
            .await?;
        for file in deleted.iter().filter(|file| file.url.is_none()) {
            self.files.delete(app, &file.id).await.map_err(|error| not_deleted(&error))?;
        }
        Ok(!deleted.is_empty())
    }

    /// Adds a file.
    ///
    /// # Errors
    /// When a value is unfit or the content too large, the id is taken, or the database or the disk fails.
    pub async fn add_file(&self, app: &App, new: NewFile) -> Result<File, ManageError> {
        let (url, size, finished) = match new.content {
            FileContent::Url { url, size } => (Some(tidy(&url).to_owned()), size, None),
            FileContent::Upload(upload) => {
                let finished = upload.finish().await?;
                (None, finished.received.size as i64, Some(finished))
            }
        };
        let file = File {
            id: match new.id {
                Some(id) => trimmed(&id).into(),
                None => self.random.text(BASE62, ID_LEN),
            },
            name: check_name("the name of a file", &new.name, NAME_MAX)?,
            url,
            size,
            uploaded: self.clock.now(),
            authed: new.authed,
        };
        check(&file, self.options.file_max_bytes)?;
        let (app, row, app_max) = (app.id, file.clone(), self.options.app_upload_bytes);
        let sha256 = finished.as_ref().map(|finished| finished.received.sha256.clone());
        self.manage(move |conn| {
            must_be_new(uploads::insert(conn, app, &row, app_max)?, "file", &row.id)?;
            if let Some(sha256) = sha256 {
                files::set_sha256(conn, app, &row.id, row.uploaded, &sha256)?;
            }
            Ok(())
        })
        .await?;
        if let Some(Finished { received, reservation: _reservation }) = finished {
            self.keep_upload(app, &file.id, received).await?;
        }
        Ok(file)
    }

    /// Puts another content in the place of a file's, which keeps its id. `name`: its new name; `None`: as before.
    ///
    /// # Errors
    /// When there is none of that id, the application has not as much room, somebody else replaces it at this moment, or
    /// the database or the disk fails. The file is as it was then.
    pub async fn replace_file(
        &self,
        app: &App,
        id: &str,
        name: Option<String>,
        upload: Upload,
    ) -> Result<File, ManageError> {
        let name = name.map(|name| check_name("the name of a file", &name, NAME_MAX)).transpose()?;
        let Some(_held) = self.unfinished.hold_file(app.id, id) else {
            return Err(ManageError::Unfit(IS_BEING_REPLACED.into()));
        };
        let Finished { received, reservation: _reservation } = upload.finish().await?;
        let (app, wanted, size) = (app.id, id.to_owned(), received.size as i64);
        let (now, app_max, sha256) =
            (self.clock.now(), self.options.app_upload_bytes, received.sha256.clone());
        // The row comes first, without a digest: until that is set, no link leads to either content. It is claimed until then,
        // or two nodes could leave the row of one with the content of the other.
        let (new, was) = self
            .manage(move |conn| {
                let mut new = None;
                let change = |was: &File| {
                    let name = name.unwrap_or_else(|| was.name.clone());
                    let file = File { name, url: None, size, uploaded: now, ..was.clone() };
                    new.insert(file).clone()
                };
                let was = uploads::replace(conn, app, &wanted, size, now, change, app_max)?;
                Ok((new, was))
            })
            .await?;
        let new = new.ok_or_else(|| ManageError::unknown("file", id))?;
        if let Err(error) = self.files.keep(app, id, received).await {
            self.manage(move |conn| {
                files::replace(conn, app, &was.0)?;
                files::unclaim(conn, app, &was.0.id)?;
                if let Some(sha256) = was.1 {
                    files::set_sha256(conn, app, &was.0.id, was.0.uploaded, &sha256)?;
                }
                Ok(())
            })
            .await?;
            return Err(not_kept(&error));
        }
        let wanted = id.to_owned();
        let is_listed = self
            .manage(move |conn| {
                files::set_sha256(conn, app, &wanted, now, &sha256)?;
                files::unclaim(conn, app, &wanted)?;
                Ok(files::get(conn, app, &wanted)?.is_some())
            })
            .await?;
        if !is_listed {
            // Somebody has deleted it meanwhile.
            self.files.delete(app, id).await.map_err(|error| not_deleted(&error))?;
            return Err(ManageError::unknown("file", id));
        }
        Ok(new)
    }

    /// All files with the SHA-256 of uploads, the newest first. There are at most a thousand.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_files(&self, app: &App) -> Result<Vec<(File, Option<String>)>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| files::newest(conn, app)).await?)
    }

    /// Gives a file another name for people.
    ///
    /// # Errors
    /// When the name is unfit, there is none of that id, or the database fails.
    pub async fn rename_file(&self, app: &App, id: &str, name: &str) -> Result<(), ManageError> {
        let name = check_name("the name of a file", name, NAME_MAX)?;
        let (app, id) = (app.id, id.to_owned());
        self.manage(move |conn| match files::rename(conn, app, &id, &name)? {
            true => Ok(()),
            false => Err(ManageError::unknown("file", &id)),
        })
        .await
    }

    /// Gives an upload its place after its row: of two at once with one id, only one gets it.
    async fn keep_upload(&self, app: i64, id: &str, received: Received) -> Result<(), ManageError> {
        let kept = self.files.keep(app, id, received).await;
        let (wanted, failed) = (id.to_owned(), kept.is_err());
        let is_listed = self
            .manage(move |conn| {
                let is_listed = files::get(conn, app, &wanted)?.is_some();
                if failed {
                    files::delete(conn, app, &wanted)?;
                }
                Ok(is_listed)
            })
            .await?;
        kept.map_err(|error| not_kept(&error))?;
        if !is_listed {
            // Somebody has deleted it already, and could not delete what was not there yet.
            self.files.delete(app, id).await.map_err(|error| not_deleted(&error))?;
        }
        Ok(())
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// When there is none, or the database or the disk fails.
    pub async fn delete_file(&self, app: &App, id: &str) -> Result<(), ManageError> {
        let (app, wanted) = (app.id, id.to_owned());
        let found = self
            .manage(move |conn| {
                let found = files::get(conn, app, &wanted)?;
                files::delete(conn, app, &wanted)?;
                Ok(found)
            })
            .await?;
        match found {
            None => Err(ManageError::unknown("file", id)),
            Some(File { url: Some(_), .. }) => Ok(()),
            Some(_) => Ok(self.files.delete(app, id).await.map_err(|error| not_deleted(&error))?),
        }
    }

    /// Deletes the contents of all uploads of an application that is gone.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn delete_uploads(&self, app: &App) -> Result<(), ServiceError> {
        self.files.delete_app(app.id).await.map_err(|error| not_deleted(&error))
    }
}

fn not_deleted(error: &std::io::Error) -> ServiceError {
    ServiceError::System(format!("the content of an upload cannot be deleted: {error}"))
}

/// A file with an address, as it is kept.
pub(crate) fn check_fetched(file: File) -> Result<File, ManageError> {
    let url = file.url.as_deref().map(|url| tidy(url).to_owned());
    let name = check_name("the name of a file", &file.name, NAME_MAX)?;
    let file = File { url, name, size: file.size.max(0), ..file };
    check(&file, u64::MAX)?;
    Ok(file)
}

fn check(file: &File, max: u64) -> Result<(), ManageError> {
    if !file_store::is_id(&file.id) {
        let max = file_store::ID_MAX;
        return Err(ManageError::Unfit(format!("the id of a file has 1 to {max} of 0-9 A-Z a-z _ -")));
    }
    if file.size as u64 > max {
        return Err(ManageError::Unfit(format!(
            "a file has at most {max} bytes, this one has {}; file_max_bytes sets the limit",
            file.size
        )));
    }
    file.url.as_ref().map_or(Ok(()), |url| check_url("the address of a file", url, URL_MAX))
}
