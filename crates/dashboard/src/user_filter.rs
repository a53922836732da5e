//! Which users a page is about, as its address tells it.

use claviger_domain::Network;
use claviger_service::vendor::UsersWanted;

use crate::{
    fields::Fields,
    table_filter::{Filter, Reader},
};

pub(crate) type UserFilter = Filter<UsersWanted>;

/// Reads the fields of an address or a form.
pub(crate) fn read(fields: &Fields) -> UserFilter {
    let mut reader = Reader::new(fields);
    let network = reader.line("ip");
    let parsed: Option<Network> = network.as_ref().and_then(|text| text.parse().ok());
    if network.is_some() && parsed.is_none() {
        reader.wrong("This is no address or network: write one such as 10.0.0.1 or 10.0.0.0/8.".into());
    }
    let wanted = UsersWanted {
        name: reader.folded("name"),
        beginning: reader.folded("begins").unwrap_or_default(),
        network: parsed.map(|network| network.to_string()),
        device: reader.line("device"),
        subscription: reader.line("subscription"),
        ends_within: reader.days("ends"),
        subscribed: reader.yes_no("subscribed"),
        banned: reader.yes_no("banned"),
        online: reader.yes_no("online"),
        created: reader.days_between("from", "to"),
        signed_in: reader.days_between("seen_from", "seen_to"),
    };
    let begins = !wanted.beginning.is_empty();
    reader.end(wanted, begins)
}
