//! Who an address of these pages means, and where they are.

use claviger_service::{App, vendor::MemberDetails};

use crate::{addresses::app_base, fault::Fault, visit::Visit};

/// Entries of somebody's log that their owner sees.
const ENTRIES: i64 = 20;

/// Where the team of an application is.
pub(super) fn team(app: &App) -> String {
    format!("{}team", app_base(app))
}

/// The number in the address.
pub(super) fn number(visit: &Visit) -> Result<i64, Fault> {
    visit.path("id").parse().map_err(|_| Fault::NotFound)
}

/// Whom the address means.
///
/// # Errors
/// When the application has nobody of that number, or the database fails.
pub(super) async fn found(visit: &Visit) -> Result<MemberDetails, Fault> {
    let found = visit.service().member(visit.app()?, number(visit)?, ENTRIES).await?;
    found.ok_or(Fault::NotFound)
}

/// Where the page of whom the address means is.
pub(super) fn here(visit: &Visit) -> Result<String, Fault> {
    Ok(format!("{}/{}", team(visit.app()?), number(visit)?))
}
