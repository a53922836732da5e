//! Settings. Flags win over the environment (`CLAVIGER_…`), that over the TOML file, that over the defaults.

mod acme_args;
mod args;
mod backup;
mod backup_args;
mod backup_section;
mod file;
mod limits;
mod link;
mod master_key;
mod parse;
mod path_in_file;
mod provider;
mod provider_table;
mod secret;
mod server;
mod store;
mod tls;
mod written;

pub(crate) use args::{LinkArgs, LogFormat, ServeArgs, StoreArgs};
pub(crate) use backup::{Backups, named_database};
pub(crate) use backup_args::{KeepArgs, PlaceArgs};
pub(crate) use limits::Connections;
pub(crate) use server::Config;
pub(crate) use store::Store;
pub(crate) use tls::{Certificate, TlsSettings};

#[cfg(test)]
mod tests;
