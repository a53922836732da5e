//! What somebody may do, as a form.

use claviger_domain::AccountRole;
use claviger_service::vendor::Limits;

use crate::{
    fields::Fields,
    team_words::{PERMISSIONS, RIGHTS},
};

/// A box to check.
pub(super) struct Check {
    pub value: &'static str,
    pub word: &'static str,
    pub allows: &'static str,
    pub checked: bool,
}

/// What somebody may do, as it is shown.
pub(super) struct LimitsForm {
    pub is_manager: bool,
    pub permissions: Vec<Check>,
    pub levels: String,
    pub rights: Vec<Check>,
}

impl LimitsForm {
    /// What an account has, or a new one gets unless its maker chooses.
    pub fn of(role: AccountRole, limits: &Limits) -> Self {
        let levels = if limits.key_levels == "N/A" { "" } else { &limits.key_levels };
        Self {
            is_manager: role == AccountRole::Manager,
            permissions: permissions(limits.permissions),
            levels: levels.into(),
            rights: rights(limits.rights),
        }
    }

    /// What was typed.
    pub fn typed(role: AccountRole, form: &Fields) -> Self {
        let limits = limits(form);
        Self {
            is_manager: role == AccountRole::Manager,
            permissions: permissions(limits.permissions),
            levels: form.kept("levels"),
            rights: rights(limits.rights),
        }
    }
}

/// What a form says that somebody may do.
pub(super) fn limits(form: &Fields) -> Limits {
    let permissions = PERMISSIONS.iter().filter(|(_, word, _)| form.all("may").any(|value| value == *word));
    let rights = RIGHTS.iter().filter(|(_, word, _)| form.all("right").any(|value| value == *word));
    Limits {
        permissions: permissions.fold(0, |bits, (permission, ..)| bits | *permission as i64),
        key_levels: form.kept("levels"),
        rights: rights.fold(0, |bits, (right, ..)| bits | *right as i64),
    }
}

fn permissions(bits: i64) -> Vec<Check> {
    let check = |&(permission, value, allows): &(claviger_domain::Permission, _, _)| Check {
        value,
        word: value,
        allows,
        checked: permission.is_in(bits),
    };
    PERMISSIONS.iter().map(check).collect()
}

fn rights(bits: i64) -> Vec<Check> {
    let check = |&(right, value, allows): &(claviger_domain::ResellerRight, _, _)| Check {
        value,
        word: value,
        allows,
        checked: right.is_in(bits),
    };
    RIGHTS.iter().map(check).collect()
}
