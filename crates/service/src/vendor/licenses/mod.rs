//! Licenses of an application; [`Service::add_licenses`](crate::Service::add_licenses) makes them.

mod assign;
mod bans;
mod changes;
mod delete;
mod find;
mod record;

pub use self::{assign::Assignment, changes::EditedLicense, find::LicenseFilter, record::LicenseRecord};
pub(in crate::vendor) use self::{
    bans::{Reaches, ban_locked, unban_locked},
    delete::delete_one,
};
