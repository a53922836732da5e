//! The bytes of a file that is handed out: an open file on disk, of which pieces are read. Whoever replaces or deletes the
//! upload meanwhile changes a name; what is open stays as it is.

use std::{
    fs::File,
    io::{self, Error, ErrorKind},
    os::unix::fs::FileExt,
    time::SystemTime,
};

use aws_lc_rs::digest::{Context, SHA256};
use claviger_capacity::Permit;

use super::disk::{Room, blocking};

/// The bytes of a file. Reading them blocks.
#[derive(Debug)]
pub struct Content {
    file: File,
    length: u64,
    modified: SystemTime,
    /// Given back once nobody reads any more.
    _room: Option<Room>,
}

impl Content {
    /// What is in an open file now.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn of(file: File, room: Option<Room>) -> io::Result<Self> {
        let found = file.metadata()?;
        Ok(Self { length: found.len(), modified: found.modified()?, file, _room: room })
    }

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    /// What the system says, and when there are not as many.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    /// Makes sure that nobody wrote into the file itself since it was opened: a signature over one half of an old content
    /// and one of a new one would be none.
    ///
    /// # Errors
    /// When somebody did.
    pub fn check(&self) -> io::Result<()> {
        let found = self.file.metadata()?;
        if found.len() == self.length && found.modified()? == self.modified {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::InvalidData, "the file was written to while it was read"))
        }
    }
}

/// Bytes that are read at once for a digest.
const PIECE: u64 = 64 * 1024;

/// The SHA-256 of a content in hexadecimal digits. `place` is that of whoever uses a processor so long.
///
/// # Errors
/// What the system says.
pub(crate) async fn digest(content: Content, place: Permit) -> io::Result<String> {
    blocking(move || {
        let _place = place;
        let (mut context, mut piece, mut at) = (Context::new(&SHA256), Vec::new(), 0);
        while at < content.length() {
            let size = PIECE.min(content.length() - at);
            piece.resize(size as usize, 0);
            content.read_at(at, &mut piece)?;
            context.update(&piece);
            at += size;
        }
        content.check()?;
        Ok(hex::encode(context.finish()))
    })
    .await
}
