//! Backups: what claims to be one, and one that was changed at a place.

#![no_main]

use std::io::Read;

use claviger_archive::age::{AgeReader, Identity, Passphrase, Unlock};
use claviger_archive::{
    Body, CellRef, Event, FileEntry, Header, Reader, RowBuilder, Sealed, Summary, Table, Writer,
};
use libfuzzer_sys::fuzz_target;

const KEY: &str = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

/// What is in a backup: rows and contents, one after the other.
fn read(bytes: &[u8]) -> Option<(Vec<u8>, Summary)> {
    let body = Body::new(bytes, &Unlock::default()).ok()?;
    let mut reader = Reader::new(body).ok()?;
    let found = frames(&mut reader)?;
    reader.into_inner().finish().ok()?;
    Some(found)
}

fn frames(reader: &mut Reader<impl Read>) -> Option<(Vec<u8>, Summary)> {
    let mut all = Vec::new();
    loop {
        match reader.advance().ok()? {
            Event::Rows(bytes) | Event::Data(bytes) => all.extend_from_slice(bytes),
            Event::End(summary) => return Some((all, summary)),
            _ => {}
        }
    }
}

/// A backup of the pieces of an input: rows of the first, files of the rest.
fn written(input: &[u8]) -> Vec<u8> {
    let pieces: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    let (rows, files) = pieces.split_at(pieces.len() / 2);
    let columns = vec!["a".to_owned(), "b".to_owned()];
    let table = Table { name: "users".into(), columns, rows: rows.len() as u64 };
    let header =
        Header { schema: 1, made: 2, program: "3".into(), database: "sqlite".into(), tables: vec![table] };
    let mut writer = Writer::new(Sealed::new(Vec::new(), None).unwrap(), &header).unwrap();
    writer.table("users").unwrap();
    let mut row = RowBuilder::default();
    for (number, bytes) in rows.iter().enumerate() {
        row.clear();
        row.push(CellRef::Int(number as i64));
        row.push(CellRef::Bytes(bytes));
        writer.row(row.bytes()).unwrap();
    }
    writer.end_table().unwrap();
    for bytes in files {
        writer.file(&FileEntry { app: 1, id: "1".into() }, *bytes).unwrap();
    }
    writer.finish().unwrap().1.finish().unwrap().1
}

fuzz_target!(|input: &[u8]| {
    let _ = read(input);
    if let Ok(mut reader) = Reader::new(input) {
        let _ = frames(&mut reader);
    }
    let unlock = Unlock {
        passphrase: None::<Passphrase>,
        identities: Identity::all(KEY).unwrap(),
        sealed_only: false,
    };
    if let Ok(mut reader) = AgeReader::new(input, &unlock) {
        let _ = reader.read_to_end(&mut Vec::new());
    }
    let [high, low, change, rest @ ..] = input else { return };
    let mut whole = written(rest);
    let found = read(&whole).expect("what was written can be read");
    let at = usize::from(*high) << 8 | usize::from(*low);
    let length = whole.len();
    whole[at % length] ^= change;
    let again = read(&whole);
    assert!(if *change == 0 { again == Some(found) } else { again.is_none() });
    whole[at % length] ^= change;
    assert_eq!(read(&whole[..at % length]), None, "a part is not the whole");
});
