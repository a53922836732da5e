//! What is at which address, for whichever table of routes.

use std::collections::BTreeMap;

use matchit::Router;

use crate::route::Method;

/// What is at one address.
#[derive(Debug)]
pub(crate) struct Place<R: 'static> {
    pub get: Option<&'static R>,
    pub post: Option<&'static R>,
}

impl<R> Clone for Place<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Place<R> {}

impl<R> Default for Place<R> {
    fn default() -> Self {
        Self { get: None, post: None }
    }
}

/// What is at the path of an address, with what stands in place of the pattern's names, as it was written.
pub(crate) type Found<R> = (Place<R>, Vec<(String, String)>);

/// Which address leads where, by the pattern and the method of each route.
pub(crate) struct Places<R: 'static>(Router<Place<R>>);

impl<R> Places<R> {
    /// Those of all routes.
    pub fn of(routes: impl Iterator<Item = (String, Method, &'static R)>) -> Self {
        let mut places: BTreeMap<String, Place<R>> = BTreeMap::new();
        for (pattern, method, route) in routes {
            let place = places.entry(pattern).or_default();
            match method {
                Method::Get => place.get = Some(route),
                Method::Post => place.post = Some(route),
            }
        }
        let mut router = Router::new();
        for (pattern, place) in places {
            router.insert(pattern, place).expect("patterns of routes do not contradict each other");
        }
        Self(router)
    }

    /// What is at the path of an address.
    pub fn find(&self, path: &str) -> Option<Found<R>> {
        let found = self.0.at(path).ok()?;
        let params = found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Some((*found.value, params))
    }
}
