//! The schema and its changes. Each file of `migrations/` is applied once, in order, in one transaction with its
//! entry in `schema_migrations`.

use super::Conn;
use crate::{Result, StoreError, names, params};

/// All migrations, oldest first; the version is the position, counted from 1.
const MIGRATIONS: [(&str, &str); 31] = [
    ("first", include_str!("../../migrations/0001_first.sql")),
    ("client_api", include_str!("../../migrations/0002_client_api.sql")),
    ("seller_api", include_str!("../../migrations/0003_seller_api.sql")),
    ("identity", include_str!("../../migrations/0004_identity.sql")),
    ("blacklist", include_str!("../../migrations/0005_blacklist.sql")),
    ("values", include_str!("../../migrations/0006_values.sql")),
    ("idempotency", include_str!("../../migrations/0007_idempotency.sql")),
    ("brought", include_str!("../../migrations/0008_brought.sql")),
    ("people", include_str!("../../migrations/0009_people.sql")),
    ("seller_keys", include_str!("../../migrations/0010_seller_keys.sql")),
    ("counts", include_str!("../../migrations/0011_counts.sql")),
    ("tries", include_str!("../../migrations/0012_tries.sql")),
    ("shares", include_str!("../../migrations/0013_shares.sql")),
    ("guesses", include_str!("../../migrations/0014_guesses.sql")),
    ("file_digests", include_str!("../../migrations/0015_file_digests.sql")),
    ("jobs", include_str!("../../migrations/0016_jobs.sql")),
    ("team", include_str!("../../migrations/0017_team.sql")),
    ("remarks", include_str!("../../migrations/0018_remarks.sql")),
    ("webhook_events", include_str!("../../migrations/0019_webhook_events.sql")),
    ("imports", include_str!("../../migrations/0020_imports.sql")),
    ("panel", include_str!("../../migrations/0021_panel.sql")),
    ("report_counts", include_str!("../../migrations/0022_report_counts.sql")),
    ("notices", include_str!("../../migrations/0023_notices.sql")),
    ("backups", include_str!("../../migrations/0024_backups.sql")),
    ("identities", include_str!("../../migrations/0025_identities.sql")),
    ("own_users", include_str!("../../migrations/0026_own_users.sql")),
    ("import_ranges", include_str!("../../migrations/0027_import_ranges.sql")),
    ("claims", include_str!("../../migrations/0028_claims.sql")),
    ("request_details", include_str!("../../migrations/0029_request_details.sql")),
    ("key_pairs", include_str!("../../migrations/0030_key_pairs.sql")),
    ("import", include_str!("../../migrations/0031_import.sql")),
];

/// Part of a migration that SQL cannot do.
type Step = fn(&mut Conn<'_>) -> Result<()>;

/// The steps by the names of their migrations, which they follow.
const STEPS: [(&str, Step); 1] = [("values", names::renew)];

/// Newest schema version that this program knows.
pub(crate) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// A table that is there while a database is being filled with what another one had, see [`crate::carry`]. It belongs to no
/// version of the schema.
pub(crate) const MARK: &str = "unfinished_restore";

/// How far the schema of a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Version of the database; 0: there is nothing yet.
    pub found: i64,
    /// Newest version that this program knows.
    pub known: i64,
}

/// A change of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The version that the schema has with it.
    pub version: i64,
    /// Its name, one word.
    pub name: &'static str,
    /// What it brings, in a sentence.
    pub about: String,
}

/// The changes that a database of this version still needs, in the order in which they come.
pub fn migrations_after(found: i64) -> Vec<Migration> {
    (1..)
        .zip(MIGRATIONS)
        .filter(|(version, _)| *version > found)
        .map(|(version, (name, sql))| Migration { version, name, about: about(sql) })
        .collect()
}

/// The first sentence of the comment at the head of a migration.
fn about(sql: &str) -> String {
    let comments = sql.lines().map_while(|line| line.strip_prefix("--"));
    let told = comments.map(str::trim).skip_while(|line| line.is_empty());
    let told = told.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    told.split_once(". ").map_or(told.as_str(), |(first, _)| first).trim_end_matches('.').to_owned()
}

/// Looks at the schema without changing it.
///
/// # Errors
/// Whatever the database refuses, or [`StoreError::Unfinished`].
pub(crate) fn schema(conn: &mut Conn<'_>) -> Result<Schema> {
    refuse_unfinished(conn)?;
    if !exists(conn, "schema_migrations")? {
        return Ok(Schema { found: 0, known: KNOWN });
    }
    Ok(Schema { found: newest(conn)?, known: KNOWN })
}

/// Whether there is such a table.
fn exists(conn: &mut Conn<'_>, table: &str) -> Result<bool> {
    let sql = match conn {
        Conn::Sqlite(_) => "SELECT 1 FROM sqlite_master WHERE name = $1",
        Conn::Postgres(..) => "SELECT 1 WHERE to_regclass($1) IS NOT NULL",
    };
    Ok(conn.query_one(sql, params![table])?.is_some())
}

/// A database that was filled by half must not be taken for a whole one, nor for a new one.
fn refuse_unfinished(conn: &mut Conn<'_>) -> Result<()> {
    if !exists(conn, MARK)? {
        return Ok(());
    }
    let row = conn.query_one(&format!("SELECT what FROM {MARK}"), &[])?;
    Err(StoreError::Unfinished { what: row.map_or(Ok(String::new()), |row| row.get(0))? })
}

fn newest(conn: &mut Conn<'_>) -> Result<i64> {
    let row = conn.query_one("SELECT COALESCE(MAX(version), 0) FROM schema_migrations", &[])?;
    row.ok_or(StoreError::Closed)?.get(0)
}

/// Brings the schema up to date; returns the versions applied.
///
/// # Errors
/// [`StoreError::Newer`] when a newer program has migrated this database already.
pub(crate) fn run(conn: &mut Conn<'_>, now: i64) -> Result<Vec<i64>> {
    run_to(conn, now, KNOWN)
}

/// As [`run`], of a database that was opened: one that is being filled is refused.
///
/// # Errors
/// As [`run`], and [`StoreError::Unfinished`].
pub(super) fn run_whole(conn: &mut Conn<'_>, now: i64) -> Result<Vec<i64>> {
    lock(conn)?;
    refuse_unfinished(conn)?;
    run(conn, now)
}

/// As [`run`], up to a version.
///
/// # Errors
/// As [`run`].
pub(crate) fn run_to(conn: &mut Conn<'_>, now: i64, upto: i64) -> Result<Vec<i64>> {
    lock(conn)?;
    conn.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
            version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)",
        &[],
    )?;
    let found = newest(conn)?;
    if found > KNOWN {
        return Err(StoreError::Newer { found, known: KNOWN });
    }
    let mut applied = Vec::new();
    for (version, (name, sql)) in (1..=upto).zip(MIGRATIONS).skip(found as usize) {
        if found > 0 {
            tracing::info!(
                version,
                of = KNOWN,
                "bringing the database schema up to date; many rows take a while"
            );
        }
        conn.batch(&dialect(conn, sql))?;
        for (_, step) in STEPS.iter().filter(|(of, _)| *of == name) {
            step(conn)?;
        }
        conn.execute(
            "INSERT INTO schema_migrations (version, name, applied) VALUES ($1, $2, $3)",
            params![version, name, now],
        )?;
        applied.push(version);
    }
    Ok(applied)
}

/// Two nodes that start at once must not both migrate, nor one while somebody begins to fill the database.
pub(crate) fn lock(conn: &mut Conn<'_>) -> Result<()> {
    if let Conn::Postgres(transaction, _) = conn {
        // Any number will do, if it is always the same.
        transaction.batch_execute("SELECT pg_advisory_xact_lock(7241058302)")?;
    }
    Ok(())
}

/// The few words in which the databases differ.
fn dialect(conn: &Conn<'_>, sql: &str) -> String {
    let words = match conn {
        Conn::Sqlite(_) => ["BLOB", "TEXT", "WITHOUT ROWID", "instr", "", "--"],
        Conn::Postgres(..) => ["BYTEA", "TEXT COLLATE \"C\"", "", "strpos", "COLLATE \"C\"", ""],
    };
    // Of a line that begins with the last one, SQLite sees nothing.
    let names = ["{bytes}", "{id_text}", "{clustered}", "{position}", "{by_bytes}", "{postgres}"];
    names.iter().zip(words).fold(sql.to_owned(), |sql, (name, word)| sql.replace(name, word))
}

impl Conn<'_> {
    fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Conn::Sqlite(connection) => connection.execute_batch(sql)?,
            Conn::Postgres(transaction, _) => transaction.batch_execute(sql)?,
        }
        Ok(())
    }
}
