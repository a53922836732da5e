//! The body of a backup: as it is, or encrypted.

use std::io::{self, Read, Write};

use crate::{
    ArchiveError, Envelope, Opened, Protection,
    age::{AgeReader, AgeWriter, Lock, Unlock},
};

/// A body that is being written, in its envelope.
pub enum Sealed<W: Write> {
    /// As it is.
    Plain(Envelope<W>),
    /// Encrypted.
    Age(Box<AgeWriter<Envelope<W>>>),
}

impl<W: Write> Sealed<W> {
    /// Begins one; encrypted where there is a lock.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(out: W, lock: Option<&Lock>) -> Result<Self, ArchiveError> {
        Ok(match lock {
            None => Self::Plain(Envelope::new(out, Protection::None)?),
            Some(lock) => {
                let envelope = Envelope::new(out, Protection::Age)?;
                Self::Age(Box::new(AgeWriter::new(envelope, lock)?))
            }
        })
    }

    /// Ends it; the length of the backup, and where it was written to.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> Result<(u64, W), ArchiveError> {
        match self {
            Self::Plain(envelope) => envelope.finish(),
            Self::Age(writer) => writer.finish()?.finish(),
        }
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(envelope) => envelope.write(bytes),
            Self::Age(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(envelope) => envelope.flush(),
            Self::Age(writer) => writer.flush(),
        }
    }
}

/// A body that is being read, out of its envelope.
pub enum Body<R: Read> {
    /// As it is.
    Plain(Opened<R>),
    /// Decrypted.
    Age(Box<AgeReader<Opened<R>>>),
}

impl<R: Read> Body<R> {
    /// Reads what stands before the body.
    ///
    /// # Errors
    /// When it is no backup, or nothing at hand opens it; [`ArchiveError::Plain`].
    pub fn new(input: R, unlock: &Unlock) -> Result<Self, ArchiveError> {
        let opened = Opened::new(input)?;
        Ok(match opened.protection() {
            Protection::None if unlock.sealed_only => return Err(ArchiveError::Plain),
            Protection::None => Self::Plain(opened),
            Protection::Age => Self::Age(Box::new(AgeReader::new(opened, unlock)?)),
        })
    }

    /// Looks at what stands behind the body; the length of the whole backup.
    ///
    /// # Errors
    /// When something is left, the end is missing, or anything was changed.
    pub fn finish(mut self) -> Result<u64, ArchiveError> {
        if self.read(&mut [0])? > 0 {
            return Err(ArchiveError::Damaged("something follows its end"));
        }
        match self {
            Self::Plain(opened) => opened.finish(),
            Self::Age(reader) => reader.into_inner().finish(),
        }
    }
}

impl<R: Read> Read for Body<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(opened) => opened.read(out),
            Self::Age(reader) => reader.read(out),
        }
    }
}
