//! Lists of the Seller API, written row by row: an application may have millions (`docs/protocol/seller.md`).

use serde::Serialize;

use crate::json::{write_text, write_utf8};

/// Appends what stands before the first row; `field` must be plain ASCII.
pub fn list_start(out: &mut Vec<u8>, message: &str, field: &str) {
    out.extend_from_slice(br#"{"success":true,"message":"#);
    write_text(out, message);
    out.extend_from_slice(b",\"");
    out.extend_from_slice(field.as_bytes());
    out.extend_from_slice(b"\":[");
}

/// Appends a row.
///
/// # Panics
/// When `row` cannot be written as JSON: a map whose keys are no texts.
pub fn list_row(out: &mut Vec<u8>, row: &impl Serialize) {
    write_utf8(out, row);
}

/// Appends what stands after the last row; `cursor` names the next page, if there is one.
pub fn list_end(out: &mut Vec<u8>, cursor: Option<&str>) {
    out.push(b']');
    if let Some(cursor) = cursor {
        out.extend_from_slice(br#","cursor":"#);
        write_text(out, cursor);
    }
    out.push(b'}');
}
