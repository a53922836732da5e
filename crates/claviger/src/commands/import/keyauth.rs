//! `claviger import keyauth`.

use std::{cell::Cell, path::PathBuf};

use anyhow::ensure;
use claviger_service::takeover::{TableReport, Takeover, TakeoverReport};

use super::{
    super::{app::api_versions, input::is_stdin, progress::telling, run::with_service},
    outcome::{HowArgs, NOTHING_TAKEN, Outcome, made},
};
use crate::{config::StoreArgs, output};

/// What is to be taken.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A dump, a reply as JSON, or a folder of such
    file: PathBuf,
    /// Owner here who gets the applications; made if there is none, with the owner id from there if it is free
    #[arg(long = "owner", value_name = "OWNER")]
    name: String,
    /// Whose applications of a dump, where it has several owners and none of them is called as the one here
    #[arg(long, value_name = "OWNER")]
    from: Option<String>,
    /// Only this application; may be given several times. Replies need it unless one of them is that of appdetails
    #[arg(long = "app", value_name = "NAME")]
    apps: Vec<String>,
    /// Versions of the Client API that new applications answer
    #[arg(long, value_delimiter = ',', default_value = "1.2,1.3")]
    api: Vec<String>,
    #[command(flatten)]
    how: HowArgs,
}

/// Runs the command.
pub(crate) fn run(store: StoreArgs, args: Args) -> anyhow::Result<()> {
    let api = api_versions(&args.api)?;
    ensure!(
        !is_stdin(&args.file) || args.file.exists(),
        "an export is not read from the standard input, since it is read several times: write it into a file, and name that"
    );
    let any = Cell::new(false);
    let is_any = &any;
    let plan = Takeover {
        path: args.file,
        owner: args.name,
        from: args.from,
        apps: args.apps,
        api,
        first_login_sets_password: args.how.first_login_sets_password,
        dry_run: args.how.dry_run,
    };
    with_service(store, async move |service| {
        let report = service.take_over(&plan, &telling("import")).await?;
        is_any.set(report.is_any());
        if args.how.json { output::json(&report) } else { tell(&report) }
    })?;
    ensure!(any.get(), NOTHING_TAKEN);
    Ok(())
}

fn tell(report: &TakeoverReport) -> anyhow::Result<()> {
    let TakeoverReport { dry_run, owner, owner_id, owner_made, again, apps, tables, left_out, notes } =
        report;
    let state = |new: bool| if new { made(*dry_run) } else { "is there" };
    output::say(format_args!("owner {owner}, owner id {owner_id}: {}", state(*owner_made)));
    for app in apps {
        output::say(format_args!("application {}: {}", app.name, state(app.made)));
    }
    let outcome = Outcome { source: "export", again: *again, dry_run: *dry_run, tables, left_out, notes };
    outcome.tell(|tables| {
        let taken = if *dry_run { "WOULD TAKE" } else { "TAKEN" };
        output::list(
            false,
            ["TABLE", taken, "THERE", "NOT TAKEN"],
            tables.iter().collect(),
            |table| {
                let TableReport { table, taken, there, refused, .. } = table;
                [table.clone(), taken.to_string(), there.to_string(), refused.to_string()]
            },
            |_| serde_json::Value::Null,
        )
    })
}
