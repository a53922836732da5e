//! Names of backups: they say as of when, and sort by it.

use jiff::{Timestamp, civil::DateTime, tz::Offset};

const BEGINNING: &str = "claviger-";
const ENDING: &str = ".backup";
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// The name of a backup that holds the data as of a Unix second, such as `claviger-20260102T030405Z.backup`.
pub(super) fn of(second: i64) -> String {
    let time = Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{BEGINNING}{}{ENDING}", Offset::UTC.to_datetime(time).strftime(TIME))
}

/// The Unix second that a name tells; `None`: it is no backup's.
pub(super) fn second(name: &str) -> Option<i64> {
    let time = name.strip_prefix(BEGINNING)?.strip_suffix(ENDING)?;
    let time = DateTime::strptime(TIME, time).ok()?;
    let second = Offset::UTC.to_timestamp(time).ok()?.as_second();
    // One spelling for each second, so that no name leads elsewhere.
    (of(second) == name).then_some(second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tell_when() {
        assert_eq!(of(1_767_323_045), "claviger-20260102T030405Z.backup");
        assert_eq!(second("claviger-20260102T030405Z.backup"), Some(1_767_323_045));
        for name in [
            "claviger-20260102T030405Z.backup.part",
            ".claviger-20260102T030405Z.backup",
            "claviger-20260102T030405Z",
            "claviger-2026-01-02.backup",
            "claviger-20261302T030405Z.backup",
            "claviger-../20260102T030405Z.backup",
            "",
        ] {
            assert_eq!(second(name), None, "{name}");
        }
    }
}
