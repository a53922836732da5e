//! The passes over an export: rows as they come, in slices. What another run over the same export has dealt with, before or at
//! the same time, is not made again: each slice looks where that one is.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use claviger_store::{Conn, StoreError, takeover};
use tokio::sync::mpsc;

use super::{
    apps::Target,
    batches::{Batch, Leftovers, Owners, read_pass},
    export::Export,
    plan::Usual,
    record::Record,
    report::TableReport,
    slice::{Fate, Mode, Seen, Slice},
    tables::{TABLES, Table},
    users,
};
use crate::{Service, ServiceError, backups::Progress};

/// Slices that wait for the database.
const AHEAD: usize = 2;
/// Notes of what was made that one transaction lets go of.
const FORGOTTEN: i64 = 2000;

/// A run.
pub(super) struct Run {
    pub(super) targets: Vec<Target>,
    pub(super) digest: Arc<str>,
    pub(super) dry: bool,
    pub(super) open: bool,
    /// Of a list: what its users have where it does not say it.
    pub(super) usual: Option<Arc<Usual>>,
    seen: Arc<Mutex<Seen>>,
    pub(super) tables: Vec<TableReport>,
    /// Some rows were dealt with by another run, before or meanwhile.
    pub(super) again: bool,
}

impl Run {
    /// A run over the export of a digest.
    pub(super) fn new(targets: Vec<Target>, digest: &str, dry: bool) -> Self {
        let table = |table: &Table| TableReport { table: table.name.into(), ..TableReport::default() };
        Self {
            targets,
            digest: digest.into(),
            dry,
            open: false,
            usual: None,
            seen: Arc::default(),
            tables: TABLES.iter().map(table).collect(),
            again: false,
        }
    }

    /// How rows are dealt with that no other run has dealt with.
    fn mode(&self) -> Mode {
        if self.dry { Mode::Tell } else { Mode::Make }
    }
}

/// What came of some rows.
struct Taken {
    /// Another run has dealt with some of them.
    again: bool,
    rows: Vec<(Record, Fate)>,
}

/// How many rows, whose numbers rise, are among the first `upto`.
fn dealt_with(records: &[Record], upto: i64) -> usize {
    records.partition_point(|record| record.number <= upto)
}

impl Service {
    /// Takes the rows of an export, `of` as it seems. Returns how many there were of which tables for applications that are
    /// not in it.
    pub(super) async fn take_passes(
        &self,
        run: &mut Run,
        export: Export,
        owners: Owners,
        of: u64,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Vec<String>, ServiceError> {
        let (owners, mut rows) = (Arc::new(owners), 0);
        let mut strays: HashMap<&'static str, u64> = HashMap::new();
        for pass in 1..=export.passes() {
            let (sender, mut batches) = mpsc::channel::<Batch>(AHEAD);
            let (export, owners) = (export.clone(), owners.clone());
            let reading = tokio::task::spawn_blocking(move || {
                read_pass(&export, pass, &owners, &mut |batch| sender.blocking_send(batch).is_ok())
            });
            while let Some(batch) = batches.recv().await {
                rows += batch.records.len() as u64;
                self.take_batch(run, batch).await?;
                progress(Progress { rows, of, files: 0 });
            }
            let read = reading.await.map_err(|error| ServiceError::System(error.to_string()))?;
            let Leftovers { strays: more, unknown } = read?;
            strays.extend(more);
            for (name, columns) in unknown {
                if let Some(table) = Table::of(name) {
                    run.tables[table].unknown_columns = columns.into_iter().collect();
                }
            }
        }
        Ok(strays.into_iter().map(|(table, rows)| format!("{rows} of `{table}`")).collect())
    }

    /// Deals with some rows: those that another run has dealt with, and the others.
    async fn take_batch(
        &self,
        run: &mut Run,
        Batch { table, target, mut records }: Batch,
    ) -> Result<(), ServiceError> {
        if table == Table::of("users").unwrap_or_default() {
            self.hide_addresses(&mut records);
        }
        if let Some(usual) = run.usual.clone() {
            self.hide_passwords(run, (table, target), &usual, &mut records).await?;
        }
        let Taken { again, rows } = self.take_slice(run, (table, target), records).await?;
        run.again |= again;
        for (record, fate) in rows {
            run.tables[table].count(&record, TABLES[table].label, fate);
        }
        Ok(())
    }

    /// Hashes the passwords of a list, where they stand there as they were typed, but for those of rows that another run has
    /// dealt with.
    async fn hide_passwords(
        &self,
        run: &Run,
        (table, target): (usize, usize),
        usual: &Usual,
        records: &mut [Record],
    ) -> Result<(), ServiceError> {
        let (app, digest, name) = (run.targets[target].id, run.digest.clone(), TABLES[table].name);
        let read = move |conn: &mut Conn<'_>| takeover::upto(conn, app, &digest, name);
        let upto = self.store.db().read::<_, StoreError, _>(read).await?;
        let (done, rest) = records.split_at_mut(dealt_with(records, upto));
        let (open, now) = (run.open, self.clock.now());
        let is_fit = |record: &Record| users::user_of(record, open, Some(usual), now).is_ok();
        self.hash_passwords(app, Mode::Again, done, is_fit).await?;
        self.hash_passwords(app, run.mode(), rest, is_fit).await
    }

    async fn take_slice(
        &self,
        run: &Run,
        (table, target): (usize, usize),
        mut records: Vec<Record>,
    ) -> Result<Taken, StoreError> {
        let (Target { id: app, paused, .. }, digest) = (&run.targets[target], run.digest.clone());
        let (app, paused, open, seen, usual) = (*app, *paused, run.open, run.seen.clone(), run.usual.clone());
        let (now, random, mode) = (self.clock.now(), self.random.clone(), run.mode());
        let work = move |conn: &mut Conn<'_>| {
            let (source, name, usual) = (&*digest, TABLES[table].name, usual.as_deref());
            let upto = match mode {
                Mode::Make => takeover::hold_upto(conn, app, source, name, now)?,
                _ => takeover::upto(conn, app, source, name)?,
            };
            let last = records.last().map_or(0, |record| record.number);
            let rest = records.split_off(dealt_with(&records, upto));
            let mut taken = Taken { again: !records.is_empty(), rows: Vec::new() };
            for (mode, records) in [(Mode::Again, records), (mode, rest)] {
                if records.is_empty() {
                    continue;
                }
                let (conn, random) = (&mut *conn, &*random);
                let seen = &mut *seen.lock().unwrap_or_else(PoisonError::into_inner);
                let mut slice = Slice {
                    conn,
                    app,
                    target,
                    paused,
                    source,
                    mode,
                    open,
                    usual,
                    now,
                    random,
                    seen,
                    records,
                };
                let fates = (TABLES[table].take)(&mut slice)?;
                taken.rows.extend(slice.records.into_iter().zip(fates));
            }
            if mode == Mode::Make && last > upto {
                takeover::set_upto(conn, app, source, name, last, now)?;
            }
            Ok::<_, StoreError>(taken)
        };
        if run.dry { self.store.db().read(work).await } else { self.store.db().write(work).await }
    }

    /// Lets go of what was made of an export, which only a run needs to know.
    pub(super) async fn forget_made(&self, run: &Run) -> Result<(), StoreError> {
        for target in &run.targets {
            loop {
                let (app, digest) = (target.id, run.digest.clone());
                let forget = move |conn: &mut Conn<'_>| takeover::forget_made(conn, app, &digest, FORGOTTEN);
                if !self.store.db().write::<_, StoreError, _>(forget).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Addresses that are no hashes yet become what is kept of addresses here.
    fn hide_addresses(&self, records: &mut [Record]) {
        for record in records {
            record.replace("email", |email| email.contains('@').then(|| self.email_hash(email)));
        }
    }
}

/// Does something that waits for files.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ServiceError::System(error.to_string()))?
}
