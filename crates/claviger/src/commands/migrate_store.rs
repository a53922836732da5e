//! `claviger migrate-store`: everything from one database to another.

use anyhow::bail;
use claviger_domain::{Clock as _, SystemClock};
use claviger_service::backups::{Move, move_store};
use serde_json::json;

use super::{backup::advised, progress::telling};
use crate::{config, output};

/// From where to where.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Database that has everything: SQLite file, or postgres://USER:PASSWORD@HOST/NAME; or @FILE that holds the address
    #[arg(long, value_name = "FILE|URL|@FILE")]
    from: String,
    /// Database that has nothing yet, written in the same way
    #[arg(long, value_name = "FILE|URL|@FILE")]
    to: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let (from, to) = (config::named_database(&args.from)?, config::named_database(&args.to)?);
    if from == to {
        bail!("--from and --to name the same database");
    }
    let moved = move_store(&Move {
        from: &from,
        to: &to,
        now: SystemClock.now(),
        progress: &telling("migrate-store"),
    });
    let moved = moved.map_err(advised)?;
    let rows: u64 = moved.tables.iter().map(|table| table.rows).sum();
    output::list(
        args.json,
        ["TABLE", "ROWS", "CHECKSUM"],
        moved.tables,
        |table| [table.name, table.rows.to_string(), table.sum.chars().take(16).collect()],
        |table| json!({ "table": table.name, "rows": table.rows, "checksum": table.sum }),
    )?;
    if moved.kept > 0 {
        eprintln!(
            "claviger: {} tables were there from a run before, and are the same as in the old database",
            moved.kept
        );
    }
    if moved.changed > 0 {
        eprintln!(
            "claviger: {} texts held a NUL, which PostgreSQL cannot keep: it is U+FFFD now",
            moved.changed
        );
    }
    eprintln!(
        "claviger: moved {rows} rows; counts and checksums are equal in both databases. Set `database` to the new one, keep \
         `files_dir` and the master key where they are, and keep the old database until you have seen the server run"
    );
    Ok(())
}
