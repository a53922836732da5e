//! Uploads on their way: checked before the first byte, on disk as they come, and within what an application may have.

use std::{io, time::Duration};

use claviger_capacity::{Full, Permit, Who};
use claviger_domain::{BASE62, ClientAddress};
use claviger_store::{
    Conn,
    files::{self, File, Usage},
};

use super::ManageError;
use crate::{
    App, Service, ServiceError,
    shared::{
        quotas::Reservation,
        receiving::{Received, Receiving},
        unfinished::Parts,
    },
};

/// Files that an application may have.
const FILES_MAX: i64 = 1000;
/// Characters of the name that an unfinished upload has.
const NAME_LEN: usize = 20;
/// Seconds that putting another content in the place of a file's takes at most, once that is on disk.
const REPLACING: i64 = 60;
pub(super) const IS_BEING_REPLACED: &str = "this file is being replaced at this moment; try again";
/// No upload that is under way is silent for so long.
const UNFINISHED_FOR: Duration = Duration::from_hours(1);

/// The content of a file on its way. What is not added in the end leaves nothing behind.
pub struct Upload {
    receiving: Receiving,
    reservation: Reservation,
    /// Largest file in bytes.
    file_max: u64,
    /// What all uploads of the application may have in bytes.
    app_max: u64,
}

/// An upload that is all on disk, and not a file yet.
pub(super) struct Finished {
    pub(super) received: Received,
    /// Held until the file counts by itself.
    pub(super) reservation: Reservation,
}

impl Service {
    /// A place for an upload. Whoever receives it holds it to the end.
    ///
    /// # Errors
    /// When there is none.
    pub fn upload_place(&self, app: &App, ip: ClientAddress) -> Result<Permit, Full> {
        self.uploads.try_enter(Who::client(app.id, ip))
    }

    /// Begins an upload of at least `least` and at most `most` bytes, and reserves room for it.
    ///
    /// # Errors
    /// When it is too large, the application has too many files or too large ones, or the database or the disk fails.
    pub async fn begin_upload(&self, app: &App, least: u64, most: u64) -> Result<Upload, ManageError> {
        self.begin_upload_for(app, None, least, most).await
    }

    /// As [`Service::begin_upload`]; of a file that it replaces, the room counts as free.
    ///
    /// # Errors
    /// As [`Service::begin_upload`], and when there is none of that id.
    pub async fn begin_upload_for(
        &self,
        app: &App,
        replaces: Option<String>,
        least: u64,
        most: u64,
    ) -> Result<Upload, ManageError> {
        let (file_max, app_max) = (self.options.file_max_bytes, self.options.app_upload_bytes);
        if least > file_max {
            return Err(ManageError::TooLarge(file_max));
        }
        let id = app.id;
        let usage = self.store.db().read(move |conn| usage_without(conn, id, replaces.as_deref())).await?;
        let reservation = self.quotas.reserve(id, |reserved| {
            let usage = Usage {
                files: usage.files.saturating_add_unsigned(reserved.files),
                bytes: usage.bytes.saturating_add_unsigned(reserved.bytes),
            };
            let left = room(usage, least, app_max)?;
            Ok::<_, ManageError>(most.min(file_max).min(left))
        })?;
        let name = self.random.text(BASE62, NAME_LEN);
        let receiving =
            self.files.receive(id, &name, reservation.bytes).await.map_err(|error| not_kept(&error))?;
        Ok(Upload { receiving, reservation, file_max, app_max })
    }

    /// Deletes what crashes have left behind of uploads.
    ///
    /// # Errors
    /// When the disk fails.
    pub(crate) async fn clear_unfinished_uploads(&self) -> Result<usize, ServiceError> {
        let cleared = self.files.clear_unfinished(UNFINISHED_FOR).await;
        cleared
            .map_err(|error| ServiceError::System(format!("unfinished uploads cannot be deleted: {error}")))
    }
}

impl Upload {
    /// Appends bytes.
    ///
    /// # Errors
    /// When there are too many, or the disk fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), ManageError> {
        self.receiving.write(bytes).await.map_err(|error| match error.kind() {
            io::ErrorKind::FileTooLarge if self.reservation.bytes < self.file_max => {
                ManageError::Quota(format!("{}; this file does not fit", allowed(self.app_max)))
            }
            io::ErrorKind::FileTooLarge => ManageError::TooLarge(self.file_max),
            _ => not_kept(&error),
        })
    }

    /// What is kept of it between two pieces.
    pub(super) fn into_parts(self) -> Parts {
        Parts { receiving: self.receiving, reservation: self.reservation }
    }

    /// Goes on with what was kept.
    pub(super) fn of_parts(parts: Parts, file_max: u64, app_max: u64) -> Self {
        Self { receiving: parts.receiving, reservation: parts.reservation, file_max, app_max }
    }

    /// Bytes that came.
    pub fn size(&self) -> u64 {
        self.receiving.size()
    }

    /// Makes sure that all is on disk.
    pub(super) async fn finish(self) -> Result<Finished, ManageError> {
        let received = self.receiving.finish().await.map_err(|error| not_kept(&error))?;
        Ok(Finished { received, reservation: self.reservation })
    }
}

/// Adds what is known of a file, if the application may have it besides those that it has; `false` when the id is taken.
/// The last word: others, on other nodes too, wait for it.
pub(super) fn insert(conn: &mut Conn<'_>, app: i64, file: &File, app_max: u64) -> Result<bool, ManageError> {
    claviger_store::apps::lock_settings(conn, app)?;
    let bytes = if file.url.is_some() { 0 } else { file.size.unsigned_abs() };
    room(files::usage(conn, app)?, bytes, app_max)?;
    Ok(files::insert(conn, app, file)?)
}

/// How much an application has of files, without one of them.
fn usage_without(conn: &mut Conn<'_>, app: i64, id: Option<&str>) -> Result<Usage, ManageError> {
    let mut usage = files::usage(conn, app)?;
    if let Some(id) = id {
        let file = files::get(conn, app, id)?.ok_or_else(|| ManageError::unknown("file", id))?;
        usage.files -= 1;
        usage.bytes -= if file.url.is_some() { 0 } else { file.size };
    }
    Ok(usage)
}

/// Replaces what is known of a file, if the application may have that besides the others; returns what was known before.
pub(super) fn replace(
    conn: &mut Conn<'_>,
    app: i64,
    id: &str,
    size: i64,
    now: i64,
    change: impl FnOnce(&File) -> File,
    app_max: u64,
) -> Result<(File, Option<String>), ManageError> {
    claviger_store::apps::lock_settings(conn, app)?;
    let was = files::get(conn, app, id)?.ok_or_else(|| ManageError::unknown("file", id))?;
    if !files::claim(conn, app, id, now, now + REPLACING)? {
        return Err(ManageError::Unfit(IS_BEING_REPLACED.into()));
    }
    let sha256 = files::sha256(conn, app, id)?;
    room(usage_without(conn, app, Some(id))?, size.unsigned_abs(), app_max)?;
    files::replace(conn, app, &change(&was))?;
    Ok((was, sha256))
}

/// How many bytes an application may still upload, if it may add a file of `least` bytes.
fn room(usage: Usage, least: u64, app_max: u64) -> Result<u64, ManageError> {
    if usage.files >= FILES_MAX {
        return Err(ManageError::Quota(format!(
            "an application has at most {FILES_MAX} files, and there are {}",
            usage.files
        )));
    }
    let left = app_max.saturating_sub(usage.bytes.unsigned_abs());
    if least > left {
        return Err(ManageError::Quota(format!(
            "{}; {} are taken, and this file has {least}",
            allowed(app_max),
            usage.bytes
        )));
    }
    Ok(left)
}

fn allowed(app_max: u64) -> String {
    format!("the uploads of an application have at most {app_max} bytes, which app_upload_bytes sets")
}

/// The disk refused a content.
pub(super) fn not_kept(error: &io::Error) -> ManageError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ServiceError::DiskFull.into(),
        _ => ServiceError::System(format!("the file cannot be kept: {error}")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_apart() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert!(matches!(not_kept(&kind.into()), ManageError::Service(ServiceError::DiskFull)));
        }
        let other = not_kept(&io::ErrorKind::PermissionDenied.into());
        assert!(other.to_string().starts_with("the file cannot be kept: "), "{other}");
    }
}
