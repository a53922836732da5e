//! What all share, and how much of it whom: nothing is taken first come, first served, or held for as long as the other
//! side likes.
//!
//! [`Resource`] is the table of all that is shared. [`Gate`] hands out places in fair turns, [`Counter`] counts where
//! a gate would cost too much, [`Budgets`] limit how often, [`Pace`] how slowly. Nothing outside this crate takes a
//! permit; `xtask/tests` sees to it.

mod apart;
mod budgets;
mod counter;
mod gate;
mod pace;
mod rates;
mod table;
mod who;

pub use apart::{GiveWay, apart};
pub use budgets::Budgets;
pub use counter::{Counted, Counter};
pub use gate::{Figures, Full, Gate, Permit};
pub use pace::{Meter, Pace};
pub use rates::{AppRate, AppRates};
pub use table::{Bounds, Resource, Row};
pub use who::{Party, Tenant, Who};
