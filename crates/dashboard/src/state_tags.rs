//! The states of an application that its vendor should see wherever it is named.

use claviger_service::App;

/// A word in a coloured frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub word: &'static str,
    /// `good`, `warn` or `bad`: never told by the colour alone.
    pub class: &'static str,
}

/// The states of an application: what holds its programs up, else that it is open.
pub(crate) fn tags(app: &App) -> Vec<Tag> {
    let states = [
        (app.banned, Tag { word: "banned", class: "bad" }),
        (!app.settings.enabled, Tag { word: "switched off", class: "bad" }),
        (app.settings.paused, Tag { word: "paused", class: "warn" }),
    ];
    let found: Vec<Tag> = states.into_iter().filter_map(|(is, tag)| is.then_some(tag)).collect();
    if found.is_empty() { vec![Tag { word: "open", class: "good" }] } else { found }
}
