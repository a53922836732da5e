//! `claviger subscription`: what an application offers for each level of license.

use claviger_service::vendor::Subscription;
use serde_json::json;

use super::{
    args::{ConfirmArgs, ShowArgs},
    run::{delete, with_app},
};
use crate::{config::StoreArgs, output};

/// What can be done with subscriptions.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Add a subscription: licenses of its level bring it
    Add {
        /// OWNER/APP
        app: String,
        /// Name of the subscription
        name: String,
        /// Level of the licenses that bring it
        level: String,
    },
    /// List subscriptions, in the order of their making
    List(ShowArgs),
    /// Delete a subscription; what users have of it runs on
    Delete {
        #[command(flatten)]
        from: ConfirmArgs,
        /// Name of the subscription
        name: String,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { app, name, level } => with_app(store, &app, async |service, app| {
            service.add_subscription(&app, Subscription { name: name.clone(), level }).await?;
            output::say(format_args!("added {name}"));
            Ok(())
        }),
        Command::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            output::list(json, HEAD, service.subscriptions(&app).await?, cells, as_json)
        }),
        Command::Delete { from, name } => {
            let loss = format!("Licenses of its level may not be usable without {name}.");
            delete(store, &from, &name, &loss, async |service, app| {
                service.delete_subscription(&app, &name).await
            })
        }
    }
}

const HEAD: [&str; 2] = ["NAME", "LEVEL"];

fn cells(subscription: Subscription) -> [String; 2] {
    [subscription.name, subscription.level]
}

fn as_json(subscription: &Subscription) -> serde_json::Value {
    json!({ "name": subscription.name, "level": subscription.level })
}
