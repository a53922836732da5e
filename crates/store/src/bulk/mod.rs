//! Changes of all users or licenses of an application, which may be a million.
//!
//! A change is decided in one transaction, which notes it as a job, and carried out in slices of rows, so that it does not
//! keep others from writing. A job that fits one slice is decided and carried out at once. A job outlives a crash: whoever
//! finds it goes on after the last slice. Jobs of an application run in the order of their decisions, each as of the second
//! in which it was decided.
//!
//! `bulk_jobs` is what waits; requests read it, so it stays small. `jobs` is what people watch: how far a job is, and for
//! a day after its end what became of it. A new kind of job is a row of [`Change`], and a slice of it in `queue`.

mod change;
mod queue;
mod watched;

pub use change::{Change, Decision};
pub use queue::{Begun, any_pending, apps, begin, decide, failed, is_pending, step};
pub use watched::{Job, KEPT_MAX, KEPT_SECONDS, forget, job, jobs, set_result};
