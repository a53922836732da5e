//! Exports of other servers: what claims to be a dump of MySQL, JSON of the Seller API or CSV, and a dump that was cut off.

#![no_main]

use claviger_archive::foreign::{ForeignRow, ROW_MAX, read_csv, read_dump, read_json};
use libfuzzer_sys::fuzz_target;

fn rows(bytes: &[u8]) -> Option<Vec<ForeignRow>> {
    let mut rows = Vec::new();
    let all = read_dump(bytes, &|table| table != "logs", &mut |row| {
        rows.push(row);
        true
    });
    all.ok().map(|()| rows)
}

/// A value as `mysqldump` writes it.
fn written(value: &[u8]) -> Vec<u8> {
    let mut text = vec![b'\''];
    for byte in value {
        match byte {
            0 => text.extend(b"\\0"),
            b'\n' => text.extend(b"\\n"),
            b'\r' => text.extend(b"\\r"),
            b'\\' | b'\'' | b'"' => text.extend([b'\\', *byte]),
            _ => text.push(*byte),
        }
    }
    text.push(b'\'');
    text
}

fuzz_target!(|input: &[u8]| {
    for row in rows(input).into_iter().flatten() {
        assert!(row.values.is_empty() || row.values.len() == row.columns.len());
        assert!(row.values.iter().flatten().map(Vec::len).sum::<usize>() <= ROW_MAX);
    }
    let _ = read_json(input, "users", &mut |row| row.values.len() <= row.columns.len());
    let _ = read_csv(input, "users", &mut |row| {
        assert!(row.fault.is_some() || row.values.len() == row.columns.len());
        true
    });

    let values: Vec<&[u8]> = input.splitn(4, |byte| *byte == b',').collect();
    let names: Vec<String> = (0..values.len()).map(|number| format!("`c{number}`")).collect();
    let tuple = values.iter().map(|value| written(value)).collect::<Vec<_>>().join(&b',');
    let head = format!("CREATE TABLE `t` ({} text);\nINSERT INTO `t` VALUES (", names.join(" text,"));
    let dump = [head.as_bytes(), &tuple, b");"].concat();
    let found = rows(&dump).expect("what was written can be read");
    let read: Vec<&[u8]> = found[0].values.iter().flatten().map(Vec::as_slice).collect();
    assert_eq!((found.len(), read), (1, values));
    // Without its last character or two it is cut off, and never taken for less.
    for cut in [1, 2] {
        assert!(rows(&dump[..dump.len() - cut]).is_none());
    }
});
