//! `claviger webhook`: addresses that programs have called without knowing them.

use claviger_service::{Webhook, vendor::NewWebhook};
use serde_json::json;

use super::{
    args::{ConfirmArgs, ShowArgs},
    run::{delete, with_app},
};
use crate::{config::StoreArgs, output};

/// What can be done with webhooks.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Add a webhook; shows its id, which programs name
    Add {
        /// OWNER/APP
        app: String,
        /// The address, to which programs may add parameters
        url: String,
        /// Programs may use it before anybody has signed in
        #[arg(long)]
        public: bool,
        /// Id of at most 10 characters [default: drawn]
        #[arg(long)]
        id: Option<String>,
        /// Sent as User-Agent [default: Claviger]
        #[arg(long)]
        user_agent: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List webhooks
    List(ShowArgs),
    /// Delete a webhook
    Delete {
        #[command(flatten)]
        from: ConfirmArgs,
        /// Its id
        id: String,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { app, url, public, id, user_agent, json } => {
            let new = NewWebhook { url, user_agent, id, authed: !public };
            with_app(store, &app, async |service, app| {
                let webhook = service.add_webhook(&app, new).await?;
                output::record(json, &as_json(&webhook), &[("id", &webhook.id)])
            })
        }
        Command::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            output::list(json, HEAD, service.webhooks(&app).await?, cells, as_json)
        }),
        Command::Delete { from, id } => {
            let loss = format!("Programs that name {id} will be refused.");
            delete(store, &from, &id, &loss, async |service, app| service.delete_webhook(&app, &id).await)
        }
    }
}

const HEAD: [&str; 4] = ["ID", "URL", "USER AGENT", "USERS"];

fn cells(webhook: Webhook) -> [String; 4] {
    let users = output::users(webhook.authed);
    [webhook.id, webhook.url, webhook.user_agent, users.into()]
}

fn as_json(webhook: &Webhook) -> serde_json::Value {
    json!({
        "id": webhook.id,
        "url": webhook.url,
        "user_agent": webhook.user_agent,
        "public": !webhook.authed,
    })
}
