//! What handlers share.

use std::sync::Arc;

use claviger_service::Service;

use crate::{client_ip::ClientIp, limits::Limits};

/// What handlers share.
pub struct State {
    /// The use cases.
    pub service: Arc<Service>,
    /// Where requests come from.
    pub client_ip: ClientIp,
    /// How many requests are served.
    pub limits: Limits,
    /// The address under which clients reach this server, without trailing slash.
    pub public_url: String,
}
