//! End users sign in: with a name and a password, or with a license key alone. Each success notes the user on the
//! session in the transaction that did the rest.

pub(crate) mod ban;
pub(crate) mod change_username;
mod email;
mod forgot;
pub(crate) mod guesses;
pub(crate) mod login;
mod note;
mod refusal;
mod register;
mod sign_in;
mod two_factor;
pub(crate) mod upgrade;

pub(crate) use self::sign_in::{SignIn, admit_device, check_hwid, running};
pub use self::{
    ban::Ban,
    change_username::ChangeUsername,
    forgot::{Forgot, ResetPassword},
    login::Credentials,
    refusal::{AccountFailure, Refusal},
    sign_in::{Account, Origin, Registration},
    two_factor::{DisableTwoFactor, EnableTwoFactor},
    upgrade::Upgrade,
};
pub use crate::shared::limits::NAME_MAX;
