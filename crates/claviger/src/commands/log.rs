//! `claviger log`: what programs wrote with `log`.

use serde_json::json;

use super::{
    args::{ConfirmArgs, NewestArgs},
    prompt::confirm,
    run::with_app,
};
use crate::{
    config::StoreArgs,
    output::{self, Rows},
};

/// What can be done with logs.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the newest lines, newest first
    List(NewestArgs),
    /// Delete all lines
    Clear(ConfirmArgs),
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List(NewestArgs { app, limit, json }) => list(store, &app, limit, json),
        Command::Clear(ConfirmArgs { app, yes }) => {
            confirm(yes, &format!("All lines that the programs of {app} wrote will be gone."))?;
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
