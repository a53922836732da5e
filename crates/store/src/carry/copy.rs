//! The binary form of PostgreSQL's COPY.

use std::io::{self, Read};

use claviger_archive::CellRef;

/// What a stream begins with: its signature, no flags, no extension.
pub(super) const HEAD: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
pub(super) const END: [u8; 2] = (-1_i16).to_be_bytes();

/// Reads the rows of a stream.
pub(super) struct Rows<R: Read> {
    input: R,
    values: Vec<u8>,
    /// Where each value of the row is in `values`; `None`: null.
    places: Vec<Option<(usize, usize)>>,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(mut input: R) -> io::Result<Self> {
        let mut head = [0; HEAD.len()];
        input.read_exact(&mut head)?;
        if head != *HEAD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "COPY's stream begins in another way"));
        }
        Ok(Self { input, values: Vec::new(), places: Vec::new() })
    }

    /// Reads a row; `false` at the end.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        let mut count = [0; 2];
        self.input.read_exact(&mut count)?;
        self.values.clear();
        self.places.clear();
        if count == END {
            // The client wants to see the end of the stream itself.
            io::copy(&mut self.input, &mut io::sink())?;
            return Ok(false);
        }
        for _ in 0..i16::from_be_bytes(count) {
            let mut length = [0; 4];
            self.input.read_exact(&mut length)?;
            let place = match usize::try_from(i32::from_be_bytes(length)) {
                Err(_) => None,
                Ok(length) => {
                    let at = self.values.len();
                    self.values.resize(at + length, 0);
                    self.input.read_exact(&mut self.values[at..])?;
                    Some((at, length))
                }
            };
            self.places.push(place);
        }
        Ok(true)
    }

    /// The values of the row that was read.
    pub(super) fn values(&self) -> impl Iterator<Item = Option<&[u8]>> {
        self.places.iter().map(|place| place.map(|(at, length)| &self.values[at..at + length]))
    }
}

/// Adds a value to a row of a stream.
pub(super) fn put(out: &mut Vec<u8>, cell: CellRef<'_>) {
    let mut counted = |bytes: &[u8]| {
        out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
        out.extend_from_slice(bytes);
    };
    match cell {
        CellRef::Null => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        CellRef::Int(value) => counted(&value.to_be_bytes()),
        CellRef::Text(text) => counted(text.as_bytes()),
        CellRef::Bytes(bytes) => counted(bytes),
    }
}
