//! Every type of the Seller API, by area and by name.

use std::{collections::HashMap, sync::LazyLock};

use claviger_domain::SellerArea;

use super::{
    access, accounts, application, buttons, chats, files,
    kind::{Type, Types},
    licenses, logs, retired, sessions, settings, subscriptions, users, variables, webhooks, why,
};

/// An area of the table.
pub(crate) struct Area {
    /// What the documentation calls it.
    pub(crate) name: &'static str,
    /// What a key must have for its types.
    pub(crate) right: SellerArea,
    lists: &'static [Types],
}

impl Area {
    const fn new(name: &'static str, right: SellerArea, lists: &'static [Types]) -> Self {
        Self { name, right, lists }
    }

    /// Its types.
    pub(crate) fn types(&self) -> impl Iterator<Item = &'static Type> {
        self.lists.iter().copied().flatten()
    }
}

/// Every area.
pub(crate) const AREAS: &[Area] = &[
    Area::new("Sessions", SellerArea::Sessions, &[sessions::TYPES]),
    Area::new("Licenses", SellerArea::Licenses, licenses::TYPES),
    Area::new("Users", SellerArea::Users, users::TYPES),
    Area::new("Variables of users", SellerArea::Users, users::VARIABLES),
    Area::new("Why", SellerArea::Users, &[why::TYPES]),
    Area::new("Subscriptions", SellerArea::Subscriptions, &[subscriptions::TYPES]),
    Area::new("Variables", SellerArea::Variables, &[variables::TYPES]),
    Area::new("Blacklist and whitelist", SellerArea::Blacklist, &[access::TYPES]),
    Area::new("Chats", SellerArea::Chats, &[chats::TYPES]),
    Area::new("Files", SellerArea::Files, &[files::TYPES]),
    Area::new("Webhooks", SellerArea::Webhooks, &[webhooks::TYPES]),
    Area::new("Buttons", SellerArea::Buttons, &[buttons::TYPES]),
    Area::new("Accounts", SellerArea::Accounts, &[accounts::TYPES]),
    Area::new("Application", SellerArea::Application, &[application::TYPES, settings::TYPES]),
    Area::new("Logs", SellerArea::Logs, &[logs::TYPES]),
    Area::new("Retired", SellerArea::Application, &[retired::TYPES]),
];

/// Every type, in the order of the areas.
pub(crate) fn types() -> impl Iterator<Item = &'static Type> {
    AREAS.iter().flat_map(Area::types)
}

/// A type of the Seller API, for lists that tell of all of them.
#[derive(Clone, Copy, Debug)]
pub struct ListedType {
    /// Its name.
    pub name: &'static str,
    /// Whether it changes something.
    pub changes: bool,
}

/// All types of the Seller API.
pub fn listed() -> impl Iterator<Item = ListedType> {
    types().map(|kind| ListedType { name: kind.name, changes: kind.changes.is_some() })
}

/// A type, and what a key must have for it.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) kind: &'static Type,
    pub(super) right: SellerArea,
    /// Its place among all, counted from 1.
    pub(super) place: usize,
}

/// The names of all types, in the order of their places.
pub(crate) fn type_names() -> impl Iterator<Item = &'static str> {
    types().map(|kind| kind.name)
}

/// Every type by its names in lower case.
pub(super) static TYPES: LazyLock<HashMap<String, Row>> = LazyLock::new(|| {
    let named = |(place, (right, kind)): (usize, (SellerArea, &'static Type))| {
        let names = std::iter::once(&kind.name).chain(kind.aliases);
        names.map(move |name| (name.to_ascii_lowercase(), Row { kind, right, place: place + 1 }))
    };
    let types = AREAS.iter().flat_map(|area| area.types().map(|kind| (area.right, kind)));
    types.enumerate().flat_map(named).collect()
});
