//! Every type of the Seller API, by area and by name.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    access, accounts, application, buttons, chats, files,
    kind::{Type, Types},
    licenses, logs, retired, sessions, settings, subscriptions, users, variables, webhooks,
};

/// Every area with its name.
pub(crate) const AREAS: &[(&str, &[Types])] = &[
    ("Sessions", &[sessions::TYPES]),
    ("Licenses", licenses::TYPES),
    ("Users", users::TYPES),
    ("Variables of users", users::VARIABLES),
    ("Subscriptions", &[subscriptions::TYPES]),
    ("Variables", &[variables::TYPES]),
    ("Blacklist and whitelist", &[access::TYPES]),
    ("Chats", &[chats::TYPES]),
    ("Files", &[files::TYPES]),
    ("Webhooks", &[webhooks::TYPES]),
    ("Buttons", &[buttons::TYPES]),
    ("Accounts", &[accounts::TYPES]),
    ("Application", &[application::TYPES, settings::TYPES]),
    ("Logs", &[logs::TYPES]),
    ("Retired", &[retired::TYPES]),
];

/// Every type by its names in lower case.
pub(super) static TYPES: LazyLock<HashMap<String, &'static Type>> = LazyLock::new(|| {
    let named = |kind: &'static Type| {
        let names = std::iter::once(&kind.name).chain(kind.aliases);
        names.map(move |name| (name.to_ascii_lowercase(), kind))
    };
    let types = AREAS.iter().flat_map(|(_, lists)| lists.iter().copied().flatten());
    types.flat_map(named).collect()
});
