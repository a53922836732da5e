//! What end users do in the panel of a vendor's application: who is signed in there, what they have, what they change.
//! The rules are those of their programs, wherever there is one.

mod customer;
mod devices;
mod downloads;
mod email;
mod failure;
mod home;
mod lasting;
mod panel;
mod password;
mod sessions;
mod sign_in;
mod two_factor;

pub use claviger_store::panel::sign_ins::SignIn as CustomerSignIn;

pub use self::{
    customer::Customer,
    devices::FreeDevices,
    downloads::OfferedFile,
    email::NewEmail,
    failure::CustomerFailure,
    home::{Home, Running},
    lasting::{CUSTOMER_ENDS_AFTER, CUSTOMER_IDLE},
    panel::Panel,
    password::NewPassword,
    sign_in::{CustomerStep, Shown},
    two_factor::PendingSecret,
};
