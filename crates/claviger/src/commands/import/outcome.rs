//! What all imports have in common: how they are tried out, and how what came of them is told.

use claviger_service::takeover::{LeftOut, TableReport};

use crate::output;

/// Rows of a table that are named one by one.
const NAMED: usize = 20;

/// Why an import fails that went as it should.
pub(crate) const NOTHING_TAKEN: &str =
    "nothing was taken, and nothing of it is there: the reasons stand above";

/// How an import is done, and told.
#[derive(clap::Args)]
pub(crate) struct HowArgs {
    /// Let users whose password is not told sign in with any, which is theirs from then on
    #[arg(long)]
    pub(crate) first_login_sets_password: bool,
    /// Change nothing, and tell what would be made
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What came of an import.
pub(crate) struct Outcome<'a> {
    /// What was read.
    pub(crate) source: &'static str,
    /// It was read before, as a whole or in part.
    pub(crate) again: bool,
    /// Nothing was changed.
    pub(crate) dry_run: bool,
    /// What came of its rows, by table.
    pub(crate) tables: &'a [TableReport],
    /// Tables of which nothing is taken.
    pub(crate) left_out: &'a [LeftOut],
    /// What else is to be known or done.
    pub(crate) notes: &'a [String],
}

impl Outcome<'_> {
    /// Tells it to a person; `counts` tells how many rows were taken.
    ///
    /// # Errors
    /// Those of `counts`.
    pub(crate) fn tell(
        &self,
        counts: impl FnOnce(&[TableReport]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if self.again {
            println!(
                "another run reads or has read this very {}: what it dealt with is not made again",
                self.source
            );
        }
        counts(self.tables)?;
        self.tables.iter().for_each(tell_refused);
        for table in self.left_out {
            output::say(format_args!("{}: {} rows are left out: {}", table.table, table.rows, table.why));
        }
        for note in self.notes {
            output::say(format_args!("note: {note}"));
        }
        if self.dry_run {
            println!("nothing was changed");
        }
        Ok(())
    }
}

/// How it is told that something was made, or only would be.
pub(crate) fn made(dry_run: bool) -> &'static str {
    if dry_run { "would be made" } else { "made" }
}

/// Tells which rows of a table are not taken, and why.
fn tell_refused(table: &TableReport) {
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
