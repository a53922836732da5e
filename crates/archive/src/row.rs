//! Rows as bytes: the same for both databases, so that digests can be compared.

use crate::ArchiveError;

const NULL: u8 = 0;
const INT: u8 = 1;
const TEXT: u8 = 2;
const BYTES: u8 = 3;

const DAMAGED: ArchiveError = ArchiveError::Damaged("a row cannot be read");

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellRef<'a> {
    /// SQL's null.
    Null,
    /// An integer, a time or a flag.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

/// Builds rows, one after the other.
#[derive(Default)]
pub struct RowBuilder(Vec<u8>);

impl RowBuilder {
    /// Begins a new row.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds a value.
    pub fn push(&mut self, cell: CellRef<'_>) {
        match cell {
            CellRef::Null => self.0.push(NULL),
            CellRef::Int(value) => {
                self.0.push(INT);
                // Small numbers of either sign are short.
                self.length(((value << 1) ^ (value >> 63)).cast_unsigned());
            }
            CellRef::Text(text) => self.counted(TEXT, text.as_bytes()),
            CellRef::Bytes(bytes) => self.counted(BYTES, bytes),
        }
    }

    /// The row until now.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn counted(&mut self, kind: u8, bytes: &[u8]) {
        self.0.push(kind);
        self.length(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    fn length(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// Reads values out of the bytes of rows.
#[derive(Clone)]
pub struct Cells<'a>(&'a [u8]);

impl<'a> Cells<'a> {
    /// The values in these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// The next value.
    ///
    /// # Errors
    /// When the bytes are no value.
    pub fn cell(&mut self) -> Result<CellRef<'a>, ArchiveError> {
        Ok(match self.byte()? {
            NULL => CellRef::Null,
            INT => {
                let value = self.length()?;
                CellRef::Int((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
            }
            TEXT => CellRef::Text(std::str::from_utf8(self.counted()?).map_err(|_| DAMAGED)?),
            BYTES => CellRef::Bytes(self.counted()?),
            _ => return Err(DAMAGED),
        })
    }

    /// Passes a row of `columns` values; its bytes.
    ///
    /// # Errors
    /// When the bytes are no row.
    pub fn row(&mut self, columns: usize) -> Result<&'a [u8], ArchiveError> {
        let all = self.0;
        for _ in 0..columns {
            self.cell()?;
        }
        all.get(..all.len() - self.0.len()).ok_or(DAMAGED)
    }

    fn byte(&mut self) -> Result<u8, ArchiveError> {
        let (first, rest) = self.0.split_first().ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(*first)
    }

    fn length(&mut self) -> Result<u64, ArchiveError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // One form for each number, so that a row has one digest.
            if (shift == 63 && bits > 1) || (shift > 0 && byte == 0) {
                return Err(DAMAGED);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(DAMAGED)
    }

    fn counted(&mut self) -> Result<&'a [u8], ArchiveError> {
        let length = usize::try_from(self.length()?).map_err(|_| DAMAGED)?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn has_these_bytes() {
        let mut row = RowBuilder::default();
        for cell in
            [CellRef::Null, CellRef::Int(-1), CellRef::Int(64), CellRef::Text("é"), CellRef::Bytes(b"\0")]
        {
            row.push(cell);
        }
        assert_eq!(row.bytes(), [0, 1, 1, 1, 0x80, 1, 2, 2, 0xc3, 0xa9, 3, 1, 0]);
        row.clear();
        assert!(row.bytes().is_empty());
    }

    #[test]
    fn refuses_what_is_no_row() {
        for bytes in [
            &[4][..],
            &[1],
            &[1, 0x80],
            &[1, 0x80, 0],
            &[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
            &[2, 3, b'a', b'b'],
            &[2, 1, 0xff],
            &[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ] {
            assert!(Cells::new(bytes).cell().is_err(), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn reads_what_it_wrote(int: i64, text: String, bytes: Vec<u8>) {
            let cells = [CellRef::Int(int), CellRef::Null, CellRef::Text(&text), CellRef::Bytes(&bytes)];
            let mut row = RowBuilder::default();
            cells.iter().for_each(|cell| row.push(*cell));
            let mut read = Cells::new(row.bytes());
            for cell in cells {
                prop_assert_eq!(read.cell().unwrap(), cell);
            }
            prop_assert!(read.is_empty());
            prop_assert_eq!(Cells::new(row.bytes()).row(4).unwrap(), row.bytes());
        }

        #[test]
        fn reads_nothing_that_it_would_not_write(bytes: Vec<u8>) {
            let mut cells = Cells::new(&bytes);
            let mut again = RowBuilder::default();
            while let Ok(cell) = cells.cell() {
                again.push(cell);
            }
            prop_assert!(bytes.starts_with(again.bytes()));
        }
    }
}
