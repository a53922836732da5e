//! Tables as spreadsheets and databases write them: fields with separators between them (RFC 4180), and the names of the
//! columns in the first line.

use std::{io::Read, mem, sync::Arc};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::{
    ForeignError,
    encoding::{MARK, is_utf16},
    quotes::Quotes,
    row::{COLUMNS_MAX, ForeignRow, ROW_MAX, RowFault},
};

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;
/// Bytes of a row for which there is room from the beginning.
const USUAL: usize = 4 << 10;
/// What may separate fields: that of which the first line has most.
const SEPARATORS: [u8; 3] = *b",;\t";

/// Hands on the rows of a table until `each` says that it wants no more; those that are blank are passed over. An empty
/// field is null. `line` is the one in which a row begins.
///
/// # Errors
/// When it cannot be read, or its first line does not name columns, or a quotation mark stands where none may.
pub fn read_csv(
    source: impl Read,
    table: &str,
    each: &mut dyn FnMut(ForeignRow) -> bool,
) -> Result<(), ForeignError> {
    let mut rows = Rows::open(source)?;
    let Some(head) = rows.next()? else { return Err(malformed(1, "there is nothing in it")) };
    let columns = columns(&head)?;
    let table: Arc<str> = table.into();
    while let Some(Row { line, fields, fault }) = rows.next()? {
        let fault = fault.or((fields.len() != columns.len()).then_some(RowFault::Fields(fields.len())));
        let values = if fault.is_some() { Vec::new() } else { fields };
        if !each(ForeignRow { table: table.clone(), line, columns: columns.clone(), values, fault }) {
            break;
        }
    }
    Ok(())
}

fn malformed(line: u64, what: &str) -> ForeignError {
    ForeignError::Malformed { line, what: what.into() }
}

/// The names of the columns.
fn columns(head: &Row) -> Result<Arc<[String]>, ForeignError> {
    if head.fault.is_some() {
        return Err(malformed(head.line, "it begins with no names of columns, 256 at most"));
    }
    let name = |field: &Option<Vec<u8>>| {
        let name = String::from_utf8(field.clone().unwrap_or_default());
        let name = name.map_err(|_| malformed(head.line, "the names of its columns are no UTF-8"))?;
        Ok(name.trim().to_owned())
    };
    let names: Vec<String> = head.fields.iter().map(name).collect::<Result<_, ForeignError>>()?;
    for (at, name) in names.iter().enumerate() {
        let before = names[..at].iter().position(|other| other.eq_ignore_ascii_case(name));
        // Not which name: it is a password where somebody left the names out.
        if let Some(before) = before.filter(|_| !name.is_empty()) {
            let what = format!("the columns {} and {} have the same name", before + 1, at + 1);
            return Err(malformed(head.line, &what));
        }
    }
    Ok(names.into())
}

/// A row with the line in which it begins.
struct Row {
    line: u64,
    fields: Vec<Option<Vec<u8>>>,
    fault: Option<RowFault>,
}

struct Rows<R> {
    source: R,
    reader: Reader,
    quotes: Quotes,
    piece: Vec<u8>,
    /// What of the piece is not dealt with yet.
    rest: std::ops::Range<usize>,
    /// Line ends before rows, which the reader does not see.
    passed: u64,
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl<R: Read> Rows<R> {
    fn open(source: R) -> Result<Self, ForeignError> {
        let mut rows = Self {
            source,
            reader: Reader::new(),
            quotes: Quotes::new(SEPARATORS[0]),
            piece: vec![0; PIECE],
            rest: 0..0,
            passed: 0,
            output: vec![0; USUAL],
            // One more than any table has columns.
            ends: vec![0; COLUMNS_MAX + 1],
        };
        // The first line, as far as it is in the first piece, tells what separates fields.
        while rows.rest.end < PIECE {
            match rows.source.read(&mut rows.piece[rows.rest.end..])? {
                0 => break,
                read => rows.rest.end += read,
            }
        }
        let begin = &rows.piece[rows.rest.clone()];
        if is_utf16(begin) {
            return Err(malformed(1, "it is UTF-16: save it as CSV in UTF-8"));
        }
        let marked = if begin.starts_with(MARK) { MARK.len() } else { 0 };
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let mut lines = begin[marked..].split(is_end);
        let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
        let count = |separator: &u8| first.iter().filter(|byte| *byte == separator).count();
        // Of several the first, which is the comma.
        let separator = SEPARATORS.iter().rev().max_by_key(|separator| count(separator)).unwrap_or(&b',');
        rows.reader = ReaderBuilder::new().delimiter(*separator).build();
        rows.quotes = Quotes::new(*separator);
        rows.quotes.look(&begin[marked..])?;
        rows.rest.start = marked;
        Ok(rows)
    }

    /// Sees to it that something of the piece is left, unless the source is at its end.
    fn fill(&mut self) -> Result<(), ForeignError> {
        if self.rest.is_empty() {
            self.rest = 0..self.source.read(&mut self.piece)?;
            self.quotes.look(&self.piece[self.rest.clone()])?;
            if self.rest.is_empty() {
                self.quotes.end()?;
            }
        }
        Ok(())
    }

    /// Passes over line ends, so that the number of the next row's line is known.
    fn pass_ends(&mut self) -> Result<(), ForeignError> {
        loop {
            self.fill()?;
            match self.piece[self.rest.clone()].first() {
                Some(b'\n') => self.passed += 1,
                Some(b'\r') => {}
                _ => return Ok(()),
            }
            self.rest.start += 1;
        }
    }

    /// The next row that is not blank.
    fn next(&mut self) -> Result<Option<Row>, ForeignError> {
        loop {
            let Some(row) = self.any()? else { return Ok(None) };
            let is_blank =
                |field: &Option<Vec<u8>>| field.as_ref().is_none_or(|field| field.trim_ascii().is_empty());
            if row.fault.is_some() || !row.fields.iter().all(is_blank) {
                return Ok(Some(row));
            }
        }
    }

    fn any(&mut self) -> Result<Option<Row>, ForeignError> {
        self.pass_ends()?;
        let line = self.reader.line() + self.passed;
        let (mut out, mut end, mut fault) = (0, 0, None);
        loop {
            self.fill()?;
            let input = &self.piece[self.rest.clone()];
            let (result, read, wrote, ended) =
                self.reader.read_record(input, &mut self.output[out..], &mut self.ends[end..]);
            self.rest.start += read;
            (out, end) = (out + wrote, end + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.output.len() < ROW_MAX && fault.is_none() => {
                    self.output.resize(self.output.len() * 2, 0);
                }
                // What else it has is read and dropped.
                ReadRecordResult::OutputFull => (out, fault) = (0, fault.or(Some(RowFault::TooLong))),
                ReadRecordResult::OutputEndsFull => {
                    (end, fault) = (0, fault.or(Some(RowFault::Fields(COLUMNS_MAX + 1))));
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        let fields = if fault.is_none() && end <= COLUMNS_MAX { self.fields(end) } else { Vec::new() };
        let fault = fault.or((end > COLUMNS_MAX).then_some(RowFault::Fields(end)));
        // A long row is seldom, and most have no use for so much.
        if self.output.len() > PIECE {
            self.output = vec![0; USUAL];
        }
        Ok(Some(Row { line, fields, fault }))
    }

    /// The fields that end there in what was put out.
    fn fields(&self, count: usize) -> Vec<Option<Vec<u8>>> {
        let mut begin = 0;
        let field = |end: &usize| {
            let field = &self.output[mem::replace(&mut begin, *end)..*end];
            (!field.is_empty()).then(|| field.to_vec())
        };
        self.ends[..count].iter().map(field).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows as `line: fields`, separated by bars; what is null is a dash.
    fn shown(text: impl AsRef<[u8]>) -> Result<Vec<String>, ForeignError> {
        let mut rows = Vec::new();
        read_csv(text.as_ref(), "users", &mut |row| {
            let field = |value: &Option<Vec<u8>>| match value {
                Some(value) => String::from_utf8_lossy(value).into_owned(),
                None => "-".into(),
            };
            let fields: Vec<String> = row.values.iter().map(field).collect();
            rows.push(match row.fault {
                None => format!("{}: {}", row.line, fields.join("|")),
                Some(fault) => format!("{}: {fault}", row.line),
            });
            true
        })?;
        Ok(rows)
    }

    #[test]
    fn tables_are_read() {
        for (text, rows) in [
            ("a,b\n1,2\n", &["2: 1|2"][..]),
            ("\u{FEFF}a;b\r\n\r\n1;\"x;\r\n\"\"y\"\"\"\r\n;2\r\n", &["3: 1|x;\r\n\"y\"", "5: -|2"]),
            ("a\tb\n\t\n \t \n1,\t2", &["4: 1,|2"]),
            ("\n\na,b\n\"\",\"\"\n,x\n", &["5: -|x"]),
            ("a,b\n1\n1,2,3\n1,2", &["2: it has 1 field", "3: it has 3 fields", "4: 1|2"]),
            ("a\nx\"y\n \"x\"y\n\"x\" \n", &["2: x\"y", "3:  \"x\"y", "4: x "]),
            ("a,b\r\n\"\"\"\",\"\"\r\n\"x\ty\",\"\n\"", &["2: \"|-", "3: x\ty|\n"]),
            ("a\n1\0\n", &["2: 1\0"]),
            ("a", &[]),
        ] {
            assert_eq!(shown(text).expect(text), rows, "{text:?}");
        }
        assert_eq!(shown(b"a,b\n\xFF,\xC3\xA9\n").expect("rows"), ["2: \u{FFFD}|é"]);
    }

    #[test]
    fn what_is_no_table_is_told() {
        let wide = ",x".repeat(COLUMNS_MAX);
        for (text, told) in [
            (&b""[..], "there is nothing in it"),
            (b"\n \n,,\n", "there is nothing in it"),
            (b"\xFF\xFEa\0", "line 1: it is UTF-16"),
            (b"a\0,\0", "line 1: it is UTF-16"),
            (
                b"a,b\n1,\"never closed\n2,3\n",
                "line 2: a quotation mark opens a field here that is never closed",
            ),
            (b"a,b\n\"x\ny\",\"never closed\n2,3\n", "line 3: a quotation mark opens"),
            (b"a,b\n1,\"", "line 2: a quotation mark opens"),
            (b"\"a,b\n1,2", "line 1: a quotation mark opens"),
            (b"a,b\n1,\"height 6\n2,\"x\"\n", "line 3: something stands behind the quotation mark"),
            (b"a;b\n\"1\",;2\n", "line 2: something stands behind"),
            (b"\n\xFF,b\n", "line 2: the names of its columns are no UTF-8"),
            (b"Name,b, name\n", "line 1: the columns 1 and 3 have the same name"),
            (wide.as_bytes(), "256 at most"),
        ] {
            let error = shown(text).expect_err(told).to_string();
            assert!(error.contains(told), "{told}: {error}");
        }
    }

    #[test]
    fn long_rows_are_dropped_and_the_others_are_not() {
        let text =
            format!("a,b\n1,{}\n{}\n2,{}\n", "x".repeat(ROW_MAX), ",".repeat(1 << 20), "y".repeat(100_000));
        let rows = shown(&text).expect("rows");
        assert_eq!(rows.len(), 3, "{}", rows.len());
        assert_eq!(rows[..2], ["2: it has more than 16 MiB", "3: it has 257 fields"].map(String::from));
        assert_eq!(rows[2].len(), "4: 2|".len() + 100_000);
    }

    /// Hands out as much as it is asked for, but never more than so many bytes.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let most = self.1.min(into.len());
            self.0.read(&mut into[..most])
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            fields in prop::collection::vec(prop::array::uniform3("[a\" ,;\n\r\té]{0,9}"), 0..9),
            drop in 1_usize..9,
        ) {
            let mut text = "a,b,c\n".to_owned();
            for row in &fields {
                let quoted = row.each_ref().map(|field| format!("\"{}\"", field.replace('"', "\"\"")));
                text.push_str(&quoted.join(","));
                text.push('\n');
            }
            let mut read = Vec::new();
            let mut each = |row: ForeignRow| {
                read.push(row.values.into_iter().map(|value| {
                    String::from_utf8(value.unwrap_or_default()).expect("UTF-8")
                }).collect::<Vec<_>>());
                true
            };
            read_csv(Drops(text.as_bytes(), drop), "t", &mut each).expect("a table");
            let is_blank = |row: &&[String; 3]| row.iter().all(|field| field.trim_matches([' ', '\n', '\r', '\t']).is_empty());
            let wanted: Vec<_> = fields.iter().filter(|row| !is_blank(row)).map(|row| row.to_vec()).collect();
            prop_assert_eq!(read, wanted);
        }

        #[test]
        fn anything_is_read(text in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = shown(text);
        }
    }
}
