//! Taking over what a KeyAuth server had, from a dump of its database or from replies of its Seller API, and users of a list.
//!
//! The export is read several times, from its beginning to its end: once to see what is in it, which changes nothing, then
//! once for each pass of [`tables::TABLES`], since rows refer to others that may stand behind them. Rows come in slices, a
//! transaction each, that also notes how far it is; a dry run goes the same way and leaves out the changes alone.

mod access;
mod apps;
mod batches;
mod chat;
mod choice;
mod columns;
mod export;
mod extras;
mod hashing;
mod licenses;
mod list;
mod listed;
mod named;
mod origin;
mod passes;
mod plan;
mod record;
mod replies;
mod report;
mod run;
mod settings;
mod slice;
mod subscriptions;
mod survey;
mod tables;
mod tokens;
mod users;
mod variables;

pub use self::{
    list::UsersReport,
    origin::Origin,
    plan::{Takeover, UserList},
    report::{AppReport, LeftOut, NotTaken, TableReport, TakeoverReport},
};
