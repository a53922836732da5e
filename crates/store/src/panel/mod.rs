//! The customers' panel of an application: what is offered there, who is signed in, which files there are.

pub mod downloads;
pub mod settings;
pub mod sign_ins;
