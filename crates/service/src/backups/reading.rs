//! Reading a backup into a database that is being filled.

use std::io::Read;

use claviger_archive::{ArchiveError, Body, Event, Header, Reader, Summary, age::Unlock};
use claviger_store::{
    Conn, Database, StoreError,
    carry::{self, Loading, Written},
};

use super::{
    error::BackupError,
    files::Files,
    made_key::{self, KeyState},
    pace::{Pace, Paced},
    place::Place,
    shelf::Progress,
};
use crate::shared::master_key::MasterKeySource;

/// How often progress is told, in rows.
const TOLD: u64 = 10_000;
/// Reading a backup rests so many times as long as it works: it is three times the work of making one.
const RESTS: u32 = 2;

type Frames = Reader<Body<Box<dyn Read + Send>>>;

/// What was read and written.
pub(super) struct Loaded {
    pub(super) header: Header,
    pub(super) summary: Summary,
    /// Texts that PostgreSQL cannot hold as they were.
    pub(super) changed: u64,
}

/// What to read, and how.
pub(super) struct Reading<'a> {
    pub(super) place: &'a Place,
    pub(super) name: &'a str,
    pub(super) unlock: &'a Unlock,
    pub(super) now: i64,
    /// Tables whose rows are read and not written.
    pub(super) without: &'a [&'a str],
    pub(super) pace: Pace,
    pub(super) progress: &'a (dyn Fn(Progress) + Sync),
}

impl Reading<'_> {
    /// Fills a database; `then` may look at it and change it before it is whole. Where files go is asked once the database
    /// is found to be empty and held: whoever is refused has touched nothing.
    pub(super) fn fill_database<T>(
        &self,
        database: &Database,
        files: impl FnOnce() -> Result<Files, BackupError>,
        what: &str,
        then: impl FnOnce(&mut Conn<'_>) -> Result<T, BackupError>,
    ) -> Result<(Loaded, T), BackupError> {
        let mut body = self.open()?;
        let header = body.header().clone();
        let loading = Loading { schema: header.schema, now: self.now, what };
        let (loaded, outcome, files) = carry::load(database, loading, files, |conn, mut files| {
            carry::check(conn, &header.tables)?;
            let (summary, changed) = self.fill(conn, &mut body, &header, &mut files)?;
            body.into_inner().finish()?;
            let outcome = then(conn)?;
            files.place()?;
            Ok::<_, BackupError>((Loaded { header, summary, changed }, outcome, files))
        })?;
        files.finish()?;
        Ok((loaded, outcome))
    }

    /// Whether the master key at hand opens what the backup holds; nothing is written.
    pub(super) fn look_at_key(&self, master_key: &MasterKeySource) -> Result<KeyState, BackupError> {
        made_key::look_ahead(&mut self.open()?, master_key)
    }

    fn open(&self) -> Result<Frames, BackupError> {
        Ok(Reader::new(Body::new(self.place.open(self.name)?, self.unlock)?)?)
    }

    fn fill(
        &self,
        conn: &mut Conn<'_>,
        body: &mut Frames,
        header: &Header,
        files: &mut Files,
    ) -> Result<(Summary, u64), BackupError> {
        let of = header.tables.iter().fold(0_u64, |all, table| all.saturating_add(table.rows));
        let (mut progress, mut told) = (Progress { rows: 0, of, files: 0 }, 0);
        let (mut table, mut written, mut changed) = (None, Written::default(), 0);
        let mut paced = Paced::begin(self.pace, RESTS);
        loop {
            paced.rest();
            match body.advance()? {
                Event::Table(index) => {
                    table = header.tables.get(index);
                    written = Written::default();
                }
                Event::Rows(rows) => {
                    let table = table.ok_or(ArchiveError::Damaged("its frames are in no order"))?;
                    if !self.without.contains(&table.name.as_str()) {
                        carry::insert(conn, table, rows, &mut written)
                            .map_err(|error| not_taken(error, &table.name))?;
                    }
                }
                Event::TableEnd(end) => {
                    if let Some(table) = table.take()
                        && !self.without.contains(&table.name.as_str())
                        && carry::sum(conn, table)? != written.sum
                    {
                        return Err(BackupError::Refused(format!(
                            "the table {} does not hold what was written into it",
                            table.name
                        )));
                    }
                    changed += written.changed;
                    progress.rows += end.rows;
                }
                Event::File(entry) => files.begin(&entry)?,
                Event::Data(data) => files.data(data)?,
                Event::FileEnd => {
                    files.end()?;
                    progress.files += 1;
                }
                Event::End(summary) => {
                    (self.progress)(progress);
                    return Ok((summary, changed));
                }
            }
            let now = progress.rows + written.sum.rows();
            if now / TOLD != told {
                told = now / TOLD;
                (self.progress)(Progress { rows: now.min(of), ..progress });
            }
        }
    }
}

/// What was changed in a backup may meet the rules of the database before the digest of its table is looked at.
fn not_taken(error: StoreError, table: &str) -> BackupError {
    match &error {
        StoreError::Sqlite(_) | StoreError::Postgres(_) if !error.is_passing() => BackupError::Refused(
            format!("the backup is damaged: the database does not take rows of its table {table}: {error}"),
        ),
        _ => error.into(),
    }
}
