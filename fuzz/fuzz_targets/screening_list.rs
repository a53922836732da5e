//! Lines of a list of VPN networks, which operators take from others.

#![no_main]

use claviger_screening::{Entry, parse_entry};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for line in String::from_utf8_lossy(input).lines() {
        match parse_entry(line) {
            Ok(Some(Entry::V4(first, last))) => assert!(first <= last, "{line}"),
            Ok(Some(Entry::V6(first, last))) => assert!(first <= last, "{line}"),
            Ok(Some(Entry::System(number))) => assert_ne!(number, 0, "{line}"),
            Ok(None) => assert!(line.trim().is_empty() || line.trim().starts_with(['#', ';']), "{line}"),
            Err(error) => {
                let text = error.to_string();
                assert!(!text.contains(char::is_control) && text.len() < 2000, "{line}: {text}");
            }
        }
    }
});
