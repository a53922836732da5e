//! The operator is told that clients have no address, but not with each request of theirs.

use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// How often it is told at most.
const EVERY: Duration = Duration::from_secs(60);
/// So many bytes of what the proxy told are shown.
const SHOWN: usize = 100;

/// Told now and then.
#[derive(Debug, Default)]
pub(super) struct Warning(Mutex<Option<Instant>>);

impl Warning {
    /// A trusted proxy told no address that can be read.
    pub(super) fn give(&self, header: &HeaderName, proxy: IpAddr, headers: &HeaderMap) {
        if !self.is_due(Instant::now()) {
            return;
        }
        let told = headers.get_all(header).iter().next_back().map(HeaderValue::as_bytes);
        // The client may have written all of it.
        let told = told.map(|told| told[told.len().saturating_sub(SHOWN)..].escape_ascii().to_string());
        tracing::warn!(
            %header,
            %proxy,
            told = told.as_deref().unwrap_or("nothing"),
            "a trusted proxy does not tell the client's address, so it is unknown, and refused where an address \
             decides: let the proxy set this header, or name another in client_ip_header; `claviger doctor` tries it"
        );
    }

    fn is_due(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now.duration_since(last) >= EVERY);
        if due {
            *last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_a_minute() {
        let (warning, start) = (Warning::default(), Instant::now());
        let told =
            [0, 1, 59, 60, 61, 119, 120].map(|second| warning.is_due(start + Duration::from_secs(second)));
        assert_eq!(told, [true, false, false, true, false, false, true]);
    }
}
