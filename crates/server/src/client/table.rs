//! Every type of the Client API.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use super::{
    account, ban, blacklist, change_username, chat, check, file, forgot, init, kind::Handler, log, logout,
    online, two_factor, upgrade, variables, webhook,
};

/// A type, and its place among all, counted from 1.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) handler: Handler,
    pub(super) place: usize,
}

/// Every type, by its exact name.
pub(super) static TYPES: LazyLock<HashMap<&'static str, Row>> = LazyLock::new(|| {
    let sorted: BTreeMap<_, _> = all().collect();
    let row = |(place, (name, handler))| (name, Row { handler, place: place + 1 });
    sorted.into_iter().enumerate().map(row).collect()
});

/// The names of all types, in the order of their places.
pub(crate) fn type_names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<_> = TYPES.iter().map(|(name, row)| (row.place, *name)).collect();
    names.sort_unstable();
    names.into_iter().map(|(_, name)| name)
}

fn all() -> impl Iterator<Item = (&'static str, Handler)> {
    let areas = [
        init::TYPES,
        account::TYPES,
        ban::TYPES,
        blacklist::TYPES,
        change_username::TYPES,
        chat::TYPES,
        check::TYPES,
        file::TYPES,
        forgot::TYPES,
        log::TYPES,
        logout::TYPES,
        online::TYPES,
        two_factor::TYPES,
        upgrade::TYPES,
        variables::TYPES,
        webhook::TYPES,
    ];
    areas.into_iter().flatten().copied()
}
