//! The master key: replacing it while servers run, and which others are still needed.

mod forget;
mod look;
mod reseal;
mod rotate;
mod values;

pub use look::MasterKeyUse;
pub use rotate::Rotation;
