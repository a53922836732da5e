//! The table of the panel's routes.

use std::sync::LazyLock;

use claviger_domain::Offer;

use super::{
    pages::AREAS,
    route::{PanelNeed, PanelRoute},
};
use crate::{
    places::{Found, Places},
    route::Method,
};

/// A row of the table of routes, for tests that walk it.
#[derive(Clone, Copy, Debug)]
pub struct PanelListed {
    /// Whether it reads or changes.
    pub method: Method,
    /// What follows the beginning of the panel's addresses.
    pub pattern: &'static str,
    /// Who may go there.
    pub need: PanelNeed,
    /// What the vendor must offer.
    pub offer: Option<Offer>,
}

/// All routes of the panel.
pub fn panel_listed() -> impl Iterator<Item = PanelListed> {
    all().map(|route| PanelListed {
        method: route.method,
        pattern: route.pattern,
        need: route.need,
        offer: route.offer,
    })
}

fn all() -> impl Iterator<Item = &'static PanelRoute> {
    AREAS.iter().copied().flatten()
}

static PLACES: LazyLock<Places<PanelRoute>> =
    LazyLock::new(|| Places::of(all().map(|route| (format!("/{}", route.pattern), route.method, route))));

/// What is at an address of the panel.
pub(super) fn find(rest: &str) -> Option<Found<PanelRoute>> {
    PLACES.find(&format!("/{rest}"))
}
