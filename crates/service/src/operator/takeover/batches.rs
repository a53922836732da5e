//! The rows of a pass, in slices of one table and one application.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem,
    sync::Arc,
};

use claviger_archive::foreign::ForeignRow;

use super::{
    export::Export,
    record::Record,
    tables::{TABLES, Table},
};
use crate::ServiceError;

/// Rows of one transaction.
const TOGETHER: usize = 250;
/// Bytes of rows that wait for others of their kind.
const WAITING: usize = 8 << 20;

/// Some rows of one table and one application.
pub(super) struct Batch {
    /// Which of [`TABLES`].
    pub(super) table: usize,
    /// Which of the applications of the run.
    pub(super) target: usize,
    pub(super) records: Vec<Record>,
}

/// Which application a row is of.
pub(super) enum Owners {
    /// Of the only one.
    One,
    /// By the secret; of those that are not taken, `None`.
    BySecret(HashMap<Vec<u8>, Option<usize>>),
}

/// What else a pass has found.
#[derive(Debug, Default)]
pub(super) struct Leftovers {
    /// Rows of applications that the export does not have, by table.
    pub(super) strays: BTreeMap<&'static str, u64>,
    /// Columns that say nothing to us, by table.
    pub(super) unknown: BTreeMap<&'static str, BTreeSet<String>>,
}

/// Reads one pass, and hands on its rows until `each` wants no more.
pub(super) fn read_pass(
    export: &Export,
    pass: usize,
    owners: &Owners,
    each: &mut dyn FnMut(Batch) -> bool,
) -> Result<Leftovers, ServiceError> {
    let mut sorter = Sorter {
        owners,
        each,
        waiting: BTreeMap::new(),
        bytes: 0,
        numbers: HashMap::new(),
        found: Leftovers::default(),
    };
    let of_pass = |name: &str| Table::of(name).filter(|table| TABLES[*table].pass == pass);
    let mut last: Option<(Arc<[String]>, usize)> = None;
    let mut more = true;
    export.rows(&|name| of_pass(name).is_some(), &mut |row| {
        let Some(table) = of_pass(&row.table) else { return true };
        if !last.as_ref().is_some_and(|(columns, of)| *of == table && Arc::ptr_eq(columns, &row.columns)) {
            last = Some((row.columns.clone(), table));
            sorter.note_columns(table, &row.columns);
        }
        more = sorter.sort(table, row);
        more
    })?;
    if more {
        sorter.flush();
    }
    Ok(sorter.found)
}

struct Sorter<'a> {
    owners: &'a Owners,
    each: &'a mut dyn FnMut(Batch) -> bool,
    waiting: BTreeMap<(usize, usize), Vec<Record>>,
    bytes: usize,
    /// Rows of each table and application until now.
    numbers: HashMap<(usize, usize), i64>,
    found: Leftovers,
}

impl Sorter<'_> {
    fn note_columns(&mut self, table: usize, columns: &[String]) {
        let Table { name, columns: known, .. } = &TABLES[table];
        let unknown =
            columns.iter().filter(|column| !known.iter().any(|known| known.eq_ignore_ascii_case(column)));
        let set = self.found.unknown.entry(name).or_default();
        for column in unknown.take(64) {
            if set.len() < 64 {
                set.insert(column.chars().take(64).collect());
            }
        }
    }

    fn sort(&mut self, table: usize, row: ForeignRow) -> bool {
        let mut record = Record::new(row, 0);
        let target = match self.owners {
            Owners::One => Some(0),
            Owners::BySecret(secrets) => {
                match record.bytes(&["app"]).and_then(|secret| secrets.get(secret)) {
                    Some(target) => *target,
                    None => {
                        *self.found.strays.entry(TABLES[table].name).or_default() += 1;
                        None
                    }
                }
            }
        };
        let Some(target) = target else { return true };
        let number = self.numbers.entry((table, target)).or_default();
        *number += 1;
        record.number = *number;
        self.bytes += record.size();
        let records = self.waiting.entry((table, target)).or_default();
        records.push(record);
        if records.len() >= TOGETHER {
            let records = mem::take(records);
            return self.hand_on(Batch { table, target, records });
        }
        self.bytes < WAITING || self.flush()
    }

    fn hand_on(&mut self, batch: Batch) -> bool {
        self.bytes -= batch.records.iter().map(Record::size).sum::<usize>();
        (self.each)(batch)
    }

    fn flush(&mut self) -> bool {
        let waiting = mem::take(&mut self.waiting);
        let batches = waiting.into_iter().map(|((table, target), records)| Batch { table, target, records });
        batches.filter(|batch| !batch.records.is_empty()).all(|batch| self.hand_on(batch))
    }
}
