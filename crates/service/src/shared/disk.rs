//! What all share who read and write files: threads that may block, and room on the disk.

use std::{
    io::{self, Error, ErrorKind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Does what blocks on a thread for that.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::other)?
}

/// So much room, for all who write at once.
#[derive(Debug)]
pub(crate) struct Rooms {
    taken: Arc<AtomicU64>,
    max: u64,
}

/// Room that somebody took, until it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    taken: Arc<AtomicU64>,
    max: u64,
    bytes: u64,
}

impl Rooms {
    pub(crate) fn new(max: u64) -> Self {
        Self { taken: Arc::default(), max }
    }

    /// Room for somebody, nothing so far.
    pub(crate) fn begin(&self) -> Room {
        Room { taken: self.taken.clone(), max: self.max, bytes: 0 }
    }

    #[cfg(test)]
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Room {
    /// Takes more.
    ///
    /// # Errors
    /// When there is no more.
    pub(crate) fn grow(&mut self, bytes: u64) -> io::Result<()> {
        let before = self.taken.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        if before.saturating_add(bytes) > self.max {
            return Err(Error::new(ErrorKind::QuotaExceeded, "too many large files wait to be taken"));
        }
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}
