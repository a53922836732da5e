//! Claviger: a self-hosted software-licensing and authentication server that speaks the KeyAuth wire protocol.

mod commands;
mod config;
mod logging;
mod output;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::{
    commands::{app, owner, serve, session},
    config::{ServeArgs, StoreArgs},
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
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Serve { demo, args } => serve::run(cli.store, *args, demo),
        Command::Owner(command) => owner::run(cli.store, command),
        Command::App(command) => app::run(cli.store, command),
        Command::Session(command) => session::run(cli.store, command),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "claviger", &mut std::io::stdout());
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("claviger: {error:#}");
            ExitCode::FAILURE
        }
    }
}
