//! The folder in which all is kept. Files are written whole or not at all, and are their owner's alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use claviger_files::{Lock, create_private_folder, lock_file, read_regular_text, replace_private};
use serde::{Serialize, de::DeserializeOwned};

use crate::{AcmeError, names::LOCK};

/// Longest file in bytes.
const FILE_MAX: u64 = 1024 * 1024;

/// The folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder(Arc<Path>);

impl Folder {
    /// That at this path.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.into())
    }

    /// Makes it, where it is not there.
    pub(crate) fn make(&self) -> Result<(), AcmeError> {
        create_private_folder(&self.0).map_err(|error| AcmeError::file(&self.0, error))
    }

    /// Where a file is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// What is in a file; `None` where there is none.
    pub(crate) async fn read(&self, name: &'static str) -> Result<Option<String>, AcmeError> {
        self.apart(name, |path| read(&path)).await
    }

    /// What is in a file of JSON; one that cannot be read is as good as none, since all can be had anew.
    pub(crate) async fn read_json<T: DeserializeOwned>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, AcmeError> {
        Ok(self.read(name).await?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Replaces a file; it stays after a loss of power.
    pub(crate) async fn write(&self, name: &'static str, text: String) -> Result<(), AcmeError> {
        self.apart(name, move |path| replace_private(&path, text.as_bytes())).await
    }

    /// Replaces a file of JSON.
    pub(crate) async fn write_json(
        &self,
        name: &'static str,
        value: &impl Serialize,
    ) -> Result<(), AcmeError> {
        let text =
            serde_json::to_string(value).map_err(|error| AcmeError::file(&self.path(name), error.into()))?;
        self.write(name, text).await
    }

    /// Removes a file, if it is there.
    pub(crate) async fn remove(&self, name: &'static str) -> Result<(), AcmeError> {
        let removed = |path: PathBuf| match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        self.apart(name, removed).await
    }

    /// The right to order, until it is dropped; `None` while somebody else has it. It ends with the process.
    pub(crate) async fn lock(&self) -> Result<Option<Lock>, AcmeError> {
        self.apart(LOCK, |path| lock_file(&path)).await
    }

    /// Does something with a file on a thread that may block.
    async fn apart<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce(PathBuf) -> io::Result<T> + Send + 'static,
    ) -> Result<T, AcmeError> {
        let path = self.path(name);
        let shown = path.clone();
        let done = tokio::task::spawn_blocking(move || work(path)).await.map_err(io::Error::other);
        done.flatten().map_err(|error| AcmeError::file(&shown, error))
    }
}

/// What is in a file; `None` where there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    match read_regular_text(path, FILE_MAX) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn what_is_written_is_its_owners_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(&place.path().join("a/b"));
        assert_eq!(folder.read("x.json").await.unwrap(), None, "whoever looks makes nothing");
        folder.make().unwrap();
        assert_eq!(folder.read("x.json").await.unwrap(), None);
        folder.write("x.json", "first, and longer".into()).await.unwrap();
        folder.write("x.json", "second".into()).await.unwrap();
        assert_eq!(folder.read("x.json").await.unwrap().as_deref(), Some("second"));
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(place.path().join("a/b")), mode(folder.path("x.json"))), (0o700, 0o600));
        folder.remove("x.json").await.unwrap();
        folder.remove("x.json").await.unwrap();
        assert_eq!(folder.read("x.json").await.unwrap(), None);
    }

    #[tokio::test]
    async fn one_orders_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::at(place.path());
        let held = folder.lock().await.unwrap();
        assert!(held.is_some() && folder.lock().await.unwrap().is_none());
        drop(held);
        assert!(folder.lock().await.unwrap().is_some());
    }
}
