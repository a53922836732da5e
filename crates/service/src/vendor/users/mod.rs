//! Users of an application.

mod add;
mod all;
pub(super) mod bans;
mod changes;
mod find;
mod record;
mod remarks;
mod subscriptions;
mod target;
mod variables;

pub(crate) use self::variables::kept as check_user_variable;
pub use self::{
    add::{AddUser, NewUserOf},
    changes::LOGIN_TOKEN_SECONDS,
    find::UserDetails,
    record::{UserHistory, UserRecord},
    remarks::{DEVICE_NAME_MAX, USER_NOTE_MAX},
    target::Target,
};
