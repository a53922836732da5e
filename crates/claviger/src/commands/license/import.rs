//! `claviger license import`.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use claviger_domain::{Clock, SystemClock};
use claviger_service::vendor::Usual;

use super::{
    super::{input::read_whole, run::with_app},
    term::TermArgs,
};
use crate::{config::StoreArgs, output};

/// Refused lines that are told.
const TOLD: usize = 20;

/// What licenses of a list have where it does not say it.
#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    term: TermArgs,
    /// Level, which decides the subscriptions
    #[arg(long, default_value = "1")]
    level: String,
    /// A remark for yourself
    #[arg(long)]
    note: Option<String>,
    /// Leave out lines that cannot be taken, and make the others
    #[arg(long)]
    skip_refused: bool,
}

/// Runs the command.
pub(super) fn run(store: StoreArgs, app: &str, file: &Path, new: ImportArgs) -> anyhow::Result<()> {
    let text = read_list(file)?;
    let now = SystemClock.now();
    let usual = Usual { level: new.level, duration: new.term.term(now)?.seconds(now), note: new.note };
    with_app(store, app, async move |service, app| {
        let list = service.read_licenses(&app, text, usual).await?;
        if !list.ignored.is_empty() {
            let names: Vec<String> = list.ignored.iter().map(|name| output::plain(name)).collect();
            eprintln!("columns that say nothing to us: {}", names.join(", "));
        }
        if !list.refused.is_empty() {
            for one in list.refused.iter().take(TOLD) {
                eprintln!("line {}: {}: {}", one.line, output::plain(&one.key), one.why);
            }
            let (refused, good) = (list.refused.len(), list.good.len());
            ensure!(
                new.skip_refused && good > 0,
                "{refused} lines cannot be taken, {good} can; nothing was made. --skip-refused makes the others"
            );
        }
        let wanted = list.good.len() as i64;
        let made = service.import_licenses(&app, list.good, &app.owner_name).await?;
        let mut count = made.made;
        if let Some(id) = made.job {
            // A server may be at work on it too: it is done once either has done the last of it.
            let job = loop {
                service.finish_jobs().await?;
                let job = service.job(&app, id).await?;
                let job = job.ok_or_else(|| anyhow::anyhow!("the job {id} is not there any more"))?;
                if job.ended.is_some() {
                    break job;
                }
            };
            if let Some(why) = job.failed {
                bail!("given up after {} licenses: {}", job.changed, output::plain(&why));
            }
            count = job.changed;
        }
        println!("imported {count} licenses");
        if count < wanted {
            println!("{} are there already: somebody else made them meanwhile", wanted - count);
        }
        Ok(())
    })
}

fn read_list(file: &Path) -> anyhow::Result<String> {
    let bytes = read_whole(file, "divide it")?;
    String::from_utf8(bytes).context("the list is no UTF-8: save it as such")
}
