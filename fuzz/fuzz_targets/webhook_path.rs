//! What programs add to a webhook's path: a server that decodes it, however often, does not leave that path.

#![no_main]

use claviger_domain::climbs;
use libfuzzer_sys::fuzz_target;

fn decoded(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|&byte| char::from(byte).to_digit(16));
    let (mut plain, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        match (text[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.extend(u8::try_from(16 * high + low));
                at += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    plain
}

/// Whether a server that takes each `..` between slashes for a step up would leave the path.
fn leaves(path: &[u8]) -> bool {
    let mut depth = 0;
    path.split(|byte| b"/\\".contains(byte)).any(|step| {
        let step = step.split(|&byte| byte == b';').next().unwrap_or_default();
        depth += match step {
            b".." => -1,
            b"" | b"." => 0,
            _ => 1,
        };
        depth < 0
    })
}

fuzz_target!(|input: &[u8]| {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if climbs(text) {
        return;
    }
    let mut path = text.as_bytes().to_vec();
    for _ in 0..6 {
        assert!(!leaves(&path), "{text}");
        path = decoded(&path);
    }
});
