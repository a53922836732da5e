//! What is done beside the requests.

pub(crate) mod bulk;
mod deliveries;
mod run;
mod sweeper;
mod tries;
