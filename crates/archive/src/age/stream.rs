//! The encrypted stream: pieces of 64 KiB, of which the last says that it is.

use std::io::{self, Read, Write};

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

use super::{
    derive::derive,
    header,
    lock::{Lock, Unlock},
    stanza,
};
use crate::ArchiveError;

const PIECE: usize = 64 * 1024;
const TAG: usize = 16;

struct Pieces {
    key: LessSafeKey,
    number: u64,
}

impl Pieces {
    fn new(file_key: &[u8], nonce: &[u8; 16]) -> io::Result<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &*derive(file_key, nonce, b"payload"));
        let key = key.map_err(|_| io::Error::other("the key cannot be used"))?;
        Ok(Self { key: LessSafeKey::new(key), number: 0 })
    }

    /// Eleven bytes that count, one that says whether it is the last piece.
    fn nonce(&mut self, last: bool) -> Nonce {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.number.to_be_bytes());
        nonce[11] = u8::from(last);
        self.number += 1;
        Nonce::assume_unique_for_key(nonce)
    }
}

/// Encrypts what is written.
pub struct AgeWriter<W: Write> {
    out: W,
    pieces: Pieces,
    held: Vec<u8>,
}

impl<W: Write> AgeWriter<W> {
    /// Begins with the head.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(mut out: W, lock: &Lock) -> io::Result<Self> {
        let file_key = header::write(&mut out, lock)?;
        let nonce: [u8; 16] = stanza::random()?;
        out.write_all(&nonce)?;
        let pieces = Pieces::new(&file_key[..], &nonce)?;
        Ok(Self { out, pieces, held: Vec::with_capacity(PIECE + TAG) })
    }

    /// Writes the last piece.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.out)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let nonce = self.pieces.nonce(last);
        let sealed = self.pieces.key.seal_in_place_append_tag(nonce, Aad::empty(), &mut self.held);
        sealed.map_err(|_| io::Error::other("a piece cannot be encrypted"))?;
        self.out.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }
}

impl<W: Write> Write for AgeWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits until there is more: it may be the last.
        if self.held.len() == PIECE {
            self.seal(false)?;
        }
        let fits = bytes.len().min(PIECE - self.held.len());
        self.held.extend_from_slice(&bytes[..fits]);
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Decrypts what is read.
pub struct AgeReader<R: Read> {
    input: R,
    pieces: Pieces,
    /// Encrypted: one piece, and what follows it.
    next: Vec<u8>,
    plain: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> AgeReader<R> {
    /// Reads the head.
    ///
    /// # Errors
    /// When nothing at hand opens it, or it is damaged.
    pub fn new(mut input: R, unlock: &Unlock) -> Result<Self, ArchiveError> {
        let file_key = header::read(&mut input, unlock)?;
        let mut nonce = [0; 16];
        input.read_exact(&mut nonce).map_err(ArchiveError::reading)?;
        let pieces = Pieces::new(&file_key[..], &nonce)?;
        Ok(Self { input, pieces, next: Vec::new(), plain: Vec::new(), at: 0, ended: false })
    }

    /// What was read from. All of it was read once the end was.
    pub fn into_inner(self) -> R {
        self.input
    }

    fn advance(&mut self) -> io::Result<()> {
        const SEALED: usize = PIECE + TAG;
        let wanted = (SEALED + 1).saturating_sub(self.next.len());
        self.input.by_ref().take(wanted as u64).read_to_end(&mut self.next)?;
        let last = self.next.len() <= SEALED;
        let length = self.next.len().min(SEALED);
        let first = self.pieces.number == 0;
        let nonce = self.pieces.nonce(last);
        let opened = self.pieces.key.open_in_place(nonce, Aad::empty(), &mut self.next[..length]);
        let plain = opened.map_err(|_| damaged(last))?;
        if last && plain.is_empty() && !first {
            return Err(damaged(false));
        }
        self.plain.clear();
        self.plain.extend_from_slice(plain);
        self.next.drain(..length);
        (self.at, self.ended) = (0, last);
        Ok(())
    }
}

/// A piece that is taken for the last one and is not: the rest is missing.
fn damaged(last: bool) -> io::Error {
    let what =
        if last { ArchiveError::CutOff } else { ArchiveError::Damaged("a piece of it cannot be decrypted") };
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<R: Read> Read for AgeReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.plain.len() && !self.ended && !out.is_empty() {
            self.advance()?;
        }
        let length = out.len().min(self.plain.len() - self.at);
        out[..length].copy_from_slice(&self.plain[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}
