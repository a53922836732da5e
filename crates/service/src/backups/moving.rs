//! Moving everything from one database to another.

use claviger_archive::{Sum, Table};
use claviger_store::{
    Conn, Database, StoreError,
    carry::{self, Filling, Loading, Written},
};

use super::{error::BackupError, shelf::Progress};

/// Bytes of rows that are written at once.
const PIECE: usize = 256 * 1024;

/// From where to where.
pub struct Move<'a> {
    /// The database that has everything. It stays as it is.
    pub from: &'a Database,
    /// The database that must have nothing in it, but for what an earlier try left.
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
    /// Tables with rows that an earlier try had copied.
    pub kept: usize,
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
/// what is in the old one at the end. What an earlier try copied, and is the same in both, is not copied again.
///
/// # Errors
/// When the new database has anything else in it, the old one changed meanwhile, or anything fails; the new one says that it
/// is unfinished then, and the same command goes on.
pub fn move_store(order: &Move<'_>) -> Result<Moved, BackupError> {
    carry::read_database(order.from, |from| {
        let (schema, tables) = carry::describe(from)?;
        let mut to = Filling::begin(order.to, Loading { schema, now: order.now, what: "a move" })?;
        to.step(|to| carry::check(to, &tables))?;
        let (moved, read) = copy_all(from, &mut to, &tables, order.progress)?;
        // Whoever still writes into the old one would lose it.
        carry::read_database(order.from, |later| {
            for (table, sum) in tables.iter().zip(&read) {
                if carry::sum(later, table)? != *sum {
                    return Err(BackupError::Refused(format!(
                        "the table {} of the old database changed meanwhile: stop the servers that use it, and run the \
                         same command again",
                        table.name
                    )));
                }
            }
            Ok(())
        })?;
        to.finish(order.now)?;
        Ok(moved)
    })
}

/// Copies what is not there yet. Returns the digests of what was read, too.
fn copy_all(
    from: &mut Conn<'_>,
    to: &mut Filling,
    tables: &[Table],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Moved, Vec<Sum>), BackupError> {
    let mut told = Progress { rows: 0, of: tables.iter().map(|table| table.rows).sum(), files: 0 };
    let (mut moved, mut read) = (Moved { tables: Vec::new(), changed: 0, kept: 0 }, Vec::new());
    let mut goes_on = true;
    for (at, table) in tables.iter().enumerate() {
        let kept = if goes_on { kept(from, to, table)? } else { None };
        let (sum, written) = match kept {
            Some(kept) => {
                moved.kept += usize::from(table.rows > 0);
                kept
            }
            None => {
                if goes_on {
                    // Those behind it may refer to what it had.
                    to.step(|to| carry::clear(to, &tables[at..]))?;
                    goes_on = false;
                }
                let copied = to.step(|to| copy(from, to, table, carry::insert))?;
                if to.step(|to| carry::sum(to, table))? != copied.1.sum {
                    return Err(differs(&table.name));
                }
                copied
            }
        };
        told.rows += written.sum.rows();
        progress(told);
        moved.changed += written.changed;
        let (name, rows, hex) = (table.name.clone(), written.sum.rows(), written.sum.hex());
        moved.tables.push(MovedTable { name, rows, sum: hex });
        read.push(sum);
    }
    Ok((moved, read))
}

/// What was read and written of a table, where an earlier try wrote all of it.
fn kept(from: &mut Conn<'_>, to: &mut Filling, table: &Table) -> Result<Option<(Sum, Written)>, BackupError> {
    if table.rows > 0 && to.step(|to| carry::is_empty(to, table))? {
        return Ok(None);
    }
    let wanted = to.step(|to| copy(from, to, table, carry::count))?;
    let found = to.step(|to| carry::sum(to, table))?;
    Ok((found == wanted.1.sum).then_some(wanted))
}

/// What is done with rows of a table.
type Write = fn(&mut Conn<'_>, &Table, &[u8], &mut Written) -> Result<(), StoreError>;

fn copy(
    from: &mut Conn<'_>,
    to: &mut Conn<'_>,
    table: &Table,
    write: Write,
) -> Result<(Sum, Written), BackupError> {
    let (mut sum, mut written) = (Sum::default(), Written::default());
    let mut rows = Vec::with_capacity(PIECE);
    carry::each_row::<StoreError>(from, table, &mut |row| {
        sum.add(row);
        rows.extend_from_slice(row);
        if rows.len() >= PIECE {
            write(to, table, &rows, &mut written)?;
            rows.clear();
        }
        Ok(())
    })?;
    if !rows.is_empty() {
        write(to, table, &rows, &mut written)?;
    }
    Ok((sum, written))
}

fn differs(table: &str) -> BackupError {
    BackupError::Refused(format!("the table {table} does not hold what was written into it"))
}
