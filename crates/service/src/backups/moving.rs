//! Moving everything from one database to another.

use claviger_archive::Table;
use claviger_store::{
    Conn, Database, StoreError,
    carry::{self, Loading, Written},
};

use super::{error::BackupError, shelf::Progress};

/// Bytes of rows that are written at once.
const PIECE: usize = 256 * 1024;

/// From where to where.
pub struct Move<'a> {
    /// The database that has everything. It stays as it is.
    pub from: &'a Database,
    /// The database that must have nothing in it.
    pub to: &'a Database,
    /// Unix second.
    pub now: i64,
    /// Told of how far it is.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// What was moved.
#[derive(Debug)]
pub struct Moved {
    /// Each table.
    pub tables: Vec<MovedTable>,
    /// Texts that PostgreSQL cannot hold as they were.
    pub changed: u64,
}

/// A table that is the same in both databases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTable {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: u64,
    /// The digest of its rows in the new database, 64 hexadecimal digits.
    pub sum: String,
}

/// Copies all tables, sessions included, and compares digests: what was read with what is in the new database, and with
/// what is in the old one at the end.
///
/// # Errors
/// When the new database has anything in it, the old one changed meanwhile, or anything fails; the new one says that it is
/// unfinished then, and the same command begins anew.
pub fn move_store(order: &Move<'_>) -> Result<Moved, BackupError> {
    carry::read_database(order.from, |from| {
        let (schema, tables) = carry::describe(from)?;
        let loading = Loading { schema, now: order.now, what: "a move" };
        carry::load(order.to, loading, |to| {
            carry::check(to, &tables)?;
            let mut progress =
                Progress { rows: 0, of: tables.iter().map(|table| table.rows).sum(), files: 0 };
            let mut moved = Moved { tables: Vec::new(), changed: 0 };
            let mut read = Vec::new();
            for table in &tables {
                let (sum, written) = copy(from, to, table)?;
                let found = carry::sum(to, table)?;
                if found != written.sum {
                    return Err(differs(&table.name));
                }
                progress.rows += found.rows();
                (order.progress)(progress);
                moved.changed += written.changed;
                moved.tables.push(MovedTable {
                    name: table.name.clone(),
                    rows: found.rows(),
                    sum: found.hex(),
                });
                read.push(sum);
            }
            // Whoever still writes into the old one would lose it.
            carry::read_database(order.from, |later| {
                for (table, sum) in tables.iter().zip(&read) {
                    if carry::sum(later, table)? != *sum {
                        return Err(BackupError::Refused(format!(
                            "the table {} of the old database changed meanwhile: stop the servers that use it, and begin anew",
                            table.name
                        )));
                    }
                }
                Ok(())
            })?;
            Ok(moved)
        })
    })
}

fn copy(
    from: &mut Conn<'_>,
    to: &mut Conn<'_>,
    table: &Table,
) -> Result<(claviger_archive::Sum, Written), BackupError> {
    let (mut sum, mut written) = (claviger_archive::Sum::default(), Written::default());
    let mut rows = Vec::with_capacity(PIECE);
    carry::each_row::<StoreError>(from, table, &mut |row| {
        sum.add(row);
        rows.extend_from_slice(row);
        if rows.len() >= PIECE {
            carry::insert(to, table, &rows, &mut written)?;
            rows.clear();
        }
        Ok(())
    })?;
    if !rows.is_empty() {
        carry::insert(to, table, &rows, &mut written)?;
    }
    Ok((sum, written))
}

fn differs(table: &str) -> BackupError {
    BackupError::Refused(format!("the table {table} does not hold what was written into it"))
}
