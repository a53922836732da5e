//! Reading tables out of a snapshot.

use std::io;

use claviger_archive::{CellRef, RowBuilder, Sum, Table};
use postgres::IsolationLevel;
use rusqlite::types::ValueRef;

use super::{columns, columns::Kind, copy::Rows, tables::CARRIED};
use crate::{
    Conn, Database, Result, StoreError,
    db::{conn::Statements, migrate, postgres::Postgres, sqlite},
};

/// Reads a database in one snapshot, on this thread, without opening it for anything else: its schema stays as it is.
///
/// # Errors
/// When there is no such database; the reader's own, or the database's.
pub fn read_database<T, E: From<StoreError>>(
    database: &Database,
    reading: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
) -> Result<T, E> {
    match database {
        Database::Sqlite(path) => {
            sqlite::read_file(path, |connection| reading(&mut Conn::Sqlite(connection)))
        }
        Database::Postgres(url) => {
            let mut client = Postgres::connect_apart(url)?;
            let snapshot = client
                .build_transaction()
                .isolation_level(IsolationLevel::RepeatableRead)
                .read_only(true)
                .start()
                .map_err(StoreError::from)?;
            reading(&mut Conn::Postgres(snapshot, &mut Statements::default()))
        }
    }
}

/// Version of the schema, and the tables that are there with as many rows as they have.
///
/// # Errors
/// Whatever the database refuses.
pub fn describe(conn: &mut Conn<'_>) -> Result<(i64, Vec<Table>)> {
    let schema = migrate::schema(conn)?.found;
    let mut tables = Vec::new();
    for name in CARRIED {
        let columns = columns::of(conn, name)?;
        if columns.is_empty() {
            continue;
        }
        let row = conn.query_one(&format!("SELECT COUNT(*) FROM {name}"), &[])?.ok_or(StoreError::Closed)?;
        let rows = row.get::<i64>(0)?.unsigned_abs();
        let columns = columns.into_iter().map(|(name, _)| name).collect();
        tables.push(Table { name: name.into(), columns, rows });
    }
    Ok((schema, tables))
}

/// Hands on all rows of a table that [`describe`] told of, as a backup holds them.
///
/// # Errors
/// The receiver's own, or the database's.
pub fn each_row<E: From<StoreError>>(
    conn: &mut Conn<'_>,
    table: &Table,
    each: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let names: Vec<String> = table.columns.iter().map(|name| format!("\"{name}\"")).collect();
    let select = format!("SELECT {} FROM {}", names.join(", "), table.name);
    let mut built = RowBuilder::default();
    if let Conn::Sqlite(connection) = conn {
        let mut statement = connection.prepare(&select).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            built.clear();
            for index in 0..table.columns.len() {
                push(&mut built, row.get_ref(index).map_err(StoreError::from)?);
            }
            each(built.bytes())?;
        }
        return Ok(());
    }
    let known = columns::of(conn, &table.name)?;
    let kinds: Vec<Kind> = table
        .columns
        .iter()
        .filter_map(|name| known.iter().find(|(column, _)| column == name).map(|(_, kind)| *kind))
        .collect();
    let Conn::Postgres(transaction, _) = conn else { return Err(StoreError::Closed.into()) };
    let sql = format!("COPY ({select}) TO STDOUT (FORMAT binary)");
    let stream = transaction.copy_out(sql.as_str()).map_err(StoreError::from)?;
    let mut rows = Rows::new(stream).map_err(broken)?;
    while rows.advance().map_err(broken)? {
        built.clear();
        for (kind, value) in kinds.iter().zip(rows.values()) {
            built.push(value.map_or(Ok(CellRef::Null), |bytes| columns::cell(*kind, bytes))?);
        }
        each(built.bytes())?;
    }
    Ok(())
}

/// Whether a table has no rows.
///
/// # Errors
/// Whatever the database refuses.
pub fn is_empty(conn: &mut Conn<'_>, table: &Table) -> Result<bool> {
    Ok(conn.query_one(&format!("SELECT 1 FROM {} LIMIT 1", table.name), &[])?.is_none())
}

/// The digest of a table.
///
/// # Errors
/// Whatever the database refuses.
pub fn sum(conn: &mut Conn<'_>, table: &Table) -> Result<Sum> {
    let mut sum = Sum::default();
    each_row::<StoreError>(conn, table, &mut |row| {
        sum.add(row);
        Ok(())
    })?;
    Ok(sum)
}

fn push(built: &mut RowBuilder, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => built.push(CellRef::Null),
        ValueRef::Integer(value) => built.push(CellRef::Int(value)),
        ValueRef::Real(value) => built.push(CellRef::Text(&value.to_string())),
        ValueRef::Text(text) => built.push(CellRef::Text(&String::from_utf8_lossy(text))),
        ValueRef::Blob(bytes) => built.push(CellRef::Bytes(bytes)),
    }
}

/// A failure of the stream is one of the server behind it.
fn broken(error: io::Error) -> StoreError {
    match error.downcast::<postgres::Error>() {
        Ok(error) => error.into(),
        Err(error) => StoreError::Unreachable(error.to_string().into()),
    }
}
