//! A request of the Seller API, past the common checks.

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use claviger_service::{App, Service};
use claviger_wire::seller::{SellerParams, SellerReply};

use crate::State;

/// A request past the common checks.
pub(crate) struct Request {
    pub(crate) state: Arc<State>,
    pub(crate) app: Arc<App>,
    pub(crate) params: SellerParams,
    /// Address of the caller.
    pub(crate) ip: IpAddr,
    /// The caller asked for `format=text`.
    pub(crate) text_mode: bool,
    /// The name of the type by which it was called, in lower case: its own or another.
    pub(crate) called: String,
}

impl Request {
    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.state.service
    }

    /// A parameter that is only looked up or compared: empty when it is missing.
    pub(crate) fn text(&self, name: &str) -> String {
        self.params.get(name).map(Cow::into_owned).unwrap_or_default()
    }

    /// A parameter that will be stored: `None` when it is missing.
    ///
    /// # Errors
    /// Status 400 when it has more than `max` bytes.
    pub(crate) fn stored(&self, name: &str, max: usize) -> Result<Option<String>, SellerReply> {
        match self.params.get(name) {
            Some(value) if value.len() > max => Err(SellerReply::invalid_parameter(name)),
            value => Ok(value.map(Cow::into_owned)),
        }
    }
}
