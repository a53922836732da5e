//! Multipart forms with a file, read as they come: what comes of one does not depend on the pieces in which it came.

#![no_main]

use std::io::Error;

use bytes::Bytes;
use claviger_wire::seller::{UploadFault, UploadForm, UploadPiece};
use futures_executor::block_on;
use futures_util::stream;
use libfuzzer_sys::fuzz_target;

/// The file's name, its content, and how the form ended.
type Read = (Option<String>, Vec<u8>, Option<UploadFault>);

fn read(body: &[u8], piece: usize) -> Read {
    let pieces: Vec<Result<Bytes, Error>> =
        body.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let (mut name, mut content) = (None, Vec::new());
    let mut form = match UploadForm::new("multipart/form-data; boundary=X", stream::iter(pieces)) {
        Ok(form) => form,
        Err(fault) => return (name, content, Some(fault)),
    };
    loop {
        match block_on(form.next()) {
            Ok(Some(UploadPiece::File(named))) => assert_eq!(name.replace(named), None, "a second file"),
            Ok(Some(UploadPiece::Bytes(bytes))) => content.extend_from_slice(&bytes),
            Ok(None) => return (name, content, None),
            Err(fault) => return (name, content, Some(fault)),
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let whole = read(input, usize::MAX);
    assert!(whole.1.len() <= input.len() && (whole.1.is_empty() || whole.0.is_some()));
    let parts = read(input, 1);
    if whole.2.is_none() {
        assert_eq!(whole, parts);
    } else {
        assert!(parts.2.is_some(), "{:?} and {parts:?}", whole.2);
    }
});
