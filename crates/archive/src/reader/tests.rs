//! A small backup, whole, cut off and changed.

use std::io::Write;

use super::*;
use crate::{Body, CellRef, RowBuilder, Sealed, Writer, age::Unlock};

fn header() -> Header {
    let table =
        |name: &str, rows| Table { name: name.into(), columns: vec!["app".into(), "name".into()], rows };
    Header {
        schema: 24,
        made: 1_700_000_000,
        program: "0.1.0".into(),
        database: "sqlite".into(),
        tables: vec![table("users", 3), table("licenses", 0)],
    }
}

fn small() -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    writer.table("users").unwrap();
    let mut row = RowBuilder::default();
    for name in ["ann", "bob", "cid"] {
        row.clear();
        row.push(CellRef::Int(7));
        row.push(CellRef::Text(name));
        writer.row(row.bytes()).unwrap();
    }
    writer.end_table().unwrap();
    writer.table("licenses").unwrap();
    writer.end_table().unwrap();
    writer.file(&FileEntry { app: 7, id: "123456".into() }, &b"content"[..]).unwrap();
    writer.finish().unwrap().1
}

/// What is read, in words, until the end or a failure.
fn read(bytes: &[u8]) -> (Vec<String>, Result<Summary, ArchiveError>) {
    let mut told = Vec::new();
    let mut reader = match Reader::new(bytes) {
        Ok(reader) => reader,
        Err(error) => return (told, Err(error)),
    };
    loop {
        told.push(match reader.advance() {
            Err(error) => return (told, Err(error)),
            Ok(Event::End(summary)) => return (told, Ok(summary)),
            Ok(Event::Table(index)) => format!("table {index}"),
            Ok(Event::Rows(rows)) => format!("{} bytes of rows", rows.len()),
            Ok(Event::TableEnd(end)) => format!("{} rows", end.rows),
            Ok(Event::File(entry)) => format!("file {}/{}", entry.app, entry.id),
            Ok(Event::Data(data)) => String::from_utf8_lossy(data).into_owned(),
            Ok(Event::FileEnd) => "whole".into(),
        });
    }
}

/// As [`read`], with its envelope.
fn in_envelope(bytes: &[u8]) -> Result<(), ArchiveError> {
    let mut reader = Reader::new(Body::new(bytes, &Unlock::default())?)?;
    while !matches!(reader.advance()?, Event::End(_)) {}
    reader.into_inner().finish().map(drop)
}

#[test]
fn reads_what_was_written() {
    let (told, end) = read(&small());
    let expected =
        ["table 0", "21 bytes of rows", "3 rows", "table 1", "0 rows", "file 7/123456", "content", "whole"];
    assert_eq!(told, expected);
    assert_eq!(end.unwrap(), Summary { rows: 3, files: 1, file_bytes: 7, missed: 0 });
}

#[test]
fn what_is_cut_off_has_no_end() {
    let whole = small();
    for end in 0..whole.len() {
        let (_, outcome) = read(&whole[..end]);
        assert!(matches!(outcome, Err(ArchiveError::CutOff)), "{end}: {outcome:?}");
    }
}

#[test]
fn what_is_changed_has_no_end() {
    let mut sealed = Sealed::new(Vec::new(), None).unwrap();
    sealed.write_all(&small()).unwrap();
    let (_, whole) = sealed.finish().unwrap();
    assert!(in_envelope(&whole).is_ok());
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 4;
        assert!(in_envelope(&changed).is_err(), "{at}");
    }
}

#[test]
fn frames_must_be_in_order() {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    writer.table("licenses").unwrap();
    let (_, outcome) = read(&writer.finish().unwrap().1);
    assert_eq!(outcome.unwrap_err().to_string(), "the backup is damaged: its frames are in no order");
    let (_, outcome) = read(&Writer::new(Vec::new(), &header()).unwrap().finish().unwrap().1);
    assert!(outcome.is_err(), "tables are missing");
}
