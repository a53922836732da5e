//! Every type of the Client API.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    account, ban, blacklist, change_username, chat, check, file, forgot, init, kind::Handler, log, logout,
    online, two_factor, upgrade, variables, webhook,
};

/// Every type, by its exact name.
pub(super) static TYPES: LazyLock<HashMap<&'static str, Handler>> = LazyLock::new(|| {
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
    areas.into_iter().flatten().copied().collect()
});

/// The names of all types.
#[cfg(test)]
pub(crate) fn type_names() -> impl Iterator<Item = &'static str> {
    TYPES.keys().copied()
}
