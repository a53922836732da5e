//! The table of routes: which address leads where.

use std::sync::LazyLock;

use claviger_domain::Permission;

use crate::{
    pages::AREAS,
    places::{Found, Places},
    rights::Need,
    route::{Method, Route},
};

/// A row of the table of routes, for tests that walk it.
#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// Whether it reads or changes.
    pub method: Method,
    /// The address, with `{app}` and the like for what varies.
    pub pattern: &'static str,
    /// Who may go there.
    pub need: Need,
    /// Whether the person must have proved lately who they are.
    pub fresh: bool,
    /// Fields that need a permission besides.
    pub fields: &'static [(&'static str, Permission)],
}

/// All routes.
pub fn listed() -> impl Iterator<Item = Listed> {
    all().map(|route| Listed {
        method: route.method,
        pattern: route.pattern,
        need: route.need,
        fresh: route.fresh,
        fields: route.fields,
    })
}

fn all() -> impl Iterator<Item = &'static Route> {
    AREAS.iter().copied().flatten()
}

static PLACES: LazyLock<Places<Route>> =
    LazyLock::new(|| Places::of(all().map(|route| (route.pattern.to_owned(), route.method, route))));

/// What is at the path of an address.
pub(crate) fn find(path: &str) -> Option<Found<Route>> {
    PLACES.find(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_address_is_listed_twice() {
        let mut seen = BTreeSet::new();
        for route in listed() {
            assert!(seen.insert((route.pattern, route.method)), "{route:?}");
        }
    }

    #[test]
    fn what_needs_an_application_names_it() {
        for route in listed() {
            let needs = matches!(
                route.need,
                Need::App(_) | Need::Either(..) | Need::AppOwner | Need::Member | Need::Reseller
            );
            assert_eq!(needs, route.pattern.contains("{app}"), "{route:?}");
        }
    }

    #[test]
    fn finds_places_and_keeps_apart_what_has_no_application() {
        assert!(find("/dashboard/nowhere/at/all").is_none());
        let (place, params) = find("/dashboard/demo-app/").unwrap();
        assert_eq!(place.get.unwrap().pattern, "/dashboard/{app}/");
        assert_eq!(params, [("app".to_owned(), "demo-app".to_owned())]);
    }
}
