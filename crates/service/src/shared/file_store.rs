//! Contents of uploaded files: one file each, in a folder per application.

use std::{
    fs::{self, File},
    io::{self, Error, ErrorKind},
    path::PathBuf,
};

use claviger_files::open_regular_itself;

use crate::shared::{content::Content, disk::blocking};

/// Longest id in bytes.
pub(crate) const ID_MAX: usize = 49;

/// Begins the names of files that are being written. No id begins so.
pub(super) const UNFINISHED: &str = ".new-";

/// The folder of uploads, shared by all nodes.
#[derive(Clone, Debug)]
pub(crate) struct FileStore {
    pub(super) dir: PathBuf,
    pub(super) max: u64,
}

/// Whether a text can be the id of a file: 1 to [`ID_MAX`] of `0-9A-Za-z_-`. Such a name leads nowhere else.
pub(crate) fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=ID_MAX).contains(&text.len()) && text.bytes().all(fits)
}

impl FileStore {
    /// A store in the folder `dir`, which is made with the first upload. `max`: largest content in bytes.
    pub(crate) fn new(dir: PathBuf, max: u64) -> Self {
        Self { dir, max }
    }

    /// The content of an upload.
    ///
    /// # Errors
    /// What the system says, and when the content is larger than is allowed.
    pub(crate) async fn open(&self, app: i64, id: &str) -> io::Result<Content> {
        let (path, max) = (self.path(app, id)?, self.max);
        blocking(move || {
            let content = Content::of(File::open(path)?, None)?;
            if content.length() > max { Err(too_large(max)) } else { Ok(content) }
        })
        .await
    }

    /// Opens the content of an upload as a backup does, which takes nothing that stands in its place. Blocks.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn look(&self, app: i64, id: &str) -> io::Result<()> {
        open_regular_itself(&self.path(app, id)?).map(drop)
    }

    /// Deletes the content of an upload, if it is there.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) async fn delete(&self, app: i64, id: &str) -> io::Result<()> {
        let path = self.path(app, id)?;
        blocking(move || unless_missing(fs::remove_file(path))).await
    }

    /// Deletes all uploads of an application.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) async fn delete_app(&self, app: i64) -> io::Result<()> {
        let folder = self.folder(app);
        blocking(move || unless_missing(fs::remove_dir_all(folder))).await
    }

    /// Whether an application has a folder of uploads.
    pub(crate) async fn has_app(&self, app: i64) -> bool {
        let folder = self.folder(app);
        blocking(move || Ok(folder.is_dir())).await.unwrap_or(false)
    }

    pub(super) fn folder(&self, app: i64) -> PathBuf {
        self.dir.join(app.to_string())
    }

    pub(super) fn path(&self, app: i64, id: &str) -> io::Result<PathBuf> {
        if is_id(id) {
            Ok(self.folder(app).join(id))
        } else {
            Err(Error::new(ErrorKind::InvalidInput, "no file has such an id"))
        }
    }
}

/// What is not there needs no more doing.
pub(crate) fn unless_missing<T: Default>(outcome: io::Result<T>) -> io::Result<T> {
    outcome.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(T::default()) } else { Err(error) })
}

/// The content is larger than is allowed.
pub(super) fn too_large(max: u64) -> Error {
    Error::new(ErrorKind::FileTooLarge, format!("the content is larger than {max} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(max: u64) -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("files"), max);
        (folder, store)
    }

    fn put(store: &FileStore, app: i64, id: &str, content: &[u8]) {
        fs::create_dir_all(store.folder(app)).unwrap();
        fs::write(store.path(app, id).unwrap().with_extension("new"), content).unwrap();
        fs::rename(store.path(app, id).unwrap().with_extension("new"), store.path(app, id).unwrap()).unwrap();
    }

    async fn read(store: &FileStore, app: i64, id: &str) -> io::Result<Vec<u8>> {
        let content = store.open(app, id).await?;
        let mut bytes = vec![0; usize::try_from(content.length()).unwrap()];
        content.read_at(0, &mut bytes)?;
        content.check()?;
        Ok(bytes)
    }

    #[tokio::test]
    async fn what_is_open_stays_as_it_is() {
        let (folder, store) = store(100);
        put(&store, 1, "id", b"first");
        let content = store.open(1, "id").await.unwrap();
        put(&store, 1, "id", b"second");
        store.delete(1, "id").await.unwrap();
        let mut bytes = [0; 5];
        content.read_at(0, &mut bytes).unwrap();
        assert_eq!((&bytes, content.check().is_ok()), (b"first", true));
        // Who writes into the file itself is found out.
        put(&store, 1, "id", b"first");
        let content = store.open(1, "id").await.unwrap();
        fs::write(folder.path().join("files/1/id"), b"longer").unwrap();
        assert!(content.check().is_err());
    }

    #[tokio::test]
    async fn reads_what_is_there() {
        let (folder, store) = store(6);
        assert_eq!(read(&store, 1, "id").await.unwrap_err().kind(), ErrorKind::NotFound);
        put(&store, 1, "id", b"second");
        put(&store, 2, "id", b"else");
        assert_eq!(read(&store, 1, "id").await.unwrap(), b"second");
        let smaller = FileStore { max: 5, ..store.clone() };
        assert_eq!(read(&smaller, 1, "id").await.unwrap_err().kind(), ErrorKind::FileTooLarge);
        store.delete(1, "id").await.unwrap();
        store.delete(1, "id").await.unwrap();
        assert_eq!(read(&store, 1, "id").await.unwrap_err().kind(), ErrorKind::NotFound);
        store.delete_app(2).await.unwrap();
        store.delete_app(2).await.unwrap();
        assert!(!folder.path().join("files/2").exists());
    }

    #[tokio::test]
    async fn ids_lead_nowhere_else() {
        let (folder, store) = store(100);
        let long = "x".repeat(ID_MAX + 1);
        for id in ["", ".", "..", "../1/id", "a/b", "a\\b", ".new-id", "é", "a\0", " ", &long] {
            assert!(!is_id(id), "{id}");
            assert_eq!(read(&store, 1, id).await.unwrap_err().kind(), ErrorKind::InvalidInput, "{id}");
            assert!(store.path(1, id).is_err() && store.delete(1, id).await.is_err(), "{id}");
        }
        assert!(!folder.path().join("files").exists());
        assert!(is_id("123456") && is_id("A-b_9") && is_id(&"x".repeat(ID_MAX)));
    }
}
