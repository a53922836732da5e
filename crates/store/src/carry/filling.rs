//! Filling a database in steps that stay, so that another try goes on where one was killed.

use std::path::Path;

use postgres::Client;
use rusqlite::Connection;

use super::{
    columns,
    hold::Hold,
    load::{
        Loading, begin_file, begin_postgres, claim, clear_file, finish_file, in_one, in_transaction,
        is_empty, prepare, tune, unmark,
    },
};
use crate::{
    Conn, Database, Result, StoreError,
    db::{migrate, sqlite, stray},
    params,
};

/// How much it waits for the disk: a step may be lost with the machine's power, but what another try finds is never torn.
const SYNCHRONOUS: &str = "NORMAL";

/// A database that is being filled. As long as that is not finished, it says so, and nothing but another try opens it.
pub struct Filling(Target);

enum Target {
    /// In this order, so that the file is closed when others may come.
    Sqlite(Connection, Hold),
    Postgres(Client),
}

impl Filling {
    /// Goes on with what an earlier try left, if that was to do the same with the same schema. Else it makes the schema of
    /// what is brought, in a database that has nothing, or only what another try left there.
    ///
    /// # Errors
    /// When the database has anything else in it, somebody fills it, the schema is newer than this program, or the database
    /// fails.
    pub fn begin(database: &Database, loading: Loading<'_>) -> Result<Self> {
        loading.check()?;
        match database {
            Database::Sqlite(path) => {
                let hold = Hold::of(path)?;
                Ok(Self(Target::Sqlite(file(path, loading)?, hold)))
            }
            Database::Postgres(url) => {
                let mut client = begin_postgres(url)?;
                if !in_transaction(&mut client, |conn| is_left(conn, loading))? {
                    in_transaction(&mut client, |conn| claim(conn, loading))?;
                    in_transaction(&mut client, |conn| prepare(conn, loading))?;
                }
                Ok(Self(Target::Postgres(client)))
            }
        }
    }

    /// A step: on PostgreSQL a transaction, on SQLite as many as `work` makes.
    ///
    /// # Errors
    /// Those of `work`, or the database's.
    pub fn step<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        match &mut self.0 {
            Target::Sqlite(connection, _) => work(&mut Conn::Sqlite(connection)),
            Target::Postgres(client) => in_transaction(client, work),
        }
    }

    /// Brings the schema up to date. From now on the database is like any other.
    ///
    /// # Errors
    /// Whatever the database refuses.
    pub fn finish(self, now: i64) -> Result<()> {
        match self.0 {
            Target::Sqlite(connection, _hold) => finish_file(&connection, now),
            Target::Postgres(mut client) => {
                in_transaction(&mut client, |conn| {
                    migrate::run(conn, now)?;
                    unmark(conn)
                })?;
                // So that the first requests are not planned for empty tables.
                client.batch_execute("ANALYZE")?;
                Ok(())
            }
        }
    }
}

fn file(path: &Path, loading: Loading<'_>) -> Result<Connection> {
    stray::refuse(path)?;
    if !is_empty(path) {
        let connection = sqlite::open_writer(path)?;
        if is_left(&mut Conn::Sqlite(&connection), loading)? {
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            tune(&connection, SYNCHRONOUS)?;
            return Ok(connection);
        }
    }
    clear_file(path)?;
    let connection = begin_file(path, loading)?;
    tune(&connection, SYNCHRONOUS)?;
    in_one(&connection, |conn| prepare(conn, loading))?;
    Ok(connection)
}

/// Whether an earlier try to do the same has left its schema.
fn is_left(conn: &mut Conn<'_>, loading: Loading<'_>) -> Result<bool> {
    let tables = columns::tables(conn)?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if !has(migrate::MARK) || !has("schema_migrations") {
        return Ok(false);
    }
    let sql = format!(
        "SELECT 1 FROM {} WHERE what = $1 AND $2 = (SELECT MAX(version) FROM schema_migrations)",
        migrate::MARK
    );
    Ok(conn.query_one(&sql, params![loading.what, loading.schema])?.is_some())
}
