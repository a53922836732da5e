//! Types about licenses.

mod activate;
mod keys;
mod lists;
mod shop;

use super::kind::Types;

/// The types about licenses.
pub(super) const TYPES: &[Types] = &[keys::TYPES, lists::TYPES, activate::TYPES];
