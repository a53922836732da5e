//! What is in an export: read once, before anything is changed.

use std::collections::BTreeMap;

use claviger_archive::foreign::ForeignRow;

use super::{
    choice::Found,
    export::Export,
    record::Record,
    tables::{ACCOUNTS, APPS, Table},
};
use crate::{ServiceError, shared::text::cut};

/// Applications that are looked at.
const APPS_MAX: usize = 10_000;
/// Bytes that are kept of all of them together.
const KEPT_MAX: usize = 64 << 20;
/// Accounts that are named.
const ACCOUNTS_MAX: usize = 100;
/// Tables that are told apart.
const TABLES_MAX: usize = 500;
/// Bytes of a table's name that are kept: replies may have any.
const TABLE_MAX: usize = 256;

/// What is in an export.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// SHA-256 of the files.
    pub(super) digest: String,
    /// Rows of each table.
    pub(super) rows: BTreeMap<String, u64>,
    /// The applications of a dump; of replies the one that they tell of, perhaps in several pieces.
    pub(super) apps: Vec<Found>,
    /// Managers and resellers: their owners' names and their own.
    pub(super) team: Vec<(String, String)>,
}

/// Reads an export from its beginning to its end.
pub(super) fn survey(export: &Export) -> Result<Survey, ServiceError> {
    let mut survey = Survey { digest: export.digest()?, ..Survey::default() };
    let mut kept = 0;
    // All that is read later is read now, so that what is no dump is noticed before anything is changed.
    let of_apps = |table: &str| [APPS, ACCOUNTS].iter().any(|name| table.eq_ignore_ascii_case(name));
    let wanted = |table: &str| of_apps(table) || Table::of(table).is_some();
    export.rows(&wanted, &mut |row| {
        survey.count(&row);
        let found = if export.is_dump() && row.table.eq_ignore_ascii_case(APPS) {
            Found::of_dump(&Record::new(row, 0))
        } else if row.table.eq_ignore_ascii_case(ACCOUNTS) {
            survey.note_account(&Record::new(row, 0));
            return true;
        } else if !export.is_dump() && Found::REPLIES.contains(&&*row.table) {
            Found::of_reply(&Record::new(row, 0))
        } else {
            return true;
        };
        kept += found.settings.size();
        survey.apps.push(found);
        survey.apps.len() <= APPS_MAX && kept <= KEPT_MAX
    })?;
    let too_much = if survey.apps.len() > APPS_MAX {
        format!("there are more than {APPS_MAX} applications in it")
    } else if kept > KEPT_MAX {
        format!("the settings of its applications have more than {} MiB", KEPT_MAX >> 20)
    } else {
        return Ok(survey);
    };
    Err(ServiceError::Refused(too_much))
}

impl Survey {
    fn count(&mut self, row: &ForeignRow) {
        let table = cut(&row.table, TABLE_MAX);
        if let Some(rows) = self.rows.get_mut(table) {
            *rows += 1;
        } else if self.rows.len() < TABLES_MAX {
            self.rows.insert(table.to_owned(), 1);
        }
    }

    fn note_account(&mut self, account: &Record) {
        let role = account.shown(&["role"]).to_lowercase();
        if matches!(role.as_str(), "reseller" | "manager") && self.team.len() < ACCOUNTS_MAX {
            self.team.push((account.shown(&["owner"]), account.shown(&["username"])));
        }
    }

    /// Rows that are taken, as far as their tables tell.
    pub(super) fn of_interest(&self) -> u64 {
        self.rows.iter().filter(|(name, _)| Table::of(name).is_some()).map(|(_, rows)| rows).sum()
    }
}
