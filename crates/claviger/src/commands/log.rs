//! `claviger log`: what programs wrote with `log`.

use serde_json::json;

use super::{prompt::confirm, run::with_app};
use crate::{
    config::StoreArgs,
    output::{self, Rows},
};

/// What can be done with logs.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the newest lines, newest first
    List {
        /// OWNER/APP
        app: String,
        /// At most so many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..))]
        limit: i64,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete all lines
    Clear {
        /// OWNER/APP
        app: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { app, limit, json } => list(store, &app, limit, json),
        Command::Clear { app, yes } => {
            confirm(yes, &format!("All lines that the programs of {app} wrote will be gone. Go on?"))?;
            with_app(store, &app, async |service, app| {
                println!("deleted {} lines", service.clear_logs(&app).await?);
                Ok(())
            })
        }
    }
}

fn list(store: StoreArgs, app: &str, limit: i64, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let columns = [("WRITTEN", 20), ("CREDENTIAL", 20), ("PC", 20), ("MESSAGE", 0)];
        let mut rows = Rows::new(json, columns);
        for line in service.newest_logs(&app, limit).await? {
            let value = json!({
                "id": line.id,
                "written": line.written,
                "credential": line.credential,
                "pc_user": line.pc_user,
                "message": line.message,
            });
            let credential = output::or_dash(line.credential.as_deref());
            let pc_user = output::or_dash(line.pc_user.as_deref());
            rows.add(&value, [output::time(line.written), credential, pc_user, line.message])?;
        }
        rows.end();
        Ok(())
    })
}
