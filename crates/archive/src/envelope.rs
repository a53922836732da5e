//! The outermost layer: what tells a backup from other files, and a whole one from a part.

use std::io::{Read, Write};

use aws_lc_rs::digest::{Context, SHA256};

use crate::{ArchiveError, header::VERSION};

const MAGIC: &[u8; 16] = b"claviger-backup\n";
const END: &[u8; 16] = b"\nend-of-claviger";
/// Bytes before the body.
pub const PRELUDE_LEN: usize = MAGIC.len() + 4;
/// Bytes behind the body.
pub const TAIL_LEN: usize = END.len() + 8 + 32;
/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// How the body is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Not at all: whoever has the file reads the data. Secrets in it are sealed by the master key all the same.
    None,
    /// Encrypted, in the format of age.
    Age,
}

impl Protection {
    fn byte(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Age => 1,
        }
    }
}

/// Wraps what is written in an envelope.
pub struct Envelope<W: Write> {
    out: W,
    digest: Context,
    length: u64,
}

impl<W: Write> Envelope<W> {
    /// Begins one.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(out: W, protection: Protection) -> Result<Self, ArchiveError> {
        let mut envelope = Self { out, digest: Context::new(&SHA256), length: 0 };
        envelope.write_all(MAGIC)?;
        envelope.write_all(&VERSION.to_be_bytes())?;
        envelope.write_all(&[protection.byte(), 0])?;
        Ok(envelope)
    }

    /// Closes it; the length in bytes, and where it was written to.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(mut self) -> Result<(u64, W), ArchiveError> {
        let total = self.length + TAIL_LEN as u64;
        let digest = self.digest.finish();
        self.out.write_all(END)?;
        self.out.write_all(&total.to_be_bytes())?;
        self.out.write_all(digest.as_ref())?;
        self.out.flush()?;
        Ok((total, self.out))
    }
}

impl<W: Write> Write for Envelope<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// What stands behind the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Length of the whole backup in bytes.
    pub length: u64,
    digest: [u8; 32],
}

impl Tail {
    /// Reads the last [`TAIL_LEN`] bytes of a file; `None`: the file does not end as a backup does.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(END)?;
        let (length, digest) = rest.split_at_checked(8)?;
        Some(Self { length: u64::from_be_bytes(length.try_into().ok()?), digest: digest.try_into().ok()? })
    }
}

/// The body of an envelope, as it is read. The end of the input is the end of the tail.
pub struct Opened<R: Read> {
    input: R,
    protection: Protection,
    digest: Context,
    /// Bytes that left for the caller, and those before the body.
    passed: u64,
    /// What was read and not handed on; the last [`TAIL_LEN`] bytes may be the tail.
    held: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Opened<R> {
    /// Reads what stands before the body.
    ///
    /// # Errors
    /// When it is no backup, or one that a newer program wrote.
    pub fn new(mut input: R) -> Result<Self, ArchiveError> {
        let mut prelude = [0; PRELUDE_LEN];
        input.read_exact(&mut prelude).map_err(|error| match ArchiveError::reading(error) {
            ArchiveError::CutOff => ArchiveError::Foreign,
            other => other,
        })?;
        let [version @ .., protection, _] = prelude.strip_prefix(MAGIC).ok_or(ArchiveError::Foreign)? else {
            return Err(ArchiveError::Foreign);
        };
        let found = u16::from_be_bytes(version.try_into().map_err(|_| ArchiveError::Foreign)?);
        if found > VERSION {
            return Err(ArchiveError::Newer { found, known: VERSION });
        }
        let protection = match protection {
            0 => Protection::None,
            1 => Protection::Age,
            _ => return Err(ArchiveError::Damaged("its encryption is of no known kind")),
        };
        let mut digest = Context::new(&SHA256);
        digest.update(&prelude);
        let passed = PRELUDE_LEN as u64;
        Ok(Self { input, protection, digest, passed, held: Vec::new(), at: 0, ended: false })
    }

    /// How the body is protected.
    pub fn protection(&self) -> Protection {
        self.protection
    }

    /// Looks at what stands behind the body; the length of the whole backup.
    ///
    /// # Errors
    /// When something is left of the body, the end is missing, or anything was changed.
    pub fn finish(mut self) -> Result<u64, ArchiveError> {
        if self.read(&mut [0]).map_err(ArchiveError::Io)? > 0 {
            return Err(ArchiveError::Damaged("something follows its end"));
        }
        let tail = self.held.get(self.at..).and_then(Tail::parse).ok_or(ArchiveError::CutOff)?;
        if tail.length != self.passed + TAIL_LEN as u64 {
            return Err(ArchiveError::Damaged("it has another length than it says"));
        }
        if tail.digest != self.digest.finish().as_ref() {
            return Err(ArchiveError::Damaged("its digest is another one"));
        }
        Ok(tail.length)
    }

    fn fill(&mut self) -> std::io::Result<()> {
        self.held.drain(..self.at);
        self.at = 0;
        while !self.ended && self.held.len() <= TAIL_LEN {
            let before = self.held.len();
            self.held.resize(before + PIECE, 0);
            let read = loop {
                match self.input.read(&mut self.held[before..]) {
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    outcome => break outcome,
                }
            };
            self.held.truncate(before + *read.as_ref().unwrap_or(&0));
            self.ended = read? == 0;
        }
        Ok(())
    }
}

impl<R: Read> Read for Opened<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.held.len() - self.at <= TAIL_LEN {
            self.fill()?;
        }
        let free = (self.held.len() - self.at).saturating_sub(TAIL_LEN).min(out.len());
        let bytes = &self.held[self.at..self.at + free];
        out[..free].copy_from_slice(bytes);
        self.digest.update(bytes);
        self.passed += free as u64;
        self.at += free;
        Ok(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(body: &[u8]) -> Vec<u8> {
        let mut envelope = Envelope::new(Vec::new(), Protection::None).unwrap();
        envelope.write_all(body).unwrap();
        let (length, bytes) = envelope.finish().unwrap();
        assert_eq!(length, bytes.len() as u64);
        bytes
    }

    fn unwrapped(bytes: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        let mut opened = Opened::new(bytes)?;
        let mut body = Vec::new();
        opened.read_to_end(&mut body)?;
        opened.finish()?;
        Ok(body)
    }

    #[test]
    fn holds_any_body() {
        for length in [0, 1, TAIL_LEN, PIECE - 1, PIECE, PIECE + TAIL_LEN, 3 * PIECE + 5] {
            let body: Vec<u8> = (0..length).map(|at| at as u8).collect();
            let bytes = wrapped(&body);
            assert_eq!(unwrapped(&bytes).unwrap(), body);
            let tail = Tail::parse(&bytes[bytes.len() - TAIL_LEN..]).unwrap();
            assert_eq!(tail.length, bytes.len() as u64);
        }
    }

    #[test]
    fn a_part_or_a_changed_one_is_refused() {
        let whole = wrapped(b"the body");
        for end in 0..whole.len() {
            assert!(unwrapped(&whole[..end]).is_err(), "{end}");
        }
        for at in 0..whole.len() - 1 {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            // The last byte of the prelude means nothing yet, and is in the digest all the same.
            assert!(unwrapped(&changed).is_err(), "{at}");
        }
        let mut longer = whole.clone();
        longer.push(0);
        assert!(unwrapped(&longer).is_err());
        let mut opened = Opened::new(whole.as_slice()).unwrap();
        opened.read_exact(&mut [0; 3]).unwrap();
        assert!(opened.finish().is_err(), "the rest of the body was not read");
    }

    #[test]
    fn says_what_is_wrong() {
        let told = |bytes: &[u8]| unwrapped(bytes).unwrap_err().to_string();
        assert_eq!(told(b"SQLite format 3\0...."), "this is no backup of Claviger");
        let mut newer = wrapped(b"");
        newer[MAGIC.len()] = 9;
        assert_eq!(told(&newer), "the backup has format 2305, this program knows 1: use a newer claviger");
        let whole = wrapped(b"the body");
        assert_eq!(
            told(&whole[..whole.len() - 1]),
            "the backup is cut off: it was not written to its end, or not copied whole"
        );
    }
}
