//! What a proxy writes before everything else on a connection, or somebody who pretends to be one.

#![no_main]

use claviger_wire::proxy_protocol::{Progress, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // As much as is asked for and no more, as the server reads it.
    let mut there = 0;
    let by_and_by = loop {
        match read(&input[..there]) {
            Ok(Progress::Missing(more)) => {
                assert!(more > 0);
                there += more;
                assert!(there <= 16 + 2048, "it is bounded");
                if there > input.len() {
                    return;
                }
            }
            outcome => break outcome,
        }
    };
    if let Ok(Progress::Whole(_, size)) = by_and_by {
        assert_eq!(size, there, "not one byte too many");
    }
    // What comes behind it changes nothing.
    assert_eq!(read(input), by_and_by);
});
