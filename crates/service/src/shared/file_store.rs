//! Contents of uploaded files: one file each, in a folder per application.

use std::{
    fs::{self, File},
    io::{self, Error, ErrorKind},
    path::{Path, PathBuf},
};

use crate::shared::{
    content::Content,
    disk::blocking,
    private::{create_private, write_private},
};

/// Longest id in bytes.
pub(crate) const ID_MAX: usize = 49;

/// Begins the names of files that are being written. No id begins so.
const UNFINISHED: &str = ".new-";

/// The folder of uploads, shared by all nodes.
#[derive(Clone, Debug)]
pub(crate) struct FileStore {
    dir: PathBuf,
    max: u64,
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

    /// Keeps the content of an upload; returns once it is on disk. Readers see the old content or the new one.
    ///
    /// # Errors
    /// What the system says, and when the content is larger than is allowed.
    pub(crate) async fn write(&self, app: i64, id: &str, content: Vec<u8>) -> io::Result<()> {
        let path = self.path(app, id)?;
        if content.len() as u64 > self.max {
            return Err(too_large(self.max));
        }
        let (store, id) = (self.clone(), id.to_owned());
        blocking(move || write(&store.folder(app), &path, &id, &content)).await
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

    fn folder(&self, app: i64) -> PathBuf {
        self.dir.join(app.to_string())
    }

    fn path(&self, app: i64, id: &str) -> io::Result<PathBuf> {
        if is_id(id) {
            Ok(self.folder(app).join(id))
        } else {
            Err(Error::new(ErrorKind::InvalidInput, "no file has such an id"))
        }
    }
}

fn write(folder: &Path, path: &Path, id: &str, content: &[u8]) -> io::Result<()> {
    create_private(folder)?;
    let fresh = folder.join(format!("{UNFINISHED}{id}"));
    unless_missing(fs::remove_file(&fresh))?;
    let outcome = write_private(&fresh, content).and_then(|()| fs::rename(&fresh, path));
    if outcome.is_err() {
        // What went wrong is told; that this fails too would not help.
        let _ = fs::remove_file(&fresh);
    }
    outcome?;
    // A name is on disk once its folder is.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

fn unless_missing(outcome: io::Result<()>) -> io::Result<()> {
    outcome.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

fn too_large(max: u64) -> Error {
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

    impl FileStore {
        async fn read(&self, app: i64, id: &str) -> io::Result<Vec<u8>> {
            let content = self.open(app, id).await?;
            let mut bytes = vec![0; usize::try_from(content.length()).unwrap()];
            content.read_at(0, &mut bytes)?;
            content.check()?;
            Ok(bytes)
        }
    }

    #[tokio::test]
    async fn what_is_open_stays_as_it_is() {
        let (folder, store) = store(100);
        store.write(1, "id", b"first".into()).await.unwrap();
        let content = store.open(1, "id").await.unwrap();
        store.write(1, "id", b"second".into()).await.unwrap();
        store.delete(1, "id").await.unwrap();
        let mut bytes = [0; 5];
        content.read_at(0, &mut bytes).unwrap();
        assert_eq!((&bytes, content.check().is_ok()), (b"first", true));
        // Who writes into the file itself is found out.
        store.write(1, "id", b"first".into()).await.unwrap();
        let content = store.open(1, "id").await.unwrap();
        fs::write(folder.path().join("files/1/id"), b"longer").unwrap();
        assert!(content.check().is_err());
    }

    #[tokio::test]
    async fn reads_what_it_wrote() {
        let (folder, store) = store(100);
        assert_eq!(store.read(1, "id").await.unwrap_err().kind(), ErrorKind::NotFound);
        store.write(1, "id", b"first".into()).await.unwrap();
        store.write(1, "id", b"second".into()).await.unwrap();
        store.write(2, "id", b"elsewhere".into()).await.unwrap();
        assert_eq!(store.read(1, "id").await.unwrap(), b"second");
        store.delete(1, "id").await.unwrap();
        store.delete(1, "id").await.unwrap();
        assert_eq!(store.read(1, "id").await.unwrap_err().kind(), ErrorKind::NotFound);
        store.delete_app(2).await.unwrap();
        store.delete_app(2).await.unwrap();
        assert!(!folder.path().join("files/2").exists());
    }

    #[tokio::test]
    async fn refuses_what_is_too_large() {
        let (_folder, store) = store(5);
        store.write(1, "id", b"12345".into()).await.unwrap();
        let refused = store.write(1, "id", b"123456".into()).await.unwrap_err();
        assert_eq!(refused.to_string(), "the content is larger than 5 bytes");
        assert_eq!(store.read(1, "id").await.unwrap(), b"12345");
        let smaller = FileStore { max: 4, ..store };
        assert_eq!(smaller.read(1, "id").await.unwrap_err().kind(), ErrorKind::FileTooLarge);
    }

    #[tokio::test]
    async fn ids_lead_nowhere_else() {
        let (folder, store) = store(100);
        let long = "x".repeat(ID_MAX + 1);
        for id in ["", ".", "..", "../1/id", "a/b", "a\\b", ".new-id", "é", "a\0", " ", &long] {
            assert!(!is_id(id), "{id}");
            assert_eq!(store.read(1, id).await.unwrap_err().kind(), ErrorKind::InvalidInput, "{id}");
            assert!(store.write(1, id, Vec::new()).await.is_err(), "{id}");
            assert!(store.delete(1, id).await.is_err(), "{id}");
        }
        assert!(!folder.path().join("files").exists());
        assert!(is_id("123456") && is_id("A-b_9") && is_id(&"x".repeat(ID_MAX)));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_look_inside() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, store) = store(100);
        store.write(7, "id", b"content".into()).await.unwrap();
        for (path, mode) in [("files", 0o700), ("files/7", 0o700), ("files/7/id", 0o600)] {
            let found = fs::metadata(folder.path().join(path)).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode, "{path}");
        }
        assert_eq!(fs::read_dir(folder.path().join("files/7")).unwrap().count(), 1);
    }
}
