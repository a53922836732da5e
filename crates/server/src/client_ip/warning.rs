//! The operator is told that clients have no address, but not with each request of theirs.

use std::{net::IpAddr, time::Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use claviger_domain::Seldom;

/// So many bytes of what the proxy told are shown.
const SHOWN: usize = 100;

/// Told now and then.
#[derive(Debug, Default)]
pub(super) struct Warning(Seldom);

impl Warning {
    /// A trusted proxy told no address that can be read.
    pub(super) fn give(&self, header: &HeaderName, proxy: IpAddr, headers: &HeaderMap) {
        if !self.0.is_due(Instant::now()) {
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
}
