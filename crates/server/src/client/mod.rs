//! The Client API: what a vendor's program calls (`docs/protocol/client.md`).

mod account;
mod address;
mod answer;
mod ban;
mod blacklist;
mod change_username;
mod chat;
mod check;
mod download;
mod early;
mod file;
mod forgot;
mod handle;
mod init;
mod kind;
mod log;
mod logout;
mod online;
mod request;
mod states;
mod table;
mod two_factor;
mod upgrade;
mod variables;
mod webhook;

pub use self::early::EarlySignatures;
pub(crate) use self::handle::{handle, version_at};
pub(crate) use self::table::type_names;
use self::{
    answer::{Answer, Fault, Outcome},
    kind::{Handler, Types},
    request::Request,
};
