//! `claviger notice`: what owners were told of, and a test of it.

use anyhow::bail;
use claviger_domain::in_one_line;
use serde_json::json;

use super::run::with_app;
use crate::{
    config::StoreArgs,
    output::{self, Rows},
};

/// What can be done with notices.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the last notices, newest first, with what came of them
    List {
        /// OWNER/APP
        app: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Send a test in each way that the owner chose; the running server sends it
    Test {
        /// OWNER/APP
        app: String,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { app, json } => list(store, &app, json),
        Command::Test { app } => with_app(store, &app, async |service, app| {
            if !service.test_notice(&app).await? {
                bail!(
                    "there is no way to send it, or one was sent just now: the owner chooses on the page Notices"
                );
            }
            println!("a test is on its way; `claviger notice list` tells what came of it");
            Ok(())
        }),
    }
}

fn list(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let columns = [("TOLD", 20), ("ABOUT", 13), ("BY", 7), ("CAME", 10), ("SUBJECT", 0)];
        let mut rows = Rows::new(json, columns);
        for notice in service.notices(&app).await? {
            let came = match (notice.arrived, notice.due, &notice.failure) {
                (Some(_), ..) => "arrived",
                (None, Some(_), None) => "on its way",
                (None, Some(_), Some(_)) => "tried again",
                (None, None, _) => "given up",
            };
            let value = json!({
                "id": notice.id,
                "told": notice.created,
                "about": notice.event,
                "by": notice.way,
                "came": came,
                "arrived": notice.arrived,
                "tries": notice.tries,
                "failure": notice.failure,
                "subject": notice.subject,
            });
            let subject = in_one_line(&notice.subject).into_owned();
            rows.add(&value, [output::time(notice.created), notice.event, notice.way, came.into(), subject])?;
        }
        rows.end();
        Ok(())
    })
}
