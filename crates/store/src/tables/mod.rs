//! Tables of licenses and users as people look through them: filtered, in either direction, a part at a time, quick however
//! many rows there are; and what is done to those that a filter means.

mod conditions;
mod license_acts;
mod licenses;
mod user_acts;
mod users;
mod walk;

pub use license_acts::{LicenseAct, change_licenses, rewrite};
pub use licenses::{LicenseRow, LicensesWanted, licenses_in, walk_licenses};
pub use user_acts::{UserAct, change_users};
pub use users::{UserRow, UsersWanted, complete_users, users_in, walk_users};
pub use walk::{Cursor, InRange, Order, TableOf, Walk, Walked, number_at, number_of_share, span};
