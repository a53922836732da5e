//! What the server counts of itself, and how it is told: [`Counter`] and [`Histogram`] cost some relaxed atomics and no
//! lock, and [`Page`] writes them in Prometheus' text format.
//!
//! They may stand in statics: what is counted belongs to the process, as its memory and its descriptors do.

mod counter;
mod histogram;
mod page;

pub use counter::Counter;
pub use histogram::{Histogram, SECONDS, SIZES};
pub use page::{Kind, Page};
