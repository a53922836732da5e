//! SQLite: one writer that commits in groups, and a few readers, each on a thread of its own.

use std::{
    convert::Infallible,
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use claviger_domain::Seldom;
use claviger_files::open_private;
use claviger_metrics::Histogram;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};
use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};
use tokio::sync::oneshot;

use super::stray;
use crate::{Result, StoreError};

/// How long to wait for another process (the command line) to finish its change.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// How often to look whether it has.
const BUSY_LOOK: Duration = Duration::from_millis(10);
/// After so many looks the log tells of it.
const BUSY_TOLD: i32 = 200;
/// Changes that may share one commit.
const GROUP_MAX: usize = 1024;
/// Changes and look-ups that may wait; more are refused.
const QUEUE_MAX: usize = 16_384;

/// Size in bytes to which the write-ahead log is cut where it is larger.
const LOG_KEPT: u64 = 16 * 1024 * 1024;
/// How often it is looked at.
const LOG_LOOK: Duration = Duration::from_secs(1);
/// How long cutting it may wait for readers; changes wait along.
const LOG_WAIT: Duration = Duration::from_millis(20);

/// Changes that shared a commit.
pub(crate) static GROUPS: Histogram = Histogram::of_sizes();

/// Tells a change whether the group it was part of is on disk.
type Completion = Box<dyn FnOnce(Result<(), Arc<StoreError>>) + Send>;
type Change = Box<dyn FnOnce(&Connection) -> Completion + Send>;
type Reading = Box<dyn FnOnce(&Connection) + Send>;

/// A database file.
pub struct Sqlite {
    path: PathBuf,
    changes: Sender<Change>,
    /// Session look-ups: short, and never behind anything else.
    lookups: Sender<Reading>,
    readings: Sender<Reading>,
    /// Threads end once they see it.
    closing: Arc<AtomicBool>,
    /// Disconnected once the last of them has closed the file.
    closed: Receiver<Infallible>,
}

impl Sqlite {
    /// Opens the file, making it if it is not there.
    pub fn open(path: &Path) -> Result<Self> {
        let (changes, changes_due) = crossbeam_channel::bounded(QUEUE_MAX);
        let (lookups, lookups_due) = crossbeam_channel::bounded(QUEUE_MAX);
        let (readings, readings_due) = crossbeam_channel::bounded(QUEUE_MAX);
        let mut writer = open_writer(path)?;
        let log = log_of(path);
        let closing = Arc::<AtomicBool>::default();
        let (closer, closed) = crossbeam_channel::bounded(0);
        let (left, readers_left) = crossbeam_channel::bounded::<Infallible>(0);
        let mut readers = vec![("sqlite-lookup", lookups_due)];
        readers.extend([("sqlite-reader-1", readings_due.clone()), ("sqlite-reader-2", readings_due)]);
        for (name, due) in readers {
            let (reader, left, closing) = (open_reader(path)?, left.clone(), closing.clone());
            spawn(name, move || {
                read_all(&reader, &due, &closing);
                drop(reader);
                drop(left);
            })?;
        }
        drop(left);
        let seen = closing.clone();
        spawn("sqlite-writer", move || {
            write_in_groups(&mut writer, &changes_due, &log, &seen);
            drop(changes_due);
            // Whoever closes the file last writes the log into it, which readers may not.
            let _ = readers_left.recv();
            drop(writer);
            drop(closer);
        })?;
        Ok(Self { path: path.into(), changes, lookups, readings, closing, closed })
    }

    /// Closes the file once what was asked for is written: whoever has it open last writes the log into it and removes the
    /// log. Blocks, for so long at most; `false`: that was too short. What is asked for later is refused.
    pub fn close(&self, within: Duration) -> bool {
        self.closing.store(true, Ordering::SeqCst);
        // So that each thread looks; where one is too busy to be told, it looks anyway.
        let _ = self.lookups.try_send(Box::new(|_| {}));
        for _ in 0..2 {
            let _ = self.readings.try_send(Box::new(|_| {}));
        }
        let _ = self.changes.try_send(Box::new(|_| Box::new(|_| {})));
        matches!(self.closed.recv_timeout(within), Err(RecvTimeoutError::Disconnected))
    }

    /// Runs `change` in the writer's next group; returns once that group is on disk. A change that fails is undone
    /// alone.
    pub async fn write<T, E, F>(&self, change: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: Change = Box::new(move |connection| {
            let outcome = undo_if_failed(connection, change);
            Box::new(move |committed| {
                let outcome = match committed {
                    Ok(()) => outcome,
                    Err(error) => outcome.and(Err(StoreError::Commit(error).into())),
                };
                // The caller may have gone away; the change stays all the same.
                let _ = sender.send(outcome);
            })
        });
        self.changes.try_send(job).map_err(|error| refused(&error))?;
        receiver.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs a session look-up on its own reader, in one transaction.
    pub async fn look_up<T, F>(&self, lookup: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        read_on(&self.lookups, lookup).await
    }

    /// Runs a reading in one transaction.
    pub async fn read<T, E, F>(&self, reading: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        read_on(&self.readings, reading).await
    }

    /// Runs a long reading in one transaction, on the caller's thread and a connection of its own.
    pub fn read_apart<T, E, F>(&self, reading: F) -> Result<T, E>
    where
        E: From<StoreError>,
        F: FnOnce(&Connection) -> Result<T, E>,
    {
        in_snapshot(&self.open_reader()?, reading)
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// How many wait in each lane.
    pub(super) fn waiting(&self) -> [(&'static str, usize); 3] {
        [("write", self.changes.len()), ("look_up", self.lookups.len()), ("read", self.readings.len())]
    }

    /// A connection for one long reading on a thread of the caller's.
    pub fn open_reader(&self) -> Result<Connection> {
        open_reader(&self.path)
    }
}

/// The connection that changes things.
pub(crate) fn open_writer(path: &Path) -> Result<Connection> {
    stray::refuse(path)?;
    make_private(path)?;
    let mut connection = Connection::open(path)?;
    prepare_once(&mut connection)?;
    write_ahead(&connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    // What a reader made grow is given back when the log begins anew.
    connection.pragma_update(None, "journal_size_limit", LOG_KEPT as i64)?;
    connection.pragma_update(None, "cache_size", -8192)?;
    Ok(connection)
}

/// Turns on the write-ahead log. When two processes do so on a new file at once, SQLite tells one that it is busy
/// without waiting; so this waits.
fn write_ahead(connection: &Connection) -> Result<()> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < BUSY_TIMEOUT =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            outcome => return Ok(outcome?),
        }
    }
}

/// Makes the file such that only its owner can read it; SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> Result<()> {
    open_private(path).map(drop).map_err(|error| unwritable(path, &error))
}

/// Why a file, or what is to be beside it, cannot be made or written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Configuration(format!(
        "the database {} cannot be written: {error}; see whose the folder is, its permissions, and whether it is mounted \
         read-only",
        path.display()
    ))
}

fn open_reader(path: &Path) -> Result<Connection> {
    stray::refuse(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    prepare_once(&mut connection)?;
    connection.pragma_update(None, "cache_size", -4096)?;
    Ok(connection)
}

/// Runs a long reading of a file that nothing else of this program has open.
pub(crate) fn read_file<T, E: From<StoreError>>(
    path: &Path,
    reading: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    stray::refuse(path)?;
    if !path.exists() {
        return Err(StoreError::Configuration(format!("there is no database at {}", path.display())).into());
    }
    in_snapshot(&open_reader(path)?, reading)
}

/// The first damage that SQLite finds in the file, if any.
pub(crate) fn damage(path: &Path) -> Result<Option<String>> {
    let found: String = open_reader(path)?.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((found != "ok").then_some(found))
}

/// Keeps prepared statements. Without the planner's stability guarantee SQLite would plan some of them anew whenever
/// a parameter is bound: measured at half the cost of a session look-up.
fn prepare_once(connection: &mut Connection) -> Result<()> {
    connection.busy_handler(Some(wait_for_others))?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Waits for whoever holds the database, and tells of it; `false` ends the waiting.
fn wait_for_others(looks: i32) -> bool {
    static TOLD: Seldom = Seldom::new();
    if looks == BUSY_TOLD && TOLD.is_due(Instant::now()) {
        tracing::warn!(
            seconds = BUSY_TIMEOUT.as_secs(),
            "another program holds the database; changes wait for it, and are refused after some seconds"
        );
    }
    thread::sleep(BUSY_LOOK);
    BUSY_LOOK.saturating_mul(looks.unsigned_abs()) < BUSY_TIMEOUT
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let spawned = thread::Builder::new().name(name.into()).spawn(run);
    spawned.map(|_| ()).map_err(|error| StoreError::Configuration(format!("cannot start a thread: {error}")))
}

/// Why something cannot be asked for.
fn refused<T>(error: &TrySendError<T>) -> StoreError {
    match error {
        TrySendError::Full(_) => StoreError::Overloaded,
        TrySendError::Disconnected(_) => StoreError::Closed,
    }
}

fn write_in_groups(connection: &mut Connection, due: &Receiver<Change>, log: &Path, closing: &AtomicBool) {
    let mut looked = Instant::now();
    while !(closing.load(Ordering::SeqCst) && due.is_empty()) {
        let first = due.recv_timeout(LOG_LOOK);
        if looked.elapsed() >= LOG_LOOK {
            looked = Instant::now();
            cut(connection, log);
        }
        let first = match first {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let group = std::iter::once(first).chain(due.try_iter().take(GROUP_MAX - 1));
        let begun = control(connection, "BEGIN IMMEDIATE");
        let completions: Vec<Completion> = group.map(|change| change(connection)).collect();
        GROUPS.count(completions.len() as u64);
        let committed = begun.and_then(|()| control(connection, "COMMIT"));
        let committed = committed.map_err(|error| {
            tell_unsaved(&error);
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            Arc::new(error)
        });
        for complete in completions {
            complete(committed.clone());
        }
    }
}

/// Once a minute: each change that is asked for would tell of the same full disk.
fn tell_unsaved(error: &StoreError) {
    static TOLD: Seldom = Seldom::new();
    if !error.is_passing() || TOLD.is_due(Instant::now()) {
        let advice = error.advice_to_server();
        tracing::error!(%error, advice, "a group of changes was not saved");
    }
}

/// The write-ahead log of a database.
pub(crate) fn log_of(path: &Path) -> PathBuf {
    stray::beside(path, "-wal")
}

/// Cuts the write-ahead log where readers had made it grow, unless one still needs it.
fn cut(connection: &mut Connection, log: &Path) {
    // As large as it gets until it begins anew by itself, and half as much again.
    let max = LOG_KEPT + LOG_KEPT / 2;
    if fs::metadata(log).is_ok_and(|log| log.len() > max) {
        let cut = || {
            connection.busy_timeout(LOG_WAIT)?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))
        };
        if let Err(error) = cut() {
            tracing::debug!(%error, "the write-ahead log is not cut");
        }
        // Instead of the time limit: there is only one of both.
        if let Err(error) = connection.busy_handler(Some(wait_for_others)) {
            tracing::error!(%error, "the database's time limit cannot be set");
        }
    }
}

fn undo_if_failed<T, E: From<StoreError>>(
    connection: &Connection,
    change: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    if connection.is_autocommit() {
        // The group could not begin (the disk, or another process): nothing may be written outside of it.
        return Err(StoreError::Overloaded.into());
    }
    control(connection, "SAVEPOINT change")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| change(connection)));
    let outcome = outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()));
    if outcome.is_err() {
        control(connection, "ROLLBACK TO change")?;
    }
    control(connection, "RELEASE change")?;
    outcome
}

/// Runs a statement that begins or ends something; prepared once, since it comes with every batch.
fn control(connection: &Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

fn read_all(connection: &Connection, due: &Receiver<Reading>, closing: &AtomicBool) {
    while !closing.load(Ordering::SeqCst)
        && let Ok(reading) = due.recv()
    {
        reading(connection);
    }
}

async fn read_on<T, E, F>(lane: &Sender<Reading>, reading: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
{
    let (sender, receiver) = oneshot::channel();
    let job: Reading = Box::new(move |connection| {
        let _ = sender.send(in_snapshot(connection, reading));
    });
    lane.try_send(job).map_err(|error| refused(&error))?;
    receiver.await.map_err(|_| StoreError::Closed)?
}

fn in_snapshot<T, E: From<StoreError>>(
    connection: &Connection,
    reading: impl FnOnce(&Connection) -> Result<T, E>,
) -> Result<T, E> {
    control(connection, "BEGIN")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| reading(connection)));
    // Also after a panic: others come to this connection.
    control(connection, "ROLLBACK")?;
    outcome.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
}
