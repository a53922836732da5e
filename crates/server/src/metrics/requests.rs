//! Requests, counted by what they were and what came of them: three relaxed additions each, on cells that are found by the
//! place of a type in its table. How many series there are is known when the program is built.

use std::{sync::LazyLock, time::Duration};

use axum::http::StatusCode;
use claviger_metrics::{Counter, Histogram, Kind, Page};

use crate::{
    client,
    seen::{Api, Outcome, Seen},
    seller,
};

/// Types whose times are told apart; those of all others of a face are told together.
const TIMED: [&str; 12] = [
    "init",
    "check",
    "login",
    "register",
    "license",
    "var",
    "getvar",
    "file",
    "add",
    "fetchallsessions",
    "killall",
    "dashboard",
];
/// What stands for all that has no name of its own.
const OTHER: &str = "other";
/// Pages and other addresses, by the beginning of their path; the first that fits counts.
const ADDRESSES: [(&str, Api, &str); 8] = [
    ("/dashboard/-/assets/", Api::Pages, "assets"),
    ("/dashboard", Api::Pages, "dashboard"),
    ("/panel/", Api::Pages, "panel"),
    ("/reset/", Api::Pages, "reset"),
    ("/api/seller", Api::Seller, OTHER),
    ("/healthz", Api::Other, "health"),
    ("/readyz", Api::Other, "health"),
    ("/api/files/", Api::Other, "files"),
];

/// A type's cells.
struct Cells {
    name: &'static str,
    outcomes: [Counter; Outcome::ALL.len()],
    took: Option<Histogram>,
}

/// The cells of a face, those of what has no name first.
struct Face {
    types: Vec<Cells>,
    /// How long those took that are not told apart.
    took: Histogram,
}

impl Face {
    fn new(names: impl Iterator<Item = &'static str>) -> Self {
        let cells = |name| Cells {
            name,
            outcomes: [const { Counter::new() }; Outcome::ALL.len()],
            took: TIMED.contains(&name).then(Histogram::of_seconds),
        };
        Self { types: [OTHER].into_iter().chain(names).map(cells).collect(), took: Histogram::of_seconds() }
    }

    fn of(seen: &Seen) -> &'static Self {
        &FACES[seen.api as usize]
    }

    fn cells(&self, kind: usize) -> &Cells {
        self.types.get(kind).unwrap_or(&self.types[0])
    }
}

/// In the order of [`Api::ALL`].
static FACES: LazyLock<[Face; Api::ALL.len()]> = LazyLock::new(|| {
    [
        Face::new(client::type_names()),
        Face::new(seller::type_names()),
        Face::new(names_of(Api::Pages)),
        Face::new(names_of(Api::Other)),
    ]
});

/// Names of a face's addresses, each once.
fn names_of(api: Api) -> impl Iterator<Item = &'static str> {
    let mut names: Vec<_> =
        ADDRESSES.iter().filter(|(_, of, _)| *of == api).map(|(_, _, name)| *name).collect();
    names.dedup();
    names.into_iter()
}

/// What a request seems to be by its path, until somebody knows better.
pub(crate) fn by_path(path: &str) -> Seen {
    let Some((_, api, name)) = ADDRESSES.iter().find(|(begin, ..)| path.starts_with(begin)) else {
        return Seen::default();
    };
    let kind = FACES[*api as usize].types.iter().position(|cells| cells.name == *name).unwrap_or_default();
    Seen { kind, ..Seen::at(*api) }
}

/// The name of a request's type.
pub(crate) fn name(seen: &Seen) -> &'static str {
    Face::of(seen).cells(seen.kind).name
}

/// Counts a request that was answered.
pub(crate) fn count(seen: &Seen, status: StatusCode, took: Duration) {
    let face = Face::of(seen);
    let cells = face.cells(seen.kind);
    cells.outcomes[seen.outcome(status) as usize].add();
    cells.took.as_ref().unwrap_or(&face.took).took(took);
}

/// Tells of all requests. Types that nobody asked for are left out.
pub(super) fn tell(page: &mut Page) {
    page.family("claviger_requests_total", Kind::Counter, "Requests that were answered.");
    for (api, face) in Api::ALL.iter().zip(&*FACES) {
        for cells in face.types.iter().filter(|cells| cells.outcomes.iter().any(|count| count.get() > 0)) {
            for (outcome, count) in Outcome::ALL.iter().zip(&cells.outcomes) {
                let labels = [("api", api.as_str()), ("type", cells.name), ("outcome", outcome.as_str())];
                page.sample(&labels, count.get());
            }
        }
    }
    let help = "Time from a request's head to the head of its reply.";
    page.family("claviger_request_duration_seconds", Kind::Histogram, help);
    for (api, face) in Api::ALL.iter().zip(&*FACES) {
        page.histogram(&[("api", api.as_str()), ("type", OTHER)], &face.took);
        for cells in &face.types {
            if let Some(took) = &cells.took {
                page.histogram(&[("api", api.as_str()), ("type", cells.name)], took);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_what_they_are() {
        for (path, api, kind) in [
            ("/dashboard/-/assets/x.css", "pages", "assets"),
            ("/dashboard", "pages", "dashboard"),
            ("/readyz", "other", "health"),
            ("/api/seller/add", "seller", "other"),
            ("/favicon.ico", "other", "other"),
        ] {
            let seen = by_path(path);
            assert_eq!((seen.api.as_str(), name(&seen)), (api, kind), "{path}");
        }
    }

    #[test]
    fn what_is_timed_apart_is_there() {
        for timed in TIMED {
            let known = FACES.iter().flat_map(|face| &face.types).any(|cells| cells.name == timed);
            assert!(known, "{timed} is no type any more");
        }
    }
}
