//! Finding a user or a license by whatever a customer pasted.

mod forms;
mod found;
mod look;
mod parts;
mod search;

pub use self::{
    found::{Found, How, Match},
    parts::Parts,
};
