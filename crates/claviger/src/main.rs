//! Claviger: a self-hosted software-licensing and authentication server that speaks the KeyAuth wire protocol.

// First, since it gives the others its macros.
#[macro_use]
mod print;

mod commands;
mod config;
mod deed;
mod logging;
mod otel;
mod output;
#[cfg(test)]
mod parity;

use std::{env, path::PathBuf, process::ExitCode};

use clap::{
    CommandFactory, FromArgMatches, Parser, Subcommand,
    error::{ContextKind, ContextValue},
};

use crate::{
    commands::{
        access, account, app, audit, backup, chat, doctor, file, health, import, job, keys, license, log,
        migrate_store, notice, owner, panel, serve, session, subscription, token, top, upgrade, user,
        variable, webhook, why,
    },
    config::{ServeArgs, StoreArgs},
    deed::Deed,
};

/// Measured: a tenth more sessions a second than with the system's allocator. Without huge pages, so that an idle
/// server stays small.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Self-hosted software licensing and authentication, speaking the KeyAuth wire protocol.
#[derive(Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    store: StoreArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve {
        /// Make an owner, an application and licenses to try things with, and show how
        #[arg(long)]
        demo: bool,
        #[command(flatten)]
        args: Box<ServeArgs>,
    },
    /// Manage owners: the accounts of vendors
    #[command(subcommand)]
    Owner(owner::Command),
    /// Manage applications
    #[command(subcommand)]
    App(app::Command),
    /// Look at sessions and end them
    #[command(subcommand)]
    Session(session::Command),
    /// Manage end users
    #[command(subcommand)]
    User(user::Command),
    /// Make license keys and ban them
    #[command(subcommand)]
    License(license::Command),
    /// Manage subscriptions: names for the levels of licenses
    #[command(subcommand)]
    Subscription(subscription::Command),
    /// Manage variables: texts that programs read
    #[command(subcommand)]
    Variable(variable::Command),
    /// Manage files that programs download
    #[command(subcommand)]
    File(file::Command),
    /// Manage webhooks: addresses that programs have called without knowing them
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Set up the customers' panel: what it offers, how it looks, which files it has
    #[command(subcommand)]
    Panel(panel::Command),
    /// Manage chat channels, and who may not speak
    #[command(subcommand)]
    Chat(chat::Command),
    /// Tell why a user or a license works or does not, by whatever a customer pasted
    Why(why::Args),
    /// Keep addresses and devices out
    #[command(subcommand)]
    Blacklist(access::Blacklist),
    /// Exempt addresses from vpnBlock
    #[command(subcommand)]
    Whitelist(access::Whitelist),
    /// Manage tokens, which programs present at their start
    #[command(subcommand)]
    Token(token::Command),
    /// Read what programs wrote with log
    #[command(subcommand)]
    Log(log::Command),
    /// See what an owner was told of, and send a test
    #[command(subcommand)]
    Notice(notice::Command),
    /// Read who changed what by the Seller API
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Read the requests to the Seller API, where sellerLogs is on
    #[command(subcommand)]
    SellerLog(audit::SellerLog),
    /// The team of an application: managers and resellers
    #[command(subcommand)]
    Account(account::Command),
    /// Look at changes of very many rows, which are made in the background
    #[command(subcommand)]
    Job(job::Command),
    /// Make backups of the database and the uploaded files, look at them, restore them
    #[command(subcommand)]
    Backup(backup::Command),
    /// Look at the master keys, replace the one that encrypts, protect them by a passphrase
    #[command(subcommand)]
    Keys(keys::Command),
    /// Take what other servers have
    #[command(subcommand)]
    Import(import::Command),
    /// Copy everything into another database, from SQLite to PostgreSQL or back; the servers must be stopped
    MigrateStore(migrate_store::Args),
    /// Look at everything that the server needs, with the settings of `serve`, and say what to do
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        args: Box<ServeArgs>,
    },
    /// Bring the database's schema to what this program needs, which its next start would do; with --check only tell
    Upgrade(upgrade::Args),
    /// Ask a running server on this machine whether it is ready; for health checks of containers
    Health {
        #[command(flatten)]
        args: Box<ServeArgs>,
    },
    /// Show live figures of a running server, as its metrics tell them: once a second, until q is pressed
    Top {
        /// The page of metrics, such as http://127.0.0.1:9464/metrics [default: by metrics_listen]
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Certificates (PEM) that one behind https must come from, instead of the system's
        #[arg(long, value_name = "FILE", requires = "url")]
        ca_file: Option<PathBuf>,
        /// Print the figures of one second and end, as is done where standard output is no terminal
        #[arg(long)]
        once: bool,
        #[command(flatten)]
        args: Box<ServeArgs>,
    },
    /// Print the description of the APIs (OpenAPI 3.1), as /api/openapi.json serves it
    Openapi,
    /// Write manual pages, one for each command, into a folder
    Man {
        /// The folder, such as /usr/local/share/man/man1; it is made if it is not there
        folder: PathBuf,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// The command line, as it is described.
fn command() -> clap::Command {
    Cli::command()
}

/// The error, with the variable in place of the flag where the refused value came by that.
fn by_variable(mut error: clap::Error, command: &clap::Command) -> clap::Error {
    let Some(ContextValue::String(told)) = error.get(ContextKind::InvalidArg) else { return error };
    let flag = told.trim_start_matches("--").split([' ', '=', '[']).next().unwrap_or_default();
    let Some(argument) = with_variable(command, flag) else { return error };
    let flags = argument.get_long().into_iter().chain(argument.get_visible_aliases().unwrap_or_default());
    let flags: Vec<String> = flags.map(|flag| format!("--{flag}")).collect();
    let is_given = env::args().any(|word| flags.iter().any(|flag| word.split('=').next() == Some(flag)));
    if let Some(variable) = argument.get_env().filter(|variable| !is_given && env::var_os(variable).is_some())
    {
        let variable = ContextValue::String(variable.to_string_lossy().into_owned());
        error.insert(ContextKind::InvalidArg, variable);
    }
    error
}

/// The first flag of that name that has a variable, here or below.
fn with_variable<'a>(command: &'a clap::Command, flag: &str) -> Option<&'a clap::Arg> {
    let is_it = |argument: &&clap::Arg| argument.get_long() == Some(flag) && argument.get_env().is_some();
    let below = || command.get_subcommands().find_map(|command| with_variable(command, flag));
    command.get_arguments().find(is_it).or_else(below)
}

fn main() -> ExitCode {
    let matches = command().try_get_matches().unwrap_or_else(|error| by_variable(error, &command()).exit());
    let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    cli.store.deed = Deed::of(&command(), &matches);
    let outcome = match cli.command {
        Command::Serve { demo, args } => serve::run(cli.store, *args, demo),
        Command::Doctor { json, args } => doctor::run(cli.store, *args, json),
        Command::Owner(command) => owner::run(cli.store, command),
        Command::App(command) => app::run(cli.store, command),
        Command::Session(command) => session::run(cli.store, command),
        Command::User(command) => user::run(cli.store, command),
        Command::License(command) => license::run(cli.store, command),
        Command::Subscription(command) => subscription::run(cli.store, command),
        Command::Variable(command) => variable::run(cli.store, command),
        Command::File(command) => file::run(cli.store, command),
        Command::Webhook(command) => webhook::run(cli.store, command),
        Command::Panel(command) => panel::run(cli.store, command),
        Command::Why(args) => why::run(cli.store, args),
        Command::Chat(command) => chat::run(cli.store, command),
        Command::Blacklist(command) => access::run_blacklist(cli.store, command),
        Command::Whitelist(command) => access::run_whitelist(cli.store, command),
        Command::Token(command) => token::run(cli.store, command),
        Command::Log(command) => log::run(cli.store, command),
        Command::Notice(command) => notice::run(cli.store, command),
        Command::Audit(command) => audit::run(cli.store, command),
        Command::SellerLog(command) => audit::run_seller_log(cli.store, command),
        Command::Account(command) => account::run(cli.store, command),
        Command::Job(command) => job::run(cli.store, command),
        Command::Backup(command) => backup::run(cli.store, command),
        Command::Keys(command) => keys::run(cli.store, command),
        Command::Import(command) => import::run(cli.store, command),
        Command::MigrateStore(args) => migrate_store::run(&args),
        Command::Upgrade(args) => upgrade::run(cli.store, args),
        Command::Health { args } => health::run(cli.store, *args),
        Command::Top { url, ca_file, once, args } => {
            top::run(cli.store, *args, url, ca_file.as_deref(), once)
        }
        Command::Man { folder } => std::fs::create_dir_all(&folder)
            .and_then(|()| clap_mangen::generate_to(command(), &folder))
            .map_err(|error| anyhow::anyhow!("{}: {error}", folder.display())),
        Command::Openapi => {
            print!("{}", claviger_server::openapi_document());
            Ok(())
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command(), "claviger", &mut script);
            print::bytes(&script);
            Ok(())
        }
    };
    print::finish(outcome)
}
