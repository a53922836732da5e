//! Whom a page is about.

use claviger_domain::{Permission, in_one_line};
use claviger_service::{App, vendor::Subject};

use crate::{addresses::app_base, fault::Fault, rights::Need, visit::Visit};

/// What looking needs; acts need this besides, since they tell whom they changed.
pub(super) const LOOK: Need = Need::Either(Permission::Users, Permission::Licenses);

/// Where a user or a license is looked at.
pub(in crate::pages) fn address_of(app: &App, subject: Subject) -> String {
    let (kind, id) = match subject {
        Subject::User(id) => ("users", id),
        Subject::License(id) => ("licenses", id),
    };
    format!("{}why/{kind}/{id}", app_base(app))
}

/// Whom the path means.
pub(super) fn subject(visit: &Visit) -> Result<Subject, Fault> {
    let id = visit.path("id").parse().map_err(|_| Fault::NotFound)?;
    match visit.path("kind") {
        "users" => Ok(Subject::User(id)),
        "licenses" => Ok(Subject::License(id)),
        _ => Err(Fault::NotFound),
    }
}

/// Text of others in one line.
pub(super) fn plain(text: &str) -> String {
    in_one_line(text).into_owned()
}
