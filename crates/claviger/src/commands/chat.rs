//! `claviger chat`: channels, and who may not speak there.

use claviger_service::vendor::Channel;
use serde_json::json;

use super::{
    args::{ConfirmArgs, ShowArgs},
    run::{delete, with_app},
};
use crate::{config::StoreArgs, output};

/// What can be done with chat.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Add a channel
    Add {
        /// OWNER/APP
        app: String,
        /// Name of the channel
        name: String,
        /// Seconds that a user waits between two messages
        #[arg(long, default_value_t = 0)]
        delay: i64,
    },
    /// List channels
    List(ShowArgs),
    /// Delete a channel with its messages
    Delete {
        #[command(flatten)]
        from: ConfirmArgs,
        /// Name of the channel
        name: String,
    },
    /// Keep a user from speaking for a while; a new time replaces an old one
    Mute {
        /// OWNER/APP
        app: String,
        /// Name of the user
        user: String,
        /// For so many seconds from now
        seconds: i64,
    },
    /// Let a user speak again
    Unmute {
        /// OWNER/APP
        app: String,
        /// Name of the user
        user: String,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { app, name, delay } => with_app(store, &app, async |service, app| {
            service.add_channel(&app, Channel { name: name.clone(), delay }).await?;
            output::say(format_args!("added {name}"));
            Ok(())
        }),
        Command::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            output::list(json, HEAD, service.channels(&app).await?, cells, as_json)
        }),
        Command::Delete { from, name } => {
            let loss = format!("The messages in {name} will be gone.");
            delete(store, &from, &name, &loss, async |service, app| service.delete_channel(&app, &name).await)
        }
        Command::Mute { app, user, seconds } => with_app(store, &app, async |service, app| {
            let until = service.mute(&app, &user, seconds).await?;
            output::say(format_args!("muted {user} until {}", output::time(until)));
            Ok(())
        }),
        Command::Unmute { app, user } => with_app(store, &app, async |service, app| {
            anyhow::ensure!(service.unmute(&app, &user).await?, "{user} is not muted");
            output::say(format_args!("unmuted {user}"));
            Ok(())
        }),
    }
}

const HEAD: [&str; 2] = ["NAME", "DELAY"];

fn cells(channel: Channel) -> [String; 2] {
    [channel.name, channel.delay.to_string()]
}

fn as_json(channel: &Channel) -> serde_json::Value {
    json!({ "name": channel.name, "delay": channel.delay })
}
