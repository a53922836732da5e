//! What pages share.

use std::sync::Arc;

use claviger_service::Service;

use crate::places::Places;

/// What pages share.
pub struct State {
    /// The use cases.
    pub service: Arc<Service>,
    /// The address under which people and programs reach this server, without trailing slash.
    pub public_url: String,
    pub(crate) places: Places,
}

impl State {
    /// Makes the pages of a server that is reached at `public_url`.
    pub fn new(service: Arc<Service>, public_url: String) -> Self {
        Self { service, public_url, places: Places::default() }
    }

    /// Ends what is live: the server is about to stop, and would wait for it.
    pub fn stop(&self) {
        self.places.stop();
    }

    /// Whether browsers reach the server by TLS, so that cookies may insist on it.
    pub(crate) fn by_tls(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
