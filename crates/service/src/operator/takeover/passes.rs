//! The passes over an export: rows as they come, in slices, each of which goes on where a run before was cut off.

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
    /// How far each table of each application was before.
    upto: HashMap<(usize, usize), i64>,
    pub(super) tables: Vec<TableReport>,
    /// Some rows were dealt with by a run before.
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
            upto: HashMap::new(),
            tables: TABLES.iter().map(table).collect(),
            again: false,
        }
    }
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

    /// Deals with some rows: those that a run before dealt with, and the others.
    async fn take_batch(
        &self,
        run: &mut Run,
        Batch { table, target, mut records }: Batch,
    ) -> Result<(), ServiceError> {
        if table == Table::of("users").unwrap_or_default() {
            self.hide_addresses(&mut records);
        }
        let app = run.targets[target].id;
        let upto = match run.upto.get(&(table, target)) {
            Some(upto) => *upto,
            None => {
                let (digest, name) = (run.digest.clone(), TABLES[table].name);
                let read = move |conn: &mut Conn<'_>| takeover::upto(conn, app, &digest, name);
                let upto = self.store.db().read::<_, StoreError, _>(read).await?;
                run.upto.insert((table, target), upto);
                upto
            }
        };
        let done = records.iter().take_while(|record| record.number <= upto).count();
        let rest = records.split_off(done);
        run.again |= done > 0;
        let mode = if run.dry { Mode::Tell } else { Mode::Make };
        for (mode, mut records) in [(Mode::Again, records), (mode, rest)] {
            if records.is_empty() {
                continue;
            }
            if let Some(usual) = run.usual.as_deref() {
                let (open, now) = (run.open, self.clock.now());
                let is_fit = |record: &Record| users::user_of(record, open, Some(usual), now).is_ok();
                self.hash_passwords(app, mode, &mut records, is_fit).await?;
            }
            let (records, fates) = self.take_slice(run, (table, target), mode, records).await?;
            let report = &mut run.tables[table];
            for (record, fate) in records.iter().zip(fates) {
                report.count(record, TABLES[table].label, fate);
            }
        }
        Ok(())
    }

    async fn take_slice(
        &self,
        run: &Run,
        (table, target): (usize, usize),
        mode: Mode,
        records: Vec<Record>,
    ) -> Result<(Vec<Record>, Vec<Fate>), StoreError> {
        let (Target { id: app, paused, .. }, digest) = (&run.targets[target], run.digest.clone());
        let (app, paused, open, seen, usual) = (*app, *paused, run.open, run.seen.clone(), run.usual.clone());
        let (now, random) = (self.clock.now(), self.random.clone());
        let last = records.last().map_or(0, |record| record.number);
        let work = move |conn: &mut Conn<'_>| {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let (source, random, seen, usual) = (&*digest, &*random, &mut *seen, usual.as_deref());
            let mut slice =
                Slice { conn, app, target, paused, source, mode, open, usual, now, random, seen, records };
            let fates = (TABLES[table].take)(&mut slice)?;
            let Slice { conn, records, .. } = slice;
            if mode == Mode::Make {
                takeover::set_upto(conn, app, &digest, TABLES[table].name, last, now)?;
            }
            Ok::<_, StoreError>((records, fates))
        };
        if mode == Mode::Make { self.store.db().write(work).await } else { self.store.db().read(work).await }
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
