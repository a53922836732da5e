//! The content of an upload on its way to the disk. Until it is kept it has a name of its own, which goes with whoever
//! gave up; after a crash, [`FileStore::clear_unfinished`] finds it.

use std::{
    fs::{self, File},
    io::{self, Error, ErrorKind, Write},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use aws_lc_rs::digest::{Context, SHA256};
use claviger_files::{create_private, create_private_folder, sync_folder};

use super::{
    disk::blocking,
    file_store::{FileStore, UNFINISHED, too_large, unless_missing},
};

/// So many bytes are written at once.
const PIECE: usize = 64 * 1024;

/// A content that is being received.
pub(crate) struct Receiving {
    /// Missing while it writes, and for good when whoever waited for that gave up.
    writer: Option<Writer>,
    waiting: Vec<u8>,
    size: u64,
    max: u64,
    unfinished: Unfinished,
}

struct Writer {
    file: File,
    digest: Context,
}

/// A content that is all on disk.
pub(crate) struct Received {
    unfinished: Unfinished,
    /// Bytes.
    pub(crate) size: u64,
    /// In hexadecimal digits.
    pub(crate) sha256: String,
}

/// A file that is deleted unless it is kept.
struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // If this fails, it is found later.
            let _ = fs::remove_file(path);
        }
    }
}

impl FileStore {
    /// Begins to receive a content of at most `max` bytes. `name` is one that nobody else draws.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) async fn receive(&self, app: i64, name: &str, max: u64) -> io::Result<Receiving> {
        let folder = self.folder(app);
        let path = folder.join(format!("{UNFINISHED}{name}"));
        let (file, unfinished) = blocking(move || {
            create_private_folder(&folder)?;
            Ok((create_private(&path)?, Unfinished(Some(path))))
        })
        .await?;
        let writer = Some(Writer { file, digest: Context::new(&SHA256) });
        Ok(Receiving { writer, waiting: Vec::new(), size: 0, max: max.min(self.max), unfinished })
    }

    /// Gives a content its place. Readers see the old content or the new one; returns once that is on disk.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) async fn keep(&self, app: i64, id: &str, received: Received) -> io::Result<()> {
        let (folder, path) = (self.folder(app), self.path(app, id)?);
        blocking(move || {
            let mut unfinished = received.unfinished;
            if let Some(from) = &unfinished.0 {
                fs::rename(from, path)?;
            }
            unfinished.0 = None;
            // A name is on disk once its folder is.
            sync_folder(&folder)
        })
        .await
    }

    /// Deletes what a crash has left behind of uploads: unfinished ones that nobody wrote to for `idle`. Returns how many.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) async fn clear_unfinished(&self, idle: Duration) -> io::Result<usize> {
        let dir = self.dir.clone();
        blocking(move || {
            let before = SystemTime::now().checked_sub(idle).unwrap_or(SystemTime::UNIX_EPOCH);
            let mut cleared = 0;
            let Some(apps) = unless_missing(fs::read_dir(dir).map(Some))? else { return Ok(0) };
            for app in apps {
                let app = app?;
                if !app.file_type()?.is_dir() {
                    continue;
                }
                // It may have been deleted meanwhile, with its application.
                let Some(files) = unless_missing(fs::read_dir(app.path()).map(Some))? else { continue };
                for file in files {
                    let file = file?;
                    let is_unfinished =
                        file.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED));
                    if is_unfinished
                        && file.metadata().and_then(|found| found.modified()).is_ok_and(|at| at < before)
                    {
                        unless_missing(fs::remove_file(file.path()))?;
                        cleared += 1;
                    }
                }
            }
            Ok(cleared)
        })
        .await
    }
}

impl Receiving {
    /// Appends bytes.
    ///
    /// # Errors
    /// What the system says, and when there are too many.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.size += bytes.len() as u64;
        if self.size > self.max {
            return Err(too_large(self.max));
        }
        // Never more than a piece in memory, however large the others are.
        for part in bytes.chunks(PIECE) {
            self.waiting.extend_from_slice(part);
            if self.waiting.len() >= PIECE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Bytes that came.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Makes sure that all is on disk.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) async fn finish(mut self) -> io::Result<Received> {
        self.flush().await?;
        let writer = self.writer.take().ok_or_else(gone)?;
        let digest = blocking(move || {
            writer.file.sync_all()?;
            Ok(writer.digest.finish())
        });
        Ok(Received { sha256: hex::encode(digest.await?), size: self.size, unfinished: self.unfinished })
    }

    async fn flush(&mut self) -> io::Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let mut writer = self.writer.take().ok_or_else(gone)?;
        let (writer, mut waiting) = blocking(move || {
            writer.file.write_all(&waiting)?;
            writer.digest.update(&waiting);
            Ok((writer, waiting))
        })
        .await?;
        waiting.clear();
        (self.writer, self.waiting) = (Some(writer), waiting);
        Ok(())
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::BrokenPipe, "an upload broke off before")
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, os::unix::fs::PermissionsExt, path::Path, pin::pin, task::Poll};

    use proptest::prelude::*;

    use super::*;

    fn store() -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("files"), 1_000_000);
        (folder, store)
    }

    fn names(folder: &Path) -> Vec<String> {
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        /// Whoever gives up at any moment leaves nothing: neither a file nor an open one.
        #[test]
        fn nothing_is_left_wherever_it_breaks_off(polls in 0..12usize, pieces in 0..4usize) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (folder, store) = store();
            runtime.block_on(async {
                let mut work = pin!(async {
                    let mut receiving = store.receive(1, "x", 1_000_000).await.unwrap();
                    for _ in 0..pieces {
                        receiving.write(&[7; 70_000]).await.unwrap();
                    }
                    receiving.finish().await.unwrap().size
                });
                for _ in 0..polls {
                    match poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await {
                        Poll::Ready(size) => {
                            assert_eq!(size, 70_000 * pieces as u64);
                            break;
                        }
                        Poll::Pending => tokio::task::yield_now().await,
                    }
                }
            });
            // Waits for whoever blocks.
            drop(runtime);
            prop_assert_eq!(names(&folder.path().join("files/1")), Vec::<String>::new());
        }
    }

    #[tokio::test]
    async fn what_is_kept_has_its_name_and_digest() {
        let (folder, store) = store();
        let mut receiving = store.receive(1, "x", 300_000).await.unwrap();
        receiving.write(&[7; 100_000]).await.unwrap();
        assert_eq!(names(&folder.path().join("files/1")), [".new-x"]);
        for (path, mode) in [("files", 0o700), ("files/1", 0o700), ("files/1/.new-x", 0o600)] {
            let found = fs::metadata(folder.path().join(path)).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode, "{path}");
        }
        receiving.write(&[7; 200_000]).await.unwrap();
        let received = receiving.finish().await.unwrap();
        let expected = aws_lc_rs::digest::digest(&SHA256, &[7; 300_000]);
        assert_eq!((received.size, &received.sha256), (300_000, &hex::encode(expected)));
        store.keep(1, "id", received).await.unwrap();
        assert_eq!(names(&folder.path().join("files/1")), ["id"]);
        assert_eq!(store.open(1, "id").await.unwrap().length(), 300_000);
        let mut receiving = store.receive(1, "x", 300_000).await.unwrap();
        receiving.write(&[7; 300_000]).await.unwrap();
        assert_eq!(receiving.write(&[7]).await.unwrap_err().kind(), ErrorKind::FileTooLarge);
        drop(receiving);
        assert_eq!(names(&folder.path().join("files/1")), ["id"]);
    }

    #[tokio::test]
    async fn what_a_crash_left_is_cleared() {
        let (folder, store) = store();
        assert_eq!(store.clear_unfinished(Duration::from_secs(60)).await.unwrap(), 0);
        let app = folder.path().join("files/1");
        fs::create_dir_all(&app).unwrap();
        fs::write(folder.path().join("files/.new-beside"), "x").unwrap();
        for (name, age) in [(".new-old", 100), (".new-young", 10), ("old", 100)] {
            let file = File::create(app.join(name)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        }
        assert_eq!(store.clear_unfinished(Duration::from_secs(60)).await.unwrap(), 1);
        let mut left = names(&app);
        left.sort();
        assert_eq!(left, [".new-young", "old"]);
    }
}
