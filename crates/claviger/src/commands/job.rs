//! `claviger job`: changes of very many rows, and how far they are.

use std::time::Duration;

use claviger_service::vendor::{Job, job_words};
use serde_json::json;

use super::{args::NewestArgs, run::with_app};
use crate::{config::StoreArgs, output};

/// How often a job that is watched is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What can be done with jobs.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the jobs of an application, newest first: those under way, and those that ended within a day
    List(NewestArgs),
    /// Tell how far a job is until it ends; the server carries it out
    Watch {
        /// OWNER/APP
        app: String,
        /// Number of the job
        id: i64,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List(NewestArgs { app, limit, json }) => with_app(store, &app, async move |service, app| {
            let jobs = service.jobs(&app, None, limit).await?;
            output::list(
                json,
                ["ID", "STATE", "DONE", "CHANGED", "BEGAN", "BY", "WHAT"],
                jobs,
                |job| cells(&job),
                as_json,
            )
        }),
        Command::Watch { app, id } => with_app(store, &app, async move |service, app| {
            let mut told = String::new();
            loop {
                let job = service.job(&app, id).await?;
                let job = job.ok_or_else(|| anyhow::anyhow!("there is no job {id}; it is kept for a day"))?;
                let line = format!("{} %  {} rows, {} changed", job.share() / 10, job.rows, job.changed);
                if line != told {
                    println!("{line}");
                    told = line;
                }
                if let Some(why) = &job.failed {
                    anyhow::bail!("given up: {}", output::plain(why));
                }
                if job.ended.is_some() {
                    output::say(format_args!("done: {}", job_words(&job)));
                    return Ok(());
                }
                tokio::time::sleep(LOOK).await;
            }
        }),
    }
}

fn state(job: &Job) -> &'static str {
    match (job.ended, &job.failed) {
        (Some(_), Some(_)) => "failed",
        (Some(_), None) => "done",
        (None, _) if job.rows == 0 => "waits",
        (None, _) => "under way",
    }
}

fn cells(job: &Job) -> [String; 7] {
    [
        job.id.to_string(),
        state(job).to_owned(),
        format!("{} %", job.share() / 10),
        job.changed.to_string(),
        output::time(job.began),
        output::or_dash(Some(job.by.as_str()).filter(|by| !by.is_empty())),
        job_words(job),
    ]
}

fn as_json(job: &Job) -> serde_json::Value {
    json!({
        "id": job.id,
        "state": state(job),
        "what": job_words(job),
        "by": job.by,
        "began": job.began,
        "share": job.share() as f64 / 1000.0,
        "total": job.total,
        "rows": job.rows,
        "changed": job.changed,
        "ended": job.ended,
        "failed": job.failed,
        "result": job.result,
    })
}
