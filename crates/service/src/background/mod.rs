//! What is done beside the requests.

mod activity;
pub(crate) mod backups;
pub(crate) mod bulk;
pub(crate) mod deliveries;
mod master_key;
mod notices;
mod pulses;
mod run;
mod strangers;
mod sweeper;
mod tries;
mod watch;
mod webhook_calls;
