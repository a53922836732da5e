//! `claviger import keyauth`.

use std::path::PathBuf;

use claviger_service::takeover::{TableReport, Takeover, TakeoverReport};

use super::super::{app::api_versions, backup::telling, run::with_service};
use crate::{config::StoreArgs, output};

/// Rows of a table that are named one by one.
const NAMED: usize = 20;

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
    /// Let users whose password replies do not tell sign in with any, which is theirs from then on
    #[arg(long)]
    first_login_sets_password: bool,
    /// Change nothing, and tell what would be made
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(store: StoreArgs, args: Args) -> anyhow::Result<()> {
    let api = api_versions(&args.api)?;
    let plan = Takeover {
        path: args.file,
        owner: args.name,
        from: args.from,
        apps: args.apps,
        api,
        first_login_sets_password: args.first_login_sets_password,
        dry_run: args.dry_run,
    };
    with_service(store, async move |service| {
        let report = service.take_over(&plan, &telling("import")).await?;
        if args.json { output::json(&report) } else { tell(&report) }
    })
}

fn tell(report: &TakeoverReport) -> anyhow::Result<()> {
    let TakeoverReport { dry_run, owner, owner_id, owner_made, again, .. } = report;
    let (made, taken) = if *dry_run { ("would be made", "WOULD TAKE") } else { ("made", "TAKEN") };
    let state = |new: bool| if new { made } else { "is there" };
    output::say(format_args!("owner {owner}, owner id {owner_id}: {}", state(*owner_made)));
    for app in &report.apps {
        output::say(format_args!("application {}: {}", app.name, state(app.made)));
    }
    if *again {
        println!("another run reads or has read this very export: what it dealt with is not made again");
    }
    output::list(
        false,
        ["TABLE", taken, "THERE", "NOT TAKEN"],
        report.tables.iter().collect(),
        |table| {
            [table.table.clone(), table.taken.to_string(), table.there.to_string(), table.refused.to_string()]
        },
        |_| serde_json::Value::Null,
    )?;
    report.tables.iter().for_each(tell_refused);
    for table in &report.left_out {
        output::say(format_args!("{}: {} rows are left out: {}", table.table, table.rows, table.why));
    }
    for note in &report.notes {
        output::say(format_args!("note: {note}"));
    }
    if *dry_run {
        println!("nothing was changed");
    }
    Ok(())
}

/// Tells which rows of a table are not taken, and why.
pub(crate) fn tell_refused(table: &TableReport) {
    for (reason, count) in &table.reasons {
        output::say(format_args!("{}: {count} not taken: {reason}", table.table));
    }
    for row in table.not_taken.iter().take(NAMED) {
        output::say(format_args!("  line {}, {}: {}", row.line, row.name, row.why));
    }
    if table.refused > NAMED as u64 {
        output::say(format_args!("  and others; --json names more of them"));
    }
    if !table.unknown_columns.is_empty() {
        output::say(format_args!(
            "{}: columns that say nothing to us: {}",
            table.table,
            table.unknown_columns.join(", ")
        ));
    }
}
