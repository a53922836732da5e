//! `claviger import`: what other servers and tables have.

mod keyauth;
pub(super) mod outcome;

use crate::config::StoreArgs;

/// What can be imported.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Take applications with their users and licenses from a KeyAuth server
    ///
    /// From a dump of its database (mysqldump, mariadb-dump, phpMyAdmin; also compressed by gzip), or from replies of its
    /// Seller API as JSON files: fetchallusers, fetchallkeys, fetchallsubs and so on. What is here already stays as it is, so
    /// the same file makes nothing twice, and goes on where it was cut off. The server may run.
    Keyauth(keyauth::Args),
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Keyauth(args) => keyauth::run(store, args),
    }
}
