//! Where a person's request comes from.

use claviger_domain::{ClientAddress, in_one_line};

use crate::shared::text::cut;

/// Longest name of a browser that is kept, in bytes.
const USER_AGENT_MAX: usize = 300;

/// Where a person's request comes from, as it is shown to them later.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Address of the client.
    pub ip: ClientAddress,
    /// What the browser calls itself; may be empty.
    pub user_agent: String,
}

impl Visitor {
    /// The name of the browser as it is kept: in one line, and not too long.
    pub(crate) fn kept_user_agent(&self) -> String {
        cut(&in_one_line(&self.user_agent), USER_AGENT_MAX).to_owned()
    }

    /// The address as it is kept for comparing.
    pub(crate) fn kept_ip(&self) -> Option<String> {
        self.ip.known().map(|ip| ip.to_string())
    }
}
