//! A request of the Seller API, past the common checks.

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use axum::http::HeaderMap;
use claviger_domain::{ClientAddress, SellerRights, Term, TermError, Unit};
use claviger_service::{App, SellerKey, Service, cut};
use claviger_wire::seller::{SellerParams, SellerReply};

use super::receive::Received;
use crate::State;

/// Parameters that every type has.
const COMMON: &[&str] = &["sellerkey", "type", "format"];
/// So many bytes of the name of an unknown parameter are shown.
const NAME_SHOWN: usize = 50;

/// A request past the common checks.
pub(crate) struct Request {
    pub(crate) state: Arc<State>,
    pub(crate) app: Arc<App>,
    /// The key that it came with.
    pub(crate) key: Arc<SellerKey>,
    pub(crate) params: SellerParams,
    /// Address of the caller.
    pub(crate) ip: ClientAddress,
    /// The request's headers.
    pub(crate) headers: HeaderMap,
    /// The caller asked for `format=text`.
    pub(crate) text_mode: bool,
    /// The name of the type by which it was called, in lower case: its own or another.
    pub(crate) called: String,
    /// The file that came along, on disk already.
    pub(super) received: Option<Received>,
}

impl Request {
    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.state.service
    }

    /// Whether the caller may see what opens other doors: only a key without limits may.
    pub(crate) fn sees_secrets(&self) -> bool {
        self.key.rights == SellerRights::ALL
    }

    /// A parameter that is only looked up or compared: empty when it is missing.
    pub(crate) fn text(&self, name: &str) -> String {
        self.params.get(name).map(Cow::into_owned).unwrap_or_default()
    }

    /// How long something shall last, in days or seconds unless the text says otherwise.
    ///
    /// # Errors
    /// See [`TermError`]; a missing one is malformed.
    pub(crate) fn term(&self, name: &str, unit: Unit) -> Result<Term, TermError> {
        Term::parse(&self.text(name), unit, self.service().clock().now())
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

    /// A flag that may be left out.
    ///
    /// # Errors
    /// Status 400 when it is there, and neither `1` nor `0` or a word that means the same.
    pub(crate) fn choice(&self, name: &str) -> Result<Option<bool>, SellerReply> {
        self.params.choice(name).map_err(|_| SellerReply::invalid_parameter(name))
    }

    /// The caller's own address, for a type that means it where nobody is named. Parameters of these names say nothing
    /// about that.
    ///
    /// # Errors
    /// Status 400 when there is another parameter: somebody is named, but by nothing or in the wrong way; or when the
    /// caller's address is unknown.
    pub(crate) fn own_address(&self, beside: &[&str]) -> Result<IpAddr, SellerReply> {
        let known = |name: &str| COMMON.iter().chain(beside).any(|known| known.eq_ignore_ascii_case(name));
        match self.params.names().find(|name| !known(name)) {
            Some(name) => Err(SellerReply::invalid_parameter(cut(name, NAME_SHOWN))),
            None => self.ip.known().ok_or_else(|| SellerReply::missing_parameter("ip")),
        }
    }
}
