//! What can go wrong in a database.

use std::sync::Arc;

use rusqlite::ErrorCode;

/// A failure of the database or of its use.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
    /// PostgreSQL refused, or cannot be reached.
    #[error("PostgreSQL: {}", postgres_detail(.0))]
    Postgres(postgres::Error),
    /// PostgreSQL could not be reached a moment ago, and was not asked again.
    #[error("PostgreSQL cannot be reached: {0}")]
    Unreachable(Arc<str>),
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
    /// What another database had was not brought here to its end.
    #[error(
        "{what} into this database was not finished: run the same command again ({}), which finishes it or begins anew",
        command_of(what)
    )]
    Unfinished {
        /// What was under way, such as `a restore`.
        what: String,
    },
    /// A stored value is not what this program writes.
    #[error("the database holds an unexpected value: {0}")]
    Unexpected(String),
    /// More waits for the database than it can do soon.
    #[error("the database cannot keep up; try again")]
    Overloaded,
    /// Something is, or was to be, encrypted under a master key that this process must not use, or does not have.
    #[error(
        "another master key encrypts than this server knows, or a key is missing here (see `claviger keys list`); try again"
    )]
    OtherKey,
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

// Not as their `source`: what they say is part of the text, and would be told twice.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl StoreError {
    /// Whether this passes, by itself or when the operator sees to it: the database cannot be reached or written to, or
    /// has more to do than it can. The same request may go well later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code().is_some_and(is_passing_in_sqlite),
            Self::Postgres(error) => is_passing_in_postgres(error),
            Self::Commit(error) | Self::Batch(error) => error.is_passing(),
            Self::Unreachable(_) | Self::Overloaded | Self::OtherKey => true,
            Self::Newer { .. }
            | Self::Unfinished { .. }
            | Self::Unexpected(_)
            | Self::Panicked
            | Self::Closed
            | Self::Configuration(_) => false,
        }
    }

    /// Whether the disk of a SQLite file takes no more, or does not do as it is told.
    pub fn is_of_disk(&self) -> bool {
        match self {
            Self::Sqlite(error) => {
                matches!(error.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
            }
            Self::Commit(error) | Self::Batch(error) => error.is_of_disk(),
            _ => false,
        }
    }

    /// As [`Self::advice`], for the log of a running server, which goes on by itself once what passes has passed.
    pub fn advice_to_server(&self) -> String {
        let more = if self.is_passing() { "; nothing has to be restarted" } else { "" };
        self.advice().map(|advice| format!("{advice}{more}")).unwrap_or_default()
    }

    /// What the operator should do about it, where that can be told.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite(error) => error.sqlite_error_code().and_then(advice_for_sqlite),
            Self::Postgres(error) if is_passing_in_postgres(error) => Some(POSTGRES_AWAY),
            Self::Commit(error) | Self::Batch(error) => error.advice(),
            Self::Unreachable(_) => Some(POSTGRES_AWAY),
            _ => None,
        }
    }
}

const POSTGRES_AWAY: &str = "see whether PostgreSQL runs, has room on its disk, and can be reached";

/// The command that fills a database so.
fn command_of(what: &str) -> &'static str {
    if what == "a move" { "claviger migrate-store" } else { "claviger backup restore" }
}

fn is_passing_in_sqlite(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::OutOfMemory
            | ErrorCode::FileLockingProtocolFailed
    )
}

fn advice_for_sqlite(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::DiskFull => "the disk of the data folder is full: make room there",
        ErrorCode::SystemIoFailure => {
            "the disk of the data folder does not do as it is told: see whether it is full or failing (dmesg), and \
             whether this process may open more files"
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen => {
            "the data folder or the database in it cannot be written: see whose they are, their permissions, and \
             whether the disk is mounted read-only"
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            "another program holds the database: end it, or wait until it is done"
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => DAMAGED,
        _ => return None,
    })
}

/// What to do about a damaged database file.
pub(crate) const DAMAGED: &str = "the database file is damaged: stop the server, keep a copy of the file and of those \
    beside it, and restore a backup; `claviger doctor` looks at it without changing it";

/// What the server could not do for now, as against what it will never do.
fn is_passing_in_postgres(error: &postgres::Error) -> bool {
    match error.code() {
        // Connections, resources (the disk too), the server's operator, conflicts; and a standby that only reads.
        Some(code) => {
            ["08", "53", "57", "58", "40"].contains(&code.code().get(..2).unwrap_or_default())
                || *code == postgres::error::SqlState::READ_ONLY_SQL_TRANSACTION
        }
        // Whatever else comes without a code is of values that this program and the table do not agree about.
        None => {
            let source = std::error::Error::source(error);
            error.is_closed() || source.is_none_or(<dyn std::error::Error>::is::<std::io::Error>)
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_running_server_is_told_that_it_goes_on() {
        let away = StoreError::Unreachable("nobody answers".into());
        assert!(!away.advice().unwrap().contains("restarted"));
        assert!(away.advice_to_server().ends_with("can be reached; nothing has to be restarted"));
        assert_eq!(StoreError::Closed.advice_to_server(), "");
    }

    #[test]
    fn what_is_unfinished_names_its_command() {
        for (what, command) in
            [("a restore", "claviger backup restore"), ("a move", "claviger migrate-store")]
        {
            let told = StoreError::Unfinished { what: what.into() }.to_string();
            assert!(told.contains(&format!("run the same command again ({command})")), "{told}");
        }
    }
}
