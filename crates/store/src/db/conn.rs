//! One transaction, on either database.

use std::collections::HashMap;

use postgres::{Statement, Transaction, types::ToSql, types::Type};
use rusqlite::{CachedStatement, Connection, types::ValueRef};

use super::value::{Cell, Row, Value};
use crate::{Result, StoreError};

/// A running transaction. Statements are written once, in the SQL that both databases speak, with parameters
/// `$1`, `$2`, …; no statement may hold a `$` for another purpose.
pub enum Conn<'a> {
    /// Inside a transaction of the one writer, or of a reader.
    Sqlite(&'a Connection),
    /// Inside a transaction of one connection.
    Postgres(Transaction<'a>, &'a mut Statements),
}

impl Conn<'_> {
    /// Runs a statement that changes rows; returns how many.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = sqlite_prepare(connection, sql)?;
                Ok(statement.execute(rusqlite::params_from_iter(params))? as u64)
            }
            Self::Postgres(transaction, statements) => {
                let statement = statements.prepare(transaction, sql)?;
                Ok(transaction.execute(&statement, &postgres_params(params))?)
            }
        }
    }

    /// Runs a statement and reads all its rows.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = sqlite_prepare(connection, sql)?;
                let columns = statement.column_count();
                let rows = statement.query_map(rusqlite::params_from_iter(params), |row| {
                    (0..columns).map(|index| Ok(sqlite_cell(row.get_ref(index)?))).collect::<Result<_, _>>()
                })?;
                rows.map(|row| Ok(Row(row?))).collect()
            }
            Self::Postgres(transaction, statements) => {
                let statement = statements.prepare(transaction, sql)?;
                let rows = transaction.query(&statement, &postgres_params(params))?;
                rows.iter().map(postgres_row).collect()
            }
        }
    }

    /// Runs a statement and reads its first row.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub fn query_one(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Option<Row>> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Locks the rows that a following decision depends on: PostgreSQL's row locks. SQLite's one writer needs none.
    pub fn for_update(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(..) => " FOR UPDATE",
        }
    }

    /// As [`Conn::for_update`], for a decision that changes nothing of the rows: others may decide by them too.
    pub fn for_share(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(..) => " FOR SHARE",
        }
    }

    /// Names of the functions that pick the least and the greatest of their arguments.
    pub(crate) fn least_greatest(&self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite(_) => ("MIN", "MAX"),
            Self::Postgres(..) => ("LEAST", "GREATEST"),
        }
    }

    /// What stands behind a text that is compared byte by byte, as SQLite always does.
    pub(crate) fn by_bytes(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(..) => " COLLATE \"C\"",
        }
    }

    /// Name of the function that tells where in a text another one begins, counted from 1.
    pub(crate) fn position(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "instr",
            Self::Postgres(..) => "strpos",
        }
    }

    /// Numbers as a parameter of [`Conn::is_one_of`].
    pub(crate) fn numbers(&self, numbers: &[i64]) -> String {
        let list: Vec<String> = numbers.iter().map(i64::to_string).collect();
        match self {
            Self::Sqlite(_) => format!("[{}]", list.join(",")),
            Self::Postgres(..) => format!("{{{}}}", list.join(",")),
        }
    }

    /// The condition that a column has one of the numbers in a parameter: one statement, however many they are.
    pub(crate) fn is_one_of(&self, column: &str, parameter: usize) -> String {
        match self {
            Self::Sqlite(_) => format!("{column} IN (SELECT value FROM json_each(${parameter}))"),
            Self::Postgres(..) => format!("{column} = ANY (CAST(CAST(${parameter} AS TEXT) AS BIGINT[]))"),
        }
    }

    /// Number of rows of an application in a table.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub(crate) fn count(&mut self, table: &'static str, app: i64) -> Result<i64> {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE app = $1");
        self.query_one(&sql, crate::params![app])?.map_or(Ok(0), |row| row.get(0))
    }

    /// Draws `count` serial numbers of the series `name` of an application (0: of the server); the first of them.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub fn next_serials(&mut self, app: i64, name: &str, count: i64) -> Result<i64> {
        let row = self.query_one(
            "INSERT INTO counters (app, name, value) VALUES ($1, $2, $3)
             ON CONFLICT (app, name) DO UPDATE SET value = counters.value + excluded.value RETURNING value",
            crate::params![app, name, count],
        )?;
        let last: i64 = row.ok_or(StoreError::Closed)?.get(0)?;
        Ok(last - count + 1)
    }

    /// The number drawn last of the series `name` of an application; 0 when there is none yet.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub fn last_serial(&mut self, app: i64, name: &str) -> Result<i64> {
        let sql = "SELECT value FROM counters WHERE app = $1 AND name = $2";
        self.query_one(sql, crate::params![app, name])?.map_or(Ok(0), |row| row.get(0))
    }
}

fn sqlite_prepare<'c>(connection: &'c Connection, sql: &str) -> Result<CachedStatement<'c>> {
    // SQLite numbers `$1` by first appearance, `?1` by its digit.
    Ok(connection.prepare_cached(&sql.replace('$', "?"))?)
}

fn sqlite_cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => Cell::Int(value),
        ValueRef::Real(value) => Cell::Text(value.to_string()),
        ValueRef::Text(value) => Cell::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Cell::Bytes(value.to_vec()),
    }
}

fn postgres_params<'v>(params: &'v [Value<'v>]) -> Vec<&'v (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

fn postgres_row(row: &postgres::Row) -> Result<Row> {
    let cells = row.columns().iter().enumerate().map(|(index, column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map_or(Cell::Null, Cell::Int),
            Type::INT4 => {
                row.try_get::<_, Option<i32>>(index)?.map_or(Cell::Null, |value| Cell::Int(value.into()))
            }
            Type::BOOL => {
                row.try_get::<_, Option<bool>>(index)?.map_or(Cell::Null, |value| Cell::Int(value.into()))
            }
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(index)?.map_or(Cell::Null, Cell::Bytes),
            _ => row.try_get::<_, Option<String>>(index)?.map_or(Cell::Null, Cell::Text),
        })
    });
    Ok(Row(cells.collect::<Result<_>>()?))
}

/// Statements that are kept of a connection.
const STATEMENTS_MAX: usize = 1000;

/// The prepared statements of one PostgreSQL connection.
#[derive(Default)]
pub struct Statements(HashMap<String, Statement>);

impl Statements {
    /// The statement for `sql`, prepared at its first use.
    ///
    /// # Errors
    /// Whatever the server refuses.
    pub fn prepare(&mut self, transaction: &mut Transaction<'_>, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.0.get(sql) {
            return Ok(statement.clone());
        }
        let statement = transaction.prepare(sql)?;
        if self.0.len() >= STATEMENTS_MAX {
            // Filters of lists have very many forms, and the server keeps each statement.
            self.0.clear();
        }
        self.0.insert(sql.into(), statement.clone());
        Ok(statement)
    }
}
