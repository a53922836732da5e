//! How what never ends is told to callers, who know numbers only (`docs/protocol/client.md`).

use claviger_domain::{NEVER, sum};

/// Told in the place of [`NEVER`]: the largest number that all clients survive, since some read it into 32 bits. As a Unix
/// second it is the 19th of January 2038.
pub const NEVER_TOLD: i64 = i32::MAX as i64;

/// A time or a duration as callers are told.
pub fn told(seconds: i64) -> i64 {
    if seconds == NEVER { NEVER_TOLD } else { seconds }
}

/// When something ends that has so many seconds left, and how many callers are told that these are. What is paused is told
/// as if it went on now.
pub fn told_end(left: i64, now: i64) -> (String, i64) {
    let end = told(sum(now, left));
    (end.to_string(), end - now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_never_becomes_another() {
        assert_eq!([0, -1, NEVER - 1, NEVER].map(told), [0, -1, NEVER - 1, 2_147_483_647]);
        assert_eq!(told_end(60, 100), ("160".into(), 60));
        assert_eq!(told_end(NEVER, 100), ("2147483647".into(), 2_147_483_547));
    }
}
