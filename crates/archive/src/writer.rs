//! Writing the frames of a backup.

use std::io::{Read, Write};

use aws_lc_rs::digest::{Context, SHA256};
use serde::Serialize;

use crate::{
    ArchiveError, Sum,
    frame::{self, FRAME, Kind},
    header::{FileEnd, FileEntry, Header, Summary, TableEnd},
};

/// Writes a backup's frames, in their order: [`Writer::table`] with its rows for each table of the header, then files,
/// then the end.
pub struct Writer<W: Write> {
    out: W,
    rows: Vec<u8>,
    sum: Sum,
    summary: Summary,
}

impl<W: Write> Writer<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(mut out: W, header: &Header) -> Result<Self, ArchiveError> {
        told(&mut out, Kind::Header, header)?;
        Ok(Self { out, rows: Vec::with_capacity(FRAME), sum: Sum::default(), summary: Summary::default() })
    }

    /// Begins the table of this name.
    ///
    /// # Errors
    /// What the system says.
    pub fn table(&mut self, name: &str) -> Result<(), ArchiveError> {
        self.sum = Sum::default();
        frame::write(&mut self.out, Kind::Table, name.as_bytes())
    }

    /// Adds a row of the table that was begun.
    ///
    /// # Errors
    /// What the system says, or [`ArchiveError::TooLarge`].
    pub fn row(&mut self, row: &[u8]) -> Result<(), ArchiveError> {
        if !self.rows.is_empty() && self.rows.len() + row.len() > FRAME {
            self.write_rows()?;
        }
        self.sum.add(row);
        self.rows.extend_from_slice(row);
        Ok(())
    }

    /// Ends a table.
    ///
    /// # Errors
    /// What the system says.
    pub fn end_table(&mut self) -> Result<TableEnd, ArchiveError> {
        if !self.rows.is_empty() {
            self.write_rows()?;
        }
        self.summary.rows += self.sum.rows();
        let end = TableEnd { rows: self.sum.rows(), sum: self.sum.hex() };
        told(&mut self.out, Kind::TableEnd, &end)?;
        Ok(end)
    }

    /// Adds a file; its length.
    ///
    /// # Errors
    /// What the system says, of either side.
    pub fn file(&mut self, entry: &FileEntry, mut content: impl Read) -> Result<u64, ArchiveError> {
        told(&mut self.out, Kind::File, entry)?;
        let (mut digest, mut bytes) = (Context::new(&SHA256), 0);
        let mut piece = Vec::with_capacity(FRAME);
        loop {
            piece.clear();
            content.by_ref().take(FRAME as u64).read_to_end(&mut piece)?;
            if piece.is_empty() {
                break;
            }
            digest.update(&piece);
            bytes += piece.len() as u64;
            frame::write(&mut self.out, Kind::Data, &piece)?;
        }
        let end = FileEnd { bytes, sha256: hex::encode(digest.finish()) };
        told(&mut self.out, Kind::FileEnd, &end)?;
        self.summary.files += 1;
        self.summary.file_bytes += bytes;
        Ok(bytes)
    }

    /// Notes a file that is gone by now.
    pub fn missed(&mut self) {
        self.summary.missed += 1;
    }

    /// Writes the end; what there was, and where it was written to.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(mut self) -> Result<(Summary, W), ArchiveError> {
        told(&mut self.out, Kind::End, &self.summary)?;
        Ok((self.summary, self.out))
    }

    fn write_rows(&mut self) -> Result<(), ArchiveError> {
        frame::write(&mut self.out, Kind::Rows, &self.rows)?;
        self.rows.clear();
        Ok(())
    }
}

fn told(out: &mut impl Write, kind: Kind, what: &impl Serialize) -> Result<(), ArchiveError> {
    let text = serde_json::to_vec(what).map_err(std::io::Error::from)?;
    frame::write(out, kind, &text)
}
