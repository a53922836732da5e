//! All that is kept, as rows that either database writes and reads: what backups, restores and moves are made of.
//!
//! Functions over a [`Conn`](crate::Conn) in a snapshot ([`crate::Store::read_apart`]) or in [`load`], which fills a database
//! that has nothing yet.

mod columns;
mod copy;
mod endings;
mod load;
mod read;
mod tables;
mod write;

pub use endings::{Ended, end_what_was_ended};
pub use load::{Loading, load};
pub use read::{describe, each_row, read_database, sum};
pub use tables::{CARRIED, LEFT_OUT};
pub use write::{Written, check, insert};
