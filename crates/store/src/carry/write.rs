//! Writing rows into a database that is being filled.

use std::io::Write;

use claviger_archive::{CellRef, Cells, RowBuilder, Sum, Table};
use rusqlite::{Connection, types::ToSqlOutput, types::ValueRef};

use super::{columns, copy, tables::CARRIED};
use crate::{Conn, Result, StoreError};

/// What was written of a table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// The rows, as they were written.
    pub sum: Sum,
    /// Texts that PostgreSQL cannot hold as they were: a NUL in them was replaced by U+FFFD.
    pub changed: u64,
}

/// Looks whether the tables of a backup are those of the schema that it names, before anything of it is put into SQL.
///
/// # Errors
/// When one is unknown, is missing, or has other columns.
pub fn check(conn: &mut Conn<'_>, tables: &[Table]) -> Result<()> {
    let odd =
        |what: String| Err(StoreError::Configuration(format!("the backup does not fit its schema: {what}")));
    for (index, table) in tables.iter().enumerate() {
        if !CARRIED.contains(&table.name.as_str())
            || tables[..index].iter().any(|other| other.name == table.name)
        {
            return odd("it holds a table that does not belong there".into());
        }
        let mut columns: Vec<String> =
            columns::of(conn, &table.name)?.into_iter().map(|(name, _)| name).collect();
        let mut told = table.columns.clone();
        columns.sort();
        told.sort();
        if columns.is_empty() || columns != told {
            return odd(format!("the table {} has other columns", table.name));
        }
    }
    for name in CARRIED {
        if !tables.iter().any(|table| table.name == name) && !columns::of(conn, name)?.is_empty() {
            return odd(format!("the table {name} is missing"));
        }
    }
    Ok(())
}

/// Writes whole rows of a table that passed [`check`], and adds them to `written`.
///
/// # Errors
/// When the bytes are no rows of it, or the database refuses.
pub fn insert(conn: &mut Conn<'_>, table: &Table, rows: &[u8], written: &mut Written) -> Result<()> {
    match conn {
        Conn::Sqlite(connection) => sqlite(connection, table, rows, written),
        Conn::Postgres(transaction, _) => {
            let mut stream = Vec::with_capacity(rows.len() + rows.len() / 2 + 64);
            encode(&mut stream, table, rows, written)?;
            let columns = quoted(table).join(", ");
            let sql = format!("COPY {} ({columns}) FROM STDIN (FORMAT binary)", table.name);
            let mut out = transaction.copy_in(sql.as_str())?;
            out.write_all(&stream).map_err(|error| StoreError::Unreachable(error.to_string().into()))?;
            out.finish()?;
            Ok(())
        }
    }
}

/// As [`insert`], but tells only what would be written.
///
/// # Errors
/// When the bytes are no rows of the table.
pub fn count(conn: &mut Conn<'_>, table: &Table, rows: &[u8], written: &mut Written) -> Result<()> {
    if let Conn::Postgres(..) = conn {
        return encode(&mut Vec::new(), table, rows, written);
    }
    let mut cells = Cells::new(rows);
    while !cells.is_empty() {
        let before = cells.rest();
        for _ in &table.columns {
            cells.cell().map_err(damaged)?;
        }
        written.sum.add(&before[..before.len() - cells.rest().len()]);
    }
    Ok(())
}

/// Removes all rows of some tables, of which later ones refer to earlier ones.
///
/// # Errors
/// Whatever the database refuses.
pub fn clear(conn: &mut Conn<'_>, tables: &[Table]) -> Result<()> {
    for table in tables.iter().rev() {
        conn.execute(&format!("DELETE FROM {}", table.name), &[])?;
    }
    Ok(())
}

fn sqlite(connection: &Connection, table: &Table, rows: &[u8], written: &mut Written) -> Result<()> {
    let places: Vec<String> = (1..=table.columns.len()).map(|number| format!("?{number}")).collect();
    let sql =
        format!("INSERT INTO {} ({}) VALUES ({})", table.name, quoted(table).join(", "), places.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut cells = Cells::new(rows);
    // Not all in one transaction: the log of changes would be as large as the database.
    connection.execute_batch("BEGIN")?;
    while !cells.is_empty() {
        let before = cells.rest();
        for index in 1..=table.columns.len() {
            let value = match cells.cell().map_err(damaged)? {
                CellRef::Null => ValueRef::Null,
                CellRef::Int(value) => ValueRef::Integer(value),
                CellRef::Text(text) => ValueRef::Text(text.as_bytes()),
                CellRef::Bytes(bytes) => ValueRef::Blob(bytes),
            };
            statement.raw_bind_parameter(index, ToSqlOutput::Borrowed(value))?;
        }
        statement.raw_execute()?;
        written.sum.add(&before[..before.len() - cells.rest().len()]);
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn encode(stream: &mut Vec<u8>, table: &Table, rows: &[u8], written: &mut Written) -> Result<()> {
    stream.extend_from_slice(copy::HEAD);
    let count = (table.columns.len() as i16).to_be_bytes();
    let (mut cells, mut kept) = (Cells::new(rows), RowBuilder::default());
    while !cells.is_empty() {
        stream.extend_from_slice(&count);
        kept.clear();
        for _ in &table.columns {
            match cells.cell().map_err(damaged)? {
                CellRef::Text(text) if text.contains('\0') => {
                    // As this program does with whatever it writes there.
                    let text = text.replace('\0', "\u{fffd}");
                    written.changed += 1;
                    kept.push(CellRef::Text(&text));
                    copy::put(stream, CellRef::Text(&text));
                }
                cell => {
                    kept.push(cell);
                    copy::put(stream, cell);
                }
            }
        }
        written.sum.add(kept.bytes());
    }
    stream.extend_from_slice(&copy::END);
    Ok(())
}

fn quoted(table: &Table) -> Vec<String> {
    table.columns.iter().map(|name| format!("\"{name}\"")).collect()
}

#[expect(clippy::needless_pass_by_value, reason = "given to map_err")]
fn damaged(error: claviger_archive::ArchiveError) -> StoreError {
    StoreError::Unexpected(error.to_string())
}
