//! `claviger audit` and `claviger seller-log`: who changed what, and what sellers asked.

use serde_json::json;

use super::{args::NewestArgs, run::with_app};
use crate::{
    config::StoreArgs,
    output::{self, Rows},
};

/// What can be done with the audit log.
#[derive(clap::Subcommand)]
pub(crate) enum Audit {
    /// List the newest changes, newest first
    List(NewestArgs),
}

/// What can be done with the seller log.
#[derive(clap::Subcommand)]
pub(crate) enum SellerLog {
    /// List the newest requests, newest first; the setting `sellerLogs` turns the log on
    List(NewestArgs),
}

/// Lists changes.
pub(crate) fn run(store: StoreArgs, command: Audit) -> anyhow::Result<()> {
    let Audit::List(NewestArgs { app, limit, json }) = command;
    with_app(store, &app, async |service, app| {
        let columns = [("TIME", 20), ("KEY", 4), ("TYPE", 16), ("TARGET", 24), ("FROM", 15), ("CHANGES", 0)];
        let mut rows = Rows::new(json, columns);
        for (time, entry) in service.audit(&app, limit).await? {
            let value = json!({
                "time": time,
                "key": entry.actor,
                "type": entry.action,
                "target": entry.target,
                "from": entry.ip,
                "changes": entry.changes,
            });
            let dash = |text: String| output::or_dash(Some(text.as_str()).filter(|text| !text.is_empty()));
            let cells = [
                output::time(time),
                entry.actor,
                entry.action,
                dash(entry.target),
                entry.ip,
                dash(entry.changes),
            ];
            rows.add(&value, cells)?;
        }
        rows.end();
        Ok(())
    })
}

/// Lists requests of sellers.
pub(crate) fn run_seller_log(store: StoreArgs, command: SellerLog) -> anyhow::Result<()> {
    let SellerLog::List(NewestArgs { app, limit, json }) = command;
    with_app(store, &app, async |service, app| {
        let mut rows = Rows::new(json, [("TIME", 20), ("FROM", 15), ("URL", 0)]);
        for (time, request) in service.seller_log(&app, limit).await? {
            let value = json!({ "time": time, "from": request.ip, "url": request.url });
            rows.add(&value, [output::time(time), request.ip, request.url])?;
        }
        rows.end();
        Ok(())
    })
}
