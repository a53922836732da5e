//! Types about licenses.

mod activate;
mod keys;
mod lists;

use super::kind::Types;

/// The types about licenses.
pub(super) const TYPES: &[Types] = &[keys::TYPES, lists::TYPES, activate::TYPES];
