//! Types about users.

mod accounts;
mod bulk;
mod changes;
mod lists;
mod variables;

use super::kind::Types;

/// The types about users themselves.
pub(super) const TYPES: &[Types] = &[accounts::TYPES, lists::TYPES, changes::TYPES, bulk::TYPES];
/// The types about variables of users.
pub(super) const VARIABLES: &[Types] = &[variables::TYPES];
