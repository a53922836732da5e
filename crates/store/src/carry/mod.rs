//! All that is kept, as rows that either database writes and reads: what backups, restores and moves are made of.
//!
//! Functions over a [`Conn`](crate::Conn) in a snapshot ([`crate::Store::read_apart`]) or in [`load`] and a [`Filling`], which
//! fill a database that has nothing yet.

mod columns;
mod copy;
mod endings;
mod filling;
mod hold;
mod load;
mod read;
mod tables;
mod write;

pub use endings::{Ended, end_what_was_ended};
pub use filling::Filling;
pub use load::{Loading, load};
pub use read::{describe, each_row, is_empty, read_database, sum};
pub use tables::{CARRIED, LEFT_OUT};
pub use write::{Written, check, clear, count, insert};
