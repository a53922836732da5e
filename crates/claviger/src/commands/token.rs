//! `claviger token`: what programs of an application with tokenSystem present at their start.

use claviger_service::vendor::Token;
use serde_json::json;

use super::run::with_app;
use crate::{config::StoreArgs, output};

/// What can be done with tokens.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List tokens: each license and each user has one
    List {
        /// OWNER/APP
        app: String,
        /// At most so many
        #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse programs that present a token
    Ban {
        /// OWNER/APP
        app: String,
        /// The token
        token: String,
        /// What programs are told
        #[arg(long, default_value = "Token is banned")]
        reason: String,
    },
    /// Lift the ban of a token
    Unban {
        /// OWNER/APP
        app: String,
        /// The token
        token: String,
    },
    /// Forget in which file a token came: the next one is kept
    Reset {
        /// OWNER/APP
        app: String,
        /// The token
        token: String,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { app, limit, json } => with_app(store, &app, async |service, app| {
            output::list(json, HEAD, service.tokens(&app, limit).await?, cells, as_json)
        }),
        Command::Ban { app, token, reason } => with_app(store, &app, async |service, app| {
            let token = service.set_token_banned(&app, &token, Some(reason)).await?;
            println!("banned the token of {}", output::plain(&token.assigned));
            Ok(())
        }),
        Command::Unban { app, token } => with_app(store, &app, async |service, app| {
            let token = service.set_token_banned(&app, &token, None).await?;
            let of = output::plain(&token.assigned);
            match token.banned {
                None => println!("unbanned the token of {of}"),
                Some(_) => println!("the token of {of} stays refused: its {} is banned", token.kind),
            }
            Ok(())
        }),
        Command::Reset { app, token } => with_app(store, &app, async |service, app| {
            let token = service.reset_token(&app, &token).await?;
            println!("reset the token of {}", output::plain(&token.assigned));
            Ok(())
        }),
    }
}

const HEAD: [&str; 5] = ["TOKEN", "KIND", "OF", "FILE KNOWN", "BANNED"];

fn cells(token: Token) -> [String; 5] {
    let known = if token.hash.is_some() { "yes" } else { "no" };
    [token.token, token.kind, token.assigned, known.into(), output::or_dash(token.banned.as_deref())]
}

fn as_json(token: &Token) -> serde_json::Value {
    json!({
        "token": token.token,
        "kind": token.kind,
        "assigned": token.assigned,
        "banned": token.banned,
        "hash": token.hash,
    })
}
