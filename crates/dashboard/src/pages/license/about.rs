//! Which license a page is about.

use claviger_domain::in_one_line;
use claviger_service::vendor::{License, LicenseRecord, ManageError};

use crate::{
    addresses::license_page,
    fault::{Answer, Fault},
    record::record_about,
    visit::Visit,
};

fn number(visit: &Visit) -> Result<i64, Fault> {
    visit.path("id").parse().map_err(|_| Fault::NotFound)
}

/// The license that the path means.
pub(super) async fn license(visit: &Visit) -> Result<License, Fault> {
    match visit.service().license_by_id(visit.app()?, number(visit)?).await {
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        found => Ok(found?),
    }
}

/// The same, with all that is known of it.
pub(super) async fn license_record(visit: &Visit) -> Result<LicenseRecord, Fault> {
    match visit.service().license_record(visit.app()?, number(visit)?).await {
        Err(ManageError::Unknown { .. }) => Err(Fault::NotFound),
        found => Ok(found?),
    }
}

/// Where a license's page is.
pub(super) fn address(visit: &Visit, license: &License) -> Result<String, Fault> {
    Ok(license_page(visit.app()?, license.id))
}

/// Back to the page after something was done, which is noted.
pub(super) async fn done(
    visit: &Visit,
    license: &License,
    (action, changes): (&str, &str),
    said: &str,
) -> Answer {
    record_about(visit, visit.app()?, &license.key, action, changes).await?;
    visit.see_other_saying(address(visit, license)?, said)
}

/// Text of others in one line.
pub(super) fn plain(text: &str) -> String {
    in_one_line(text).into_owned()
}

/// A field without what PostgreSQL keeps in no text.
pub(super) fn text(visit: &Visit, name: &str) -> String {
    visit.form.get(name).unwrap_or_default().replace('\0', "\u{fffd}")
}
