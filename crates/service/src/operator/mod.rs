//! What an operator does: starting the server, owners and applications, looking whether all is well.

pub(crate) mod applications;
pub(crate) mod demo;
pub mod doctor;
pub(crate) mod key_pairs;
pub(crate) mod master_keys;
mod metrics;
pub(crate) mod names;
pub(crate) mod owners;
mod progress;
mod start;
pub mod takeover;
