//! What the list and the page of one request show alike.

use claviger_service::{App, SellerRequest};

use crate::addresses::app_base;

/// Where the list is.
pub(super) fn address(app: &App) -> String {
    format!("{}seller-logs", app_base(app))
}

/// How a request is coloured: by whether its status tells a failure.
pub(super) fn class(entry: &SellerRequest) -> &'static str {
    match entry.status {
        Some(400..) => "bad",
        _ => "",
    }
}

/// Microseconds, as they are read.
pub(super) fn duration(micros: i64) -> String {
    if micros < 10_000 {
        format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
    } else if micros < 10_000_000 {
        format!("{} ms", micros / 1000)
    } else {
        format!("{} s", micros / 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn durations_are_short() {
        for (micros, text) in [
            (0, "0.0 ms"),
            (1_290, "1.2 ms"),
            (12_345, "12 ms"),
            (1_234_567, "1234 ms"),
            (12_000_000, "12 s"),
        ] {
            assert_eq!(super::duration(micros), text);
        }
    }
}
