//! The table of the panel's routes.

use std::{collections::BTreeMap, sync::LazyLock};

use claviger_domain::Offer;
use matchit::Router;

use super::{
    pages::AREAS,
    route::{PanelNeed, PanelRoute},
};
use crate::route::Method;

/// What is at one address.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub get: Option<&'static PanelRoute>,
    pub post: Option<&'static PanelRoute>,
}

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

static PLACES: LazyLock<Router<Place>> = LazyLock::new(|| {
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for route in all() {
        let place = places.entry(format!("/{}", route.pattern)).or_default();
        match route.method {
            Method::Get => place.get = Some(route),
            Method::Post => place.post = Some(route),
        }
    }
    let mut router = Router::new();
    for (pattern, place) in places {
        router.insert(pattern, place).expect("patterns of routes do not contradict each other");
    }
    router
});

/// What is at an address of the panel, with what stands in place of the pattern's names, as it was written.
pub(super) fn find(rest: &str) -> Option<(Place, Vec<(String, String)>)> {
    let path = format!("/{rest}");
    let found = PLACES.at(&path).ok()?;
    let params = found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Some((*found.value, params))
}
