//! Pages that vendors know from the hosted service and that are not here yet: what to use until then.

/// A page that is not here yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    /// Its name at the hosted service.
    page: &'static str,
    /// What it is about.
    pub word: &'static str,
    /// The command line for the same.
    pub command: &'static str,
}

const PAGES: [Missing; 1] = [Missing { page: "logs", word: "Logs", command: "claviger log list OWNER/APP" }];

/// The page that an address says is missing; `None` for one that is here, or that nobody knows.
pub(super) fn missing(page: Option<&str>) -> Option<Missing> {
    PAGES.into_iter().find(|missing| page == Some(missing.page))
}
