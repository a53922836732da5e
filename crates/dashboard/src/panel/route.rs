//! An address of the panel, what is there, and who may go there.

use claviger_domain::Offer;
use futures_util::future::BoxFuture;

use super::visit::PanelVisit;
use crate::{fault::Answer, route::Method};

/// Who may go somewhere in a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelNeed {
    /// Whoever asks.
    Nobody,
    /// Who is signed in.
    Customer,
}

/// A page's function.
pub(super) type Handler = fn(PanelVisit) -> BoxFuture<'static, Answer>;

/// An address, and what is there.
#[derive(Clone, Copy)]
pub(super) struct PanelRoute {
    pub method: Method,
    /// What follows the beginning of the panel's addresses, as `matchit` reads it.
    pub pattern: &'static str,
    pub need: PanelNeed,
    /// What the vendor must offer for it to be there.
    pub offer: Option<Offer>,
    pub handler: Handler,
}

impl PanelRoute {
    pub const fn get(pattern: &'static str, need: PanelNeed, handler: Handler) -> Self {
        Self { method: Method::Get, pattern, need, offer: None, handler }
    }

    pub const fn post(pattern: &'static str, need: PanelNeed, handler: Handler) -> Self {
        Self { method: Method::Post, pattern, need, offer: None, handler }
    }

    /// As it is, where the vendor offers this.
    pub const fn offered(self, offer: Offer) -> Self {
        Self { offer: Some(offer), ..self }
    }
}
