//! Files that have no name: what was fetched waits there until it is handed on, and is gone with the process.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use claviger_capacity::Who;
use claviger_files::create_private_folder;

use super::{
    content::Content,
    disk::{Room, Rooms, blocking},
};

/// So many bytes may wait in all.
const ROOM: u64 = 1024 * 1024 * 1024;
/// So many bytes are written at once.
const PIECE: usize = 64 * 1024;

/// Where files without a name are made, and how much room they take.
#[derive(Debug)]
pub(crate) struct Spools {
    dir: PathBuf,
    rooms: Rooms,
}

/// A file without a name that is being written.
#[derive(Debug)]
pub(crate) struct Spool {
    file: Arc<File>,
    room: Room,
    waiting: Vec<u8>,
}

impl Spools {
    /// In the folder `dir`, which is made with the first one. `file_max`: bytes of the largest.
    pub(crate) fn new(dir: PathBuf, file_max: u64) -> Self {
        Self { dir, rooms: Rooms::new(ROOM, file_max) }
    }

    /// Begins a file for somebody.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) async fn begin(&self, who: Who) -> io::Result<Spool> {
        let dir = self.dir.clone();
        let file = blocking(move || unnamed(&dir)).await?;
        Ok(Spool { file: Arc::new(file), room: self.rooms.begin(who), waiting: Vec::new() })
    }
}

impl Spool {
    /// Appends bytes.
    ///
    /// # Errors
    /// What the system says, and when there is no room.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.room.grow(bytes.len() as u64)?;
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PIECE { self.flush().await } else { Ok(()) }
    }

    /// What was written.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) async fn finish(mut self) -> io::Result<Content> {
        self.flush().await?;
        let (file, room) = (self.file, self.room);
        blocking(move || Content::of(file.try_clone()?, Some(room))).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        let (file, waiting) = (self.file.clone(), std::mem::take(&mut self.waiting));
        blocking(move || (&*file).write_all(&waiting)).await
    }
}

fn unnamed(dir: &Path) -> io::Result<File> {
    create_private_folder(dir)?;
    tempfile::tempfile_in(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn takes_room_until_nobody_reads() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("files");
        let spools = Spools { rooms: Rooms::new(0, 200_000), ..Spools::new(dir.clone(), 0) };
        let mut spool = spools.begin(Who::app(1)).await.unwrap();
        for _ in 0..5 {
            spool.write(&[7; 30_000]).await.unwrap();
        }
        let content = spool.finish().await.unwrap();
        let mut read = vec![0; 150_000];
        content.read_at(0, &mut read).unwrap();
        assert_eq!((content.length(), read), (150_000, vec![7; 150_000]));
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0, "it has no name");
        let mut other = spools.begin(Who::app(1)).await.unwrap();
        let refused = other.write(&[7; 60_000]).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::QuotaExceeded);
        drop(other);
        assert_eq!(spools.rooms.taken(), 150_000);
        drop(content);
        assert_eq!(spools.rooms.taken(), 0);
    }
}
