//! `claviger audit` and `claviger seller-log`: who changed what, and what sellers asked.

use claviger_service::Logged;
use serde_json::json;

use super::{
    args::{LogArgs, NewestArgs},
    run::with_app,
};
use crate::{
    config::StoreArgs,
    output::{self, Rows},
};

/// What can be done with the audit log.
#[derive(clap::Subcommand)]
pub(crate) enum Audit {
    /// List the newest changes, newest first
    List {
        #[command(flatten)]
        newest: NewestArgs,
        #[command(flatten)]
        which: LogArgs,
    },
}

/// What can be done with the seller log.
#[derive(clap::Subcommand)]
pub(crate) enum SellerLog {
    /// List the newest requests, newest first; the setting `sellerLogs` turns the log on
    List {
        #[command(flatten)]
        newest: NewestArgs,
        #[command(flatten)]
        which: LogArgs,
    },
}

/// Lists changes.
pub(crate) fn run(store: StoreArgs, command: Audit) -> anyhow::Result<()> {
    let Audit::List { newest: NewestArgs { app, limit, json }, which } = command;
    with_app(store, &app, async move |service, app| {
        let columns = [("TIME", 20), ("KEY", 4), ("TYPE", 16), ("TARGET", 24), ("FROM", 15), ("CHANGES", 0)];
        let mut rows = Rows::new(json, columns);
        for Logged { id, time, entry } in service.audit(&app, which.filter(), limit).await? {
            let value = json!({
                "id": id,
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
                dash(entry.ip),
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
    let SellerLog::List { newest: NewestArgs { app, limit, json }, which } = command;
    with_app(store, &app, async move |service, app| {
        let columns = [("TIME", 20), ("KEY", 4), ("STATUS", 6), ("MS", 7), ("FROM", 15), ("URL", 0)];
        let mut rows = Rows::new(json, columns);
        for Logged { id, time, entry } in service.seller_log(&app, which.filter(), limit).await? {
            let value = json!({
                "id": id,
                "time": time,
                "key": entry.hint,
                "key_name": entry.key_name,
                "type": entry.kind,
                "status": entry.status,
                "micros": entry.micros,
                "from": entry.ip,
                "url": entry.url,
                "method": entry.method,
                "fields": entry.fields,
                "success": entry.success,
                "message": entry.message,
                "change": entry.audit,
            });
            let number = |number: Option<String>| output::or_dash(number.as_deref());
            let cells = [
                output::time(time),
                output::or_dash(Some(entry.hint.as_str()).filter(|hint| !hint.is_empty())),
                number(entry.status.map(|status| status.to_string())),
                number(entry.micros.map(|micros| format!("{}.{:03}", micros / 1000, micros % 1000))),
                entry.ip,
                entry.url,
            ];
            rows.add(&value, cells)?;
        }
        rows.end();
        Ok(())
    })
}
