//! What pages share.

use std::sync::Arc;

use claviger_capacity::{Gate, Resource};
use claviger_service::Service;
use tokio::sync::watch;

/// What pages share.
pub struct State {
    /// The use cases.
    pub service: Arc<Service>,
    /// The address under which people and programs reach this server, without trailing slash.
    pub public_url: String,
    /// Pages that are live, each owner's a tenant, whoever of their people looks at them.
    pub(crate) live: Gate,
    /// Requests for customers' panels, each application's a tenant.
    pub(crate) panels: Gate,
    stop: watch::Sender<bool>,
}

impl State {
    /// Makes the pages of a server that is reached at `public_url`.
    pub fn new(service: Arc<Service>, public_url: String) -> Self {
        Self {
            service,
            public_url,
            live: Gate::new(Resource::LivePages),
            panels: Gate::new(Resource::PanelPages),
            stop: watch::Sender::new(false),
        }
    }

    /// The gates of what pages share.
    pub fn gates(&self) -> [Gate; 2] {
        [self.live.clone(), self.panels.clone()]
    }

    /// Ends what is live: the server is about to stop, and would wait for it.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Tells when what is live ends.
    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Whether browsers reach the server by TLS, so that cookies may insist on it.
    pub(crate) fn by_tls(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
