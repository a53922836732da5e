//! Who may go where.

use claviger_domain::Permission;
use claviger_service::{
    App,
    people::{Person, Standing},
};

use crate::fault::Fault;

/// What is told to who lacks a permission.
pub(crate) fn not_permitted() -> Fault {
    Fault::Forbidden(
        "Your account does not have this permission. The application's owner can give it.".into(),
    )
}

/// Who may go somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Whoever asks.
    Nobody,
    /// Who is signed in.
    Person,
    /// Who is signed in and an owner.
    Owner,
    /// Who works on the application that the address names: its owner, its managers, its resellers.
    Member,
    /// The application's owner, and managers who have this permission.
    App(Permission),
    /// As [`Need::App`], with either of two permissions.
    Either(Permission, Permission),
    /// The application's owner alone.
    AppOwner,
    /// Resellers of the application, for what is theirs.
    Reseller,
}

/// Whether a person may go where `need` is needed. An application is already known to be theirs.
pub(crate) fn may(person: &Person, app: Option<&App>, need: Need) -> bool {
    match (need, &person.standing) {
        (Need::Nobody | Need::Person, _) => true,
        (Need::Owner, standing) => matches!(standing, Standing::Owner { .. }),
        (Need::Member, _) => app.is_some(),
        (Need::App(_) | Need::Either(..) | Need::AppOwner, Standing::Owner { .. }) => app.is_some(),
        (Need::App(permission), Standing::Manager { permissions, .. }) => {
            app.is_some() && permission.is_in(*permissions)
        }
        (Need::Either(one, other), Standing::Manager { permissions, .. }) => {
            app.is_some() && (one.is_in(*permissions) || other.is_in(*permissions))
        }
        (Need::Reseller, Standing::Reseller { .. }) => app.is_some(),
        (Need::App(_) | Need::Either(..) | Need::AppOwner | Need::Reseller, _) => false,
    }
}
