//! Making a backup.

use std::{io::ErrorKind, path::PathBuf, sync::Arc};

use claviger_archive::{FileEntry, Header, Sealed, Summary, Writer, age::Lock};
use claviger_files::open_regular_itself;
use claviger_store::{
    Conn, Store,
    backups::{self, Made},
    carry,
};

use super::{
    error::BackupError,
    names,
    pace::{Pace, Paced, PacedRead},
    place::Place,
    plan::BackupPlan,
    shelf::{Progress, Unfinished},
};
use crate::{Service, shared::file_store::is_id};

/// How often progress is told, in rows.
const TOLD: u64 = 10_000;
/// Making a backup rests so many times as long as it works.
const RESTS: u32 = 5;

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its name, place, time and length.
    pub made: Made,
    /// What is in it.
    pub summary: Summary,
}

/// What to make a backup of.
struct Job<'a> {
    store: &'a Store,
    files_dir: PathBuf,
    place: &'a Place,
    lock: Option<&'a Lock>,
    pace: Pace,
    now: i64,
}

/// Makes a backup on this thread, as of one moment, while the server goes on; encrypted where there is a lock.
///
/// # Errors
/// When the database, the files or the place fail; nothing is left of it then.
pub fn make(
    service: &Service,
    place: &Place,
    lock: Option<&Lock>,
    pace: Pace,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Backup, BackupError> {
    let job = Job {
        store: &service.store,
        files_dir: service.options.files_dir.clone(),
        place,
        lock,
        pace,
        now: service.clock.now(),
    };
    job.make(progress)
}

impl Service {
    /// Notes what came of a backup, for whoever asks when the last one was made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_backup(&self, outcome: &Result<Backup, BackupError>) -> Result<(), BackupError> {
        let now = self.clock.now();
        let noted = outcome.as_ref().map(|backup| backup.made.clone()).map_err(ToString::to_string);
        let note = move |conn: &mut Conn<'_>| match &noted {
            Ok(made) => backups::record(conn, made, now),
            Err(why) => backups::record_failure(conn, now, why),
        };
        Ok(self.store.db().write(note).await?)
    }

    /// How backups stand: the last one, and what went wrong since.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn backup_state(&self) -> Result<backups::State, BackupError> {
        Ok(self.store.db().read(backups::state).await?)
    }
}

type Out = Writer<Sealed<Box<dyn Unfinished>>>;

impl Job<'_> {
    fn make(&self, progress: &(dyn Fn(Progress) + Sync)) -> Result<Backup, BackupError> {
        let name = names::of(self.now);
        let out = Sealed::new(self.place.begin(&name)?, self.lock)?;
        let (now, mut paced) = (self.now, Paced::begin(self.pace, RESTS));
        // The snapshot is left before the files are read: it keeps the database from tidying up.
        let write = |conn: &mut Conn<'_>| write_tables(conn, out, now, &mut paced, progress);
        let (mut writer, files) = self.store.read_here(write)?;
        for (entry, size) in files {
            self.add(&mut writer, &entry, size, &mut paced)?;
        }
        let (summary, out) = writer.finish()?;
        let (bytes, out) = out.finish()?;
        out.keep(bytes)?;
        let made = Made { at: self.now, name, place: self.place.label().into(), bytes: bytes.cast_signed() };
        Ok(Backup { made, summary })
    }

    fn add(
        &self,
        writer: &mut Out,
        entry: &FileEntry,
        size: i64,
        paced: &mut Paced,
    ) -> Result<(), BackupError> {
        if !is_id(&entry.id) {
            writer.missed();
            return Ok(());
        }
        let path = self.files_dir.join(entry.app.to_string()).join(&entry.id);
        match open_regular_itself(&path) {
            // Deleted a moment ago, or never whole; or what stands in its place is no upload.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidInput) => {
                writer.missed();
            }
            // One that somebody else put there must not keep all others from being backed up.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                tracing::warn!(path = %path.display(), %error, "an upload is not in the backup: it cannot be read");
                writer.missed();
            }
            opened => {
                let content = opened.map_err(BackupError::file(format!("cannot read {}", path.display())))?;
                if writer.file(entry, PacedRead(content, paced))? != size.unsigned_abs() {
                    writer.missed();
                }
            }
        }
        Ok(())
    }
}

fn write_tables(
    conn: &mut Conn<'_>,
    out: Sealed<Box<dyn Unfinished>>,
    now: i64,
    paced: &mut Paced,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<(Out, Vec<(FileEntry, i64)>), BackupError> {
    let (schema, tables) = carry::describe(conn)?;
    let database = if matches!(conn, Conn::Sqlite(_)) { "sqlite" } else { "postgres" };
    let program = env!("CARGO_PKG_VERSION").to_owned();
    let header = Header { schema, made: now, program, database: database.into(), tables };
    let of = header.tables.iter().map(|table| table.rows).sum();
    let mut writer = Writer::new(out, &header)?;
    let mut rows = 0;
    for table in &header.tables {
        writer.table(&table.name)?;
        carry::each_row::<BackupError>(conn, table, &mut |row| {
            rows += 1;
            if rows % TOLD == 0 {
                progress(Progress { rows, of, files: 0 });
            }
            writer.row(row)?;
            paced.rest();
            Ok(())
        })?;
        writer.end_table()?;
    }
    progress(Progress { rows, of, files: 0 });
    Ok((writer, uploads(conn)?))
}

/// The uploads, and how large they should be.
fn uploads(conn: &mut Conn<'_>) -> Result<Vec<(FileEntry, i64)>, BackupError> {
    let rows = conn.query("SELECT app, id, size FROM files WHERE url IS NULL ORDER BY app, id", &[])?;
    let read = rows.iter().map(|row| Ok((FileEntry { app: row.get(0)?, id: row.get(1)? }, row.get(2)?)));
    read.collect()
}

/// The service itself, for threads.
impl Service {
    /// Makes a backup on a thread of its own, and notes what came of it.
    pub(crate) async fn make_apart(self: &Arc<Self>, plan: &BackupPlan) -> Result<Backup, BackupError> {
        let (service, plan) = (self.clone(), plan.clone());
        let work = move || make(&service, &plan.place, plan.lock.as_ref(), Pace::Gentle, &|_| {});
        let outcome = apart(work).await;
        self.note_backup(&outcome).await?;
        outcome
    }
}

/// Runs what may wait for a place on a thread of its own, for which no stop of the server waits.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let run = move || {
        let _ = sender.send(work());
    };
    let spawned = std::thread::Builder::new().name("backup".into()).spawn(run);
    spawned.map_err(BackupError::file("cannot start a thread"))?;
    let ended = Err(BackupError::Refused("the thread for backups ended unexpectedly".into()));
    receiver.await.unwrap_or(ended)
}
