//! What is done beside the requests.

mod activity;
pub(crate) mod backups;
pub(crate) mod bulk;
mod master_key;
pub(crate) mod deliveries;
mod notices;
mod pulses;
mod run;
mod strangers;
mod sweeper;
mod tries;
mod watch;
mod webhook_calls;
