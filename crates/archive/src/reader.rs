//! Reading the frames of a backup. Nothing that is read is believed: digests, counts and the order of frames are looked at.

use std::io::Read;

use aws_lc_rs::digest::{Context, SHA256};
use serde::de::DeserializeOwned;

use crate::{
    ArchiveError, Cells, Sum,
    frame::{self, Kind},
    header::{FileEnd, FileEntry, Header, Summary, Table, TableEnd},
};

const ORDER: ArchiveError = ArchiveError::Damaged("its frames are in no order");

/// What comes next in a backup.
#[derive(Debug)]
pub enum Event<'a> {
    /// A table begins: its place in the header.
    Table(usize),
    /// Whole rows of it; [`Cells::row`] tells them apart.
    Rows(&'a [u8]),
    /// It ends; its rows were what its end says.
    TableEnd(TableEnd),
    /// A file begins.
    File(FileEntry),
    /// A piece of it.
    Data(&'a [u8]),
    /// It ends; its content was what its end says.
    FileEnd,
    /// Nothing follows.
    End(Summary),
}

/// Where in the order of frames the reader is.
enum Place {
    /// Before a table, of which this is the next one, or before a file.
    Between(usize),
    InTable(usize, Sum),
    InFile(Context, u64),
    Ended,
}

/// Reads a backup's frames.
pub struct Reader<R: Read> {
    input: R,
    header: Header,
    place: Place,
    content: Vec<u8>,
    summary: Summary,
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When there is none, or it makes no sense.
    pub fn new(mut input: R) -> Result<Self, ArchiveError> {
        let mut content = Vec::new();
        if frame::read(&mut input, &mut content)? != Kind::Header {
            return Err(ORDER);
        }
        let header: Header = told(&content)?;
        Ok(Self { input, header, place: Place::Between(0), content, summary: Summary::default() })
    }

    /// What the backup tells about itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What comes next.
    ///
    /// # Errors
    /// When the backup is damaged or cut off, or nothing can come any more.
    pub fn advance(&mut self) -> Result<Event<'_>, ArchiveError> {
        let kind = frame::read(&mut self.input, &mut self.content)?;
        let place = std::mem::replace(&mut self.place, Place::Ended);
        match (kind, place) {
            (Kind::Table, Place::Between(index)) => {
                let table = self.table(index)?;
                if table.name.as_bytes() != self.content {
                    return Err(ORDER);
                }
                self.place = Place::InTable(index, Sum::default());
                Ok(Event::Table(index))
            }
            (Kind::Rows, Place::InTable(index, mut sum)) => {
                let columns = self.table(index)?.columns.len();
                let mut cells = Cells::new(&self.content);
                while !cells.is_empty() {
                    let row = cells.row(columns)?;
                    if row.is_empty() {
                        return Err(ArchiveError::Damaged("a table has no columns"));
                    }
                    sum.add(row);
                }
                self.place = Place::InTable(index, sum);
                Ok(Event::Rows(&self.content))
            }
            (Kind::TableEnd, Place::InTable(index, sum)) => {
                let end: TableEnd = told(&self.content)?;
                if end.rows != sum.rows() || end.sum != sum.hex() {
                    return Err(ArchiveError::Damaged("rows of a table were changed"));
                }
                self.summary.rows += end.rows;
                self.place = Place::Between(index + 1);
                Ok(Event::TableEnd(end))
            }
            (Kind::File, Place::Between(index)) if index == self.header.tables.len() => {
                self.place = Place::InFile(Context::new(&SHA256), 0);
                told(&self.content).map(Event::File)
            }
            (Kind::Data, Place::InFile(mut digest, bytes)) => {
                digest.update(&self.content);
                self.place = Place::InFile(digest, bytes + self.content.len() as u64);
                Ok(Event::Data(&self.content))
            }
            (Kind::FileEnd, Place::InFile(digest, bytes)) => {
                let end: FileEnd = told(&self.content)?;
                if end.bytes != bytes || end.sha256 != hex::encode(digest.finish()) {
                    return Err(ArchiveError::Damaged("the content of a file was changed"));
                }
                self.summary.files += 1;
                self.summary.file_bytes += bytes;
                self.place = Place::Between(self.header.tables.len());
                Ok(Event::FileEnd)
            }
            (Kind::End, Place::Between(index)) if index == self.header.tables.len() => {
                let summary: Summary = told(&self.content)?;
                if (Summary { missed: summary.missed, ..self.summary.clone() }) != summary {
                    return Err(ArchiveError::Damaged("its parts are not all there"));
                }
                Ok(Event::End(summary))
            }
            _ => Err(ORDER),
        }
    }

    /// What was read from, for whoever looks at what follows the end.
    pub fn into_inner(self) -> R {
        self.input
    }

    fn table(&self, index: usize) -> Result<&Table, ArchiveError> {
        self.header.tables.get(index).ok_or(ORDER)
    }
}

fn told<T: DeserializeOwned>(content: &[u8]) -> Result<T, ArchiveError> {
    serde_json::from_slice(content).map_err(|_| ArchiveError::Damaged("a frame cannot be understood"))
}

#[cfg(test)]
mod tests;
