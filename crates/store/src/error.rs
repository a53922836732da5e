//! What can go wrong in a database.

use std::sync::Arc;

/// A failure of the database or of its use.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused, or cannot be reached.
    #[error("PostgreSQL: {}", postgres_detail(.0))]
    Postgres(#[from] postgres::Error),
    /// The transaction that this change was part of could not be committed.
    #[error("the change was not saved: {0}")]
    Commit(Arc<StoreError>),
    /// The batch that this request was part of failed.
    #[error("{0}")]
    Batch(Arc<StoreError>),
    /// The database's schema is newer than this program.
    #[error(
        "the database was made by a newer Claviger (schema {found}; this program knows {known}). \
         Start that version, or restore a backup from before its first start"
    )]
    Newer {
        /// Schema of the database.
        found: i64,
        /// Newest schema that this program knows.
        known: i64,
    },
    /// A stored value is not what this program writes.
    #[error("the database holds an unexpected value: {0}")]
    Unexpected(String),
    /// More waits for the database than it can do soon.
    #[error("the database cannot keep up; try again")]
    Overloaded,
    /// A programming error stopped this change; it was undone.
    #[error("a change failed unexpectedly and was undone")]
    Panicked,
    /// The database threads have ended.
    #[error("the database is closed")]
    Closed,
    /// What was given cannot name a database.
    #[error("{0}")]
    Configuration(String),
}

/// A result whose failure is the database's.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

fn postgres_detail(error: &postgres::Error) -> String {
    // The library's own text stops at "db error" or "error connecting to server".
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}
