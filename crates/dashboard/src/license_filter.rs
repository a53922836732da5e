//! Which licenses a page is about, as its address tells it.

use claviger_domain::LicenseStatus;
use claviger_service::{App, Service, ServiceError, vendor::LicensesWanted};

use crate::{
    fields::Fields,
    table_filter::{Filter, Reader},
};

pub(crate) type LicenseFilter = Filter<LicensesWanted>;

/// Reads the fields of an address or a form. A user is named: see [`find_user`].
pub(crate) fn read(fields: &Fields) -> LicenseFilter {
    let mut reader = Reader::new(fields);
    let states = [
        ("unused", LicenseStatus::NotUsed),
        ("used", LicenseStatus::Used),
        ("banned", LicenseStatus::Banned),
    ];
    let wanted = LicensesWanted {
        key: reader.folded("key"),
        beginning: reader.folded("begins").unwrap_or_default(),
        status: reader.choice("state", &states).map(|status| status.as_str().to_owned()),
        level: reader.line("level"),
        note: reader.line("note").map(|note| note.to_ascii_lowercase()),
        noted: reader.yes_no("noted"),
        genby: reader.line("maker"),
        // Nobody's, until the name is looked up.
        user: reader.line("user").map(|_| 0),
        made: reader.days_between("from", "to"),
        duration: (reader.days("least"), reader.days("most").map(|seconds| seconds.saturating_add(1))),
    };
    let begins = !wanted.beginning.is_empty();
    reader.end(wanted, begins)
}

/// Looks up the user that the filter names: nobody's licenses are meant when there is none.
///
/// # Errors
/// When the database fails.
pub(crate) async fn find_user(
    service: &Service,
    app: &App,
    mut filter: LicenseFilter,
) -> Result<LicenseFilter, ServiceError> {
    if filter.wanted.user.is_some() {
        let name = filter.get("user").to_owned();
        filter.wanted.user = Some(service.number_of_user(app, name).await?);
    }
    Ok(filter)
}
