//! What a vendor's programs ask for.

pub mod accounts;
pub(crate) mod admission;
mod applications;
pub(crate) mod chat;
pub(crate) mod files;
pub(crate) mod links;
pub(crate) mod log;
mod made_up;
pub(crate) mod sessions;
mod stats;
pub(crate) mod variables;
pub(crate) mod webhook;
