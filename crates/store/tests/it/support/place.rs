//! A fresh database, removed with its value.

use std::{env, panic::resume_unwind, thread};

use claviger_domain::{Random, SystemRandom};
use claviger_store::Database;
use postgres::{Client, NoTls};
use tempfile::TempDir;

/// Those of the releases that there were.
const MIGRATIONS: [(&str, &str); 3] = [
    ("first", include_str!("../../../migrations/0001_first.sql")),
    ("client_api", include_str!("../../../migrations/0002_client_api.sql")),
    ("seller_api", include_str!("../../../migrations/0003_seller_api.sql")),
];

/// Where a test keeps its data.
pub enum Place {
    Sqlite(TempDir),
    Postgres { url: String, name: String },
}

impl Place {
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn postgres() -> Self {
        let name = format!("claviger_store_{}", SystemRandom.hex(8));
        let admin = admin();
        // Copied by file: twice as quick as by the log, and nothing here has to survive a crash.
        let create = format!("CREATE DATABASE {name} STRATEGY = FILE_COPY");
        apart(|| connect(&admin).batch_execute(&create).expect("a database"));
        Self::Postgres { url: with_database(&admin, &name), name }
    }

    pub fn database(&self) -> Database {
        match self {
            Self::Sqlite(folder) => Database::Sqlite(folder.path().join("claviger.db")),
            Self::Postgres { url, .. } => Database::Postgres(url.clone()),
        }
    }

    /// Runs a statement past the store, as another program would.
    pub fn execute(&self, sql: &str) {
        match self.database() {
            Database::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).expect("the file");
                connection.execute_batch(sql).expect("a statement");
            }
            Database::Postgres(url) => apart(|| connect(&url).batch_execute(sql).expect("a statement")),
        }
    }

    /// As an older release left it, after the first so many migrations, with rows in it.
    pub fn made_by(self, migrations: usize, rows: &str) -> Self {
        let words = match &self {
            Self::Sqlite(_) => ["BLOB", "TEXT", "WITHOUT ROWID", "instr"],
            Self::Postgres { .. } => ["BYTEA", "TEXT COLLATE \"C\"", "", "strpos"],
        };
        let in_dialect = |sql: &str| {
            let names = ["{bytes}", "{id_text}", "{clustered}", "{position}"].into_iter().zip(words);
            names.fold(sql.to_owned(), |sql, (name, word)| sql.replace(name, word))
        };
        self.execute(
            "CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied BIGINT NOT NULL)",
        );
        for (version, (name, sql)) in (1..).zip(&MIGRATIONS[..migrations]) {
            self.execute(&in_dialect(sql));
            self.execute(&format!("INSERT INTO schema_migrations VALUES ({version}, '{name}', 1)"));
        }
        self.execute(&in_dialect(rows));
        self
    }

    /// Ends all connections to the database, as a restart of the server does. PostgreSQL only.
    pub fn cut_connections(&self) {
        let Self::Postgres { name, .. } = self else { panic!("SQLite has no connections") };
        let sql = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = $1";
        apart(|| connect(&admin()).query(sql, &[name]).expect("the connections end"));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Postgres { name, .. } = self {
            let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            apart(|| connect(&admin()).batch_execute(&sql).expect("the database goes"));
        }
    }
}

/// Address of a database whose user may do anything.
fn admin() -> String {
    env::var("CLAVIGER_TEST_POSTGRES")
        .unwrap_or_else(|_| panic!("CLAVIGER_TEST_POSTGRES is not set: run `cargo xtask test`"))
}

fn connect(url: &str) -> Client {
    Client::connect(url, NoTls).expect("a connection")
}

/// Runs `work` on a thread of its own: the PostgreSQL client must not block a thread of the tests' runtime.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let done = thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The address `url` with another database.
fn with_database(url: &str, name: &str) -> String {
    let (url, options) = url.split_once('?').unwrap_or((url, ""));
    let start = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url[start..].find('/').map_or(url.len(), |slash| start + slash);
    format!("{}/{name}?{options}", &url[..end])
}
