//! When the certificate in use ends, for whoever watches.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::UNIX_EPOCH,
};

use claviger_metrics::Page;

use super::facts::CertificateFacts;

/// Unix second; 0: there is no certificate.
static ENDS: AtomicU64 = AtomicU64::new(0);

/// Handshakes take this certificate from now on.
pub(super) fn note(facts: &CertificateFacts) {
    ENDS.store(facts.ends().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs()), Relaxed);
}

/// Tells of it, if there is one.
pub(crate) fn tell(page: &mut Page) {
    let ends = ENDS.load(Relaxed);
    if ends > 0 {
        let help = "Unix second at which the certificate in use ends.";
        page.gauge("claviger_certificate_expires_timestamp_seconds", help, ends);
    }
}
