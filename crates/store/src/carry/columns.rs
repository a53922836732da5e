//! What columns a table has.

use claviger_archive::CellRef;

use crate::{Conn, Result, StoreError, params};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Bytes,
}

/// The columns of a table in their order; none when there is no such table.
pub(super) fn of(conn: &mut Conn<'_>, table: &str) -> Result<Vec<(String, Kind)>> {
    let sql = match conn {
        Conn::Sqlite(_) => "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
        Conn::Postgres(..) => {
            "SELECT column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    let rows = conn.query(sql, params![table])?;
    let columns = rows.iter().map(|row| {
        let (name, kind): (String, String) = (row.get(0)?, row.get(1)?);
        let kind = match kind.to_ascii_lowercase().as_str() {
            "bigint" => Kind::Int,
            "text" => Kind::Text,
            "blob" | "bytea" => Kind::Bytes,
            other => return Err(unexpected(table, &name, other)),
        };
        Ok((name, kind))
    });
    columns.collect()
}

/// The tables of the database.
pub(super) fn tables(conn: &mut Conn<'_>) -> Result<Vec<String>> {
    let sql = match conn {
        Conn::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Conn::Postgres(..) => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
    };
    conn.query(sql, &[])?.iter().map(|row| row.get(0)).collect()
}

/// A value of PostgreSQL's binary form.
pub(super) fn cell(kind: Kind, bytes: &[u8]) -> Result<CellRef<'_>> {
    let broken = || StoreError::Unexpected("a value in COPY's stream has another form".into());
    Ok(match kind {
        Kind::Int => CellRef::Int(i64::from_be_bytes(bytes.try_into().map_err(|_| broken())?)),
        Kind::Text => CellRef::Text(std::str::from_utf8(bytes).map_err(|_| broken())?),
        Kind::Bytes => CellRef::Bytes(bytes),
    })
}

fn unexpected(table: &str, column: &str, kind: &str) -> StoreError {
    StoreError::Unexpected(format!("{table}.{column} is of the type {kind}"))
}
