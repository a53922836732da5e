//! Filling a database that has nothing yet.

use std::{fs, path::Path};

use postgres::{Client, error::SqlState};
use rusqlite::Connection;

use super::{columns, hold::Hold, tables::CARRIED};
use crate::{
    Conn, Database, Result, StoreError,
    db::{conn::Statements, migrate, postgres::Postgres, sqlite, stray},
};

/// The schema of the first release that made backups. Of older ones there are tables that [`CARRIED`] does not tell.
const OLDEST: i64 = 24;

/// How a database is to be filled.
#[derive(Clone, Copy, Debug)]
pub struct Loading<'a> {
    /// Schema of what is brought.
    pub schema: i64,
    /// Unix second.
    pub now: i64,
    /// What is under way, for whoever finds it unfinished, such as `a restore`.
    pub what: &'a str,
}

impl Loading<'_> {
    /// Refuses a schema that this program cannot fill.
    pub(super) fn check(&self) -> Result<()> {
        if self.schema > migrate::KNOWN {
            return Err(StoreError::Configuration(format!(
                "the data are of a newer Claviger (schema {}; this program knows {}): use that version",
                self.schema,
                migrate::KNOWN
            )));
        }
        if self.schema < OLDEST {
            return Err(StoreError::Configuration(format!(
                "the data are of an older Claviger (schema {}; at least {OLDEST} is needed): start this version on them once, or \
                 run any command there",
                self.schema
            )));
        }
        Ok(())
    }
}

/// Makes the schema of what is brought and has `work` fill its tables, then brings the schema up to date. As long as that is
/// not done, the database says that it is unfinished, and nothing but another try opens it; that one clears it first.
/// `ready` is asked when the database is found to have nothing, before anything is written; what it gives goes to `work`.
///
/// # Errors
/// When the database has anything in it, the schema is newer than this program, or `ready`, `work` or the database
/// fails.
pub fn load<T, R, E: From<StoreError>>(
    database: &Database,
    loading: Loading<'_>,
    ready: impl FnOnce() -> Result<R, E>,
    work: impl FnOnce(&mut Conn<'_>, R) -> Result<T, E>,
) -> Result<T, E> {
    loading.check()?;
    match database {
        Database::Sqlite(path) => into_sqlite(path, loading, ready, work),
        Database::Postgres(url) => into_postgres(url, loading, ready, work),
    }
}

fn into_sqlite<T, R, E: From<StoreError>>(
    path: &Path,
    loading: Loading<'_>,
    ready: impl FnOnce() -> Result<R, E>,
    work: impl FnOnce(&mut Conn<'_>, R) -> Result<T, E>,
) -> Result<T, E> {
    let _hold = Hold::of(path)?;
    clear_file(path)?;
    let ready = ready()?;
    let connection = begin_file(path, loading)?;
    let conn = &mut Conn::Sqlite(&connection);
    in_one(&connection, |conn| prepare(conn, loading))?;
    let outcome = work(conn, ready)?;
    finish_file(&connection, loading.now)?;
    Ok(outcome)
}

/// Nobody else may have the file open, or come first: the lock stays until the connection is closed.
pub(super) fn begin_file(path: &Path, loading: Loading<'_>) -> Result<Connection> {
    let connection = sqlite::open_writer(path)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    in_one(&connection, |conn| {
        if columns::tables(conn)?.is_empty() { mark(conn, loading) } else { Err(has_data(path)) }
    })?;
    tune(&connection, "OFF")?;
    Ok(connection)
}

/// Sets what makes filling fast, and how much it waits for the disk.
pub(super) fn tune(connection: &Connection, synchronous: &str) -> Result<()> {
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update(None, "cache_size", -32_768)?;
    Ok(())
}

/// Brings the schema up to date, and lets the database say that it is whole.
pub(super) fn finish_file(connection: &Connection, now: i64) -> Result<()> {
    in_one(connection, |conn| migrate::run(conn, now))?;
    // From memory to the disk, before it says so.
    sync(connection)?;
    in_one(connection, unmark)?;
    sync(connection)
}

fn sync(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Whether there is no such file, or nothing in it.
pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).map_or(0, |found| found.len()) == 0
}

/// Removes what an earlier try left.
pub(super) fn clear_file(path: &Path) -> Result<()> {
    stray::refuse(path)?;
    if is_empty(path) {
        return Ok(());
    }
    let connection = sqlite::open_writer(path)?;
    let found = columns::tables(&mut Conn::Sqlite(&connection))?;
    drop(connection);
    if found.is_empty() {
        return Ok(());
    }
    if !found.iter().any(|name| name == migrate::MARK) {
        return Err(has_data(path));
    }
    // The file last: what is beside it would be a stray without it.
    for end in ["-wal", "-shm", ""] {
        match fs::remove_file(stray::beside(path, end)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::Configuration(format!(
                    "{} cannot be removed: {error}",
                    path.display()
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

fn has_data(path: &Path) -> StoreError {
    StoreError::Configuration(format!(
        "{} has data already, and nothing is overwritten: stop the server, and move the file and those beside it that \
         begin with its name away",
        path.display()
    ))
}

/// Does something in one transaction of SQLite.
pub(super) fn in_one<T>(connection: &Connection, work: impl FnOnce(&mut Conn<'_>) -> Result<T>) -> Result<T> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let outcome = work(&mut Conn::Sqlite(connection));
    connection.execute_batch(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    outcome
}

fn into_postgres<T, R, E: From<StoreError>>(
    url: &str,
    loading: Loading<'_>,
    ready: impl FnOnce() -> Result<R, E>,
    work: impl FnOnce(&mut Conn<'_>, R) -> Result<T, E>,
) -> Result<T, E> {
    let mut client = begin_postgres(url)?;
    let ready = in_transaction(&mut client, |conn| {
        claim(conn, loading)?;
        ready()
    })?;
    // All of it or nothing: until the end the database is empty but for the mark.
    let done = in_transaction(&mut client, |conn| {
        prepare(conn, loading)?;
        let outcome = work(conn, ready)?;
        migrate::run(conn, loading.now)?;
        unmark(conn)?;
        Ok::<_, E>(outcome)
    })?;
    // So that the first requests are not planned for empty tables.
    client.batch_execute("ANALYZE").map_err(StoreError::from)?;
    Ok(done)
}

/// Connects, and sees to it that nobody else fills the database meanwhile.
pub(super) fn begin_postgres(url: &str) -> Result<Client> {
    let mut client = Postgres::connect_apart(url)?;
    // The server needs a moment to notice that an earlier try was killed.
    client.batch_execute("SET lock_timeout = '10s'").map_err(StoreError::from)?;
    client.execute("SELECT pg_advisory_lock(7241058303)", &[]).map_err(|error| match error.code() {
        Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            StoreError::Configuration("this database is being filled by another program".into())
        }
        _ => error.into(),
    })?;
    client.batch_execute("SET lock_timeout = 0")?;
    Ok(client)
}

/// Does something in one transaction of PostgreSQL.
pub(super) fn in_transaction<T, E: From<StoreError>>(
    client: &mut Client,
    work: impl FnOnce(&mut Conn<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut statements = Statements::default();
    let transaction = client.transaction().map_err(StoreError::from)?;
    let mut conn = Conn::Postgres(transaction, &mut statements);
    let outcome = work(&mut conn)?;
    let Conn::Postgres(transaction, _) = conn else { return Err(StoreError::Closed.into()) };
    transaction.commit().map_err(StoreError::from)?;
    Ok(outcome)
}

/// Removes what an earlier try left, and lets the database say that it is not whole. A server that starts in the same
/// moment has made its tables before, and they are seen here, or waits and finds the mark.
pub(super) fn claim(conn: &mut Conn<'_>, loading: Loading<'_>) -> Result<()> {
    migrate::lock(conn)?;
    clear_tables(conn)?;
    mark(conn, loading)
}

fn clear_tables(conn: &mut Conn<'_>) -> Result<()> {
    let found = columns::tables(conn)?;
    if found.is_empty() {
        return Ok(());
    }
    if !found.iter().any(|name| name == migrate::MARK) {
        return Err(StoreError::Configuration(
            "the PostgreSQL database has tables already, and nothing is overwritten: make an empty one (createdb)".into(),
        ));
    }
    for name in found {
        conn.execute(&format!("DROP TABLE \"{}\" CASCADE", name.replace('"', "\"\"")), &[])?;
    }
    Ok(())
}

/// Lets the database say that it is not whole.
fn mark(conn: &mut Conn<'_>, loading: Loading<'_>) -> Result<()> {
    conn.execute(
        &format!("CREATE TABLE {} (began BIGINT NOT NULL, what TEXT NOT NULL)", migrate::MARK),
        &[],
    )?;
    let sql = format!("INSERT INTO {} (began, what) VALUES ($1, $2)", migrate::MARK);
    conn.execute(&sql, crate::params![loading.now, loading.what])?;
    Ok(())
}

/// Takes that back.
pub(super) fn unmark(conn: &mut Conn<'_>) -> Result<()> {
    conn.execute(&format!("DROP TABLE {}", migrate::MARK), &[])?;
    Ok(())
}

/// The schema, without the rows that migrations put there.
pub(super) fn prepare(conn: &mut Conn<'_>, loading: Loading<'_>) -> Result<()> {
    migrate::run_to(conn, loading.now, loading.schema)?;
    for name in CARRIED.iter().rev() {
        if !columns::of(conn, name)?.is_empty() {
            conn.execute(&format!("DELETE FROM {name}"), &[])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_between_the_look_and_the_lock_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("claviger.db");
        clear_file(&path).unwrap();
        let other = sqlite::open_writer(&path).unwrap();
        other.execute_batch("CREATE TABLE theirs (id INTEGER)").unwrap();
        drop(other);
        let loading = Loading { schema: migrate::KNOWN, now: 0, what: "a test" };
        let refused = begin_file(&path, loading).err().unwrap().to_string();
        assert!(refused.contains("has data already"), "{refused}");
        let other = sqlite::open_writer(&path).unwrap();
        assert_eq!(columns::tables(&mut Conn::Sqlite(&other)).unwrap(), ["theirs"]);
    }
}
