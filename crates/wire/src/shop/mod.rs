//! What shops send when a customer has paid.

mod order;
mod read;

pub use order::{Shop, Unclear};
