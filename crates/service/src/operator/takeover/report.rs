//! What came of a takeover.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{record::Record, slice::Fate};
use crate::shared::text::cut;

/// Rows of a table that are named in a report.
const NAMED_MAX: usize = 100;
/// Reasons of a table that are told apart.
const REASONS_MAX: usize = 100;
/// Bytes of a reason, which may repeat a value of any length.
const WHY_MAX: usize = 500;

/// What came of a takeover, or would.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TakeoverReport {
    /// Nothing was changed.
    pub dry_run: bool,
    /// The owner's name here.
    pub owner: String,
    /// The owner's name on the Client API.
    pub owner_id: String,
    /// The owner was made, or would be.
    pub owner_made: bool,
    /// Another run has taken the very same export, or takes it now, as a whole or in part.
    pub again: bool,
    /// The applications.
    pub apps: Vec<AppReport>,
    /// What came of the rows, by table.
    pub tables: Vec<TableReport>,
    /// Tables of which nothing is taken.
    pub left_out: Vec<LeftOut>,
    /// What else is to be known or done.
    pub notes: Vec<String>,
}

/// An application.
#[derive(Clone, Debug, Serialize)]
pub struct AppReport {
    /// Its name.
    pub name: String,
    /// It was made, or would be; else it was there.
    pub made: bool,
    /// Its seller key is the one that it had.
    pub seller_key_kept: bool,
}

/// What came of the rows of a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TableReport {
    /// Its name.
    pub table: String,
    /// Rows that were taken, or would be.
    pub taken: u64,
    /// Rows of what is there already, and stays as it is.
    pub there: u64,
    /// Rows that are not taken.
    pub refused: u64,
    /// How many are not taken for what reason.
    pub reasons: BTreeMap<String, u64>,
    /// Some of those that are not taken.
    pub not_taken: Vec<NotTaken>,
    /// Columns that say nothing to us.
    pub unknown_columns: Vec<String>,
}

/// A row that is not taken.
#[derive(Clone, Debug, Serialize)]
pub struct NotTaken {
    /// Line of the dump, or row of the reply, counted from 1.
    pub line: u64,
    /// What it is called.
    pub name: String,
    /// Why it is not taken.
    pub why: String,
}

/// A table of which nothing is taken.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// Why.
    pub why: String,
}

impl TakeoverReport {
    /// Whether anything came of it, now or before. Rows may be none at all.
    pub fn is_any(&self) -> bool {
        let rows = self.tables.iter().any(|table| table.taken + table.there + table.refused > 0);
        !self.apps.is_empty() && (!rows || self.tables.iter().any(TableReport::is_any))
    }
}

impl TableReport {
    /// Whether anything came of it, now or before.
    pub fn is_any(&self) -> bool {
        self.taken + self.there > 0
    }

    /// Counts what came of a row.
    pub(super) fn count(&mut self, record: &Record, label: &[&str], fate: Fate) {
        match fate {
            Fate::Taken => self.taken += 1,
            Fate::There => self.there += 1,
            Fate::Refused { kind, why } => {
                self.refused += 1;
                let known = self.reasons.len() < REASONS_MAX || self.reasons.contains_key(kind);
                *self.reasons.entry(if known { kind.into() } else { "other reasons".into() }).or_default() +=
                    1;
                if self.not_taken.len() < NAMED_MAX {
                    let why = cut(&why, WHY_MAX).to_owned();
                    self.not_taken.push(NotTaken { line: record.line, name: record.shown(label), why });
                }
            }
        }
    }
}
