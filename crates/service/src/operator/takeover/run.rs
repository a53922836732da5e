//! A takeover from its beginning to its end.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use claviger_domain::Secret;
use claviger_store::{Conn, StoreError, takeover};
use tokio::sync::mpsc;

use super::{
    apps::Target,
    batches::{Batch, Leftovers, Owners, read_pass},
    choice::{Found, choose},
    export::Export,
    plan::Takeover,
    record::Record,
    report::{LeftOut, TableReport, TakeoverReport},
    slice::{Fate, Mode, Seen, Slice},
    survey::{Survey, survey},
    tables::{APPS, PASSES, TABLES, Table, why_left_out},
};
use crate::{AuditEntry, Service, ServiceError, backups::Progress, shared::by::by};

/// Slices that wait for the database.
const AHEAD: usize = 2;
/// Notes of what was made that one transaction lets go of.
const FORGOTTEN: i64 = 2000;

/// A run.
struct Run {
    targets: Vec<Target>,
    digest: Arc<str>,
    dry: bool,
    open: bool,
    seen: Arc<Mutex<Seen>>,
    /// How far each table of each application was before.
    upto: HashMap<(usize, usize), i64>,
    tables: Vec<TableReport>,
    again: bool,
}

impl Service {
    /// Takes what another server had into an owner's applications here, in slices: after a crash the same goes on where it
    /// was, and done twice it makes nothing more. What is there stays as it is. A dry run changes nothing. Running servers may
    /// go on meanwhile; they see new applications within a second.
    ///
    /// # Errors
    /// When the export cannot be read, which is noticed before anything is changed, or the database fails.
    pub async fn take_over(
        &self,
        plan: &Takeover,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<TakeoverReport, ServiceError> {
        let path = plan.path.clone();
        let (export, mut found) = blocking(move || {
            let export = Export::open(&path)?;
            let found = survey(&export)?;
            Ok((export, found))
        })
        .await?;
        let mut report = TakeoverReport { dry_run: plan.dry_run, ..TakeoverReport::default() };
        let mut choice = choose(plan, mem::take(&mut found.apps), export.is_dump)?;
        report.notes.append(&mut choice.notes);
        let others = mem::take(&mut choice.others);
        let targets = self.takeover_targets(plan, choice, &mut report).await?;
        let owners = owners(export.is_dump, &targets, &others);
        let mut run = Run {
            targets,
            digest: found.digest.as_str().into(),
            dry: plan.dry_run,
            open: plan.first_login_sets_password || export.is_dump,
            seen: Arc::default(),
            upto: HashMap::new(),
            tables: TABLES
                .iter()
                .map(|table| TableReport { table: table.name.into(), ..TableReport::default() })
                .collect(),
            again: false,
        };
        if !run.targets.is_empty() {
            self.take_passes(&mut run, export.clone(), owners, found.of_interest(), progress, &mut report)
                .await?;
        }
        self.finish_takeover(plan, &run).await?;
        Ok(told(report, run, &found, export.is_dump))
    }

    async fn take_passes(
        &self,
        run: &mut Run,
        export: Export,
        owners: Owners,
        of: u64,
        progress: &(dyn Fn(Progress) + Sync),
        report: &mut TakeoverReport,
    ) -> Result<(), ServiceError> {
        let (owners, mut rows) = (Arc::new(owners), 0);
        let mut strays: HashMap<&'static str, u64> = HashMap::new();
        for pass in 1..=PASSES {
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
        let strays: Vec<_> = strays.into_iter().map(|(table, rows)| format!("{rows} of `{table}`")).collect();
        if !strays.is_empty() {
            report.notes.push(format!(
                "rows of applications that are not in the export are not taken: {}",
                strays.join(", ")
            ));
        }
        Ok(())
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
        for (mode, records) in [(Mode::Again, records), (mode, rest)] {
            if records.is_empty() {
                continue;
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
        let (app, paused, open, seen) = (*app, *paused, run.open, run.seen.clone());
        let (now, random) = (self.clock.now(), self.random.clone());
        let last = records.last().map_or(0, |record| record.number);
        let work = move |conn: &mut Conn<'_>| {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let (source, random, seen) = (&*digest, &*random, &mut *seen);
            let mut slice =
                Slice { conn, app, target, paused, source, mode, open, now, random, seen, records };
            let fates = (TABLES[table].take)(&mut slice)?;
            let Slice { conn, records, .. } = slice;
            if mode == Mode::Make {
                takeover::set_upto(conn, app, &digest, TABLES[table].name, last, now)?;
            }
            Ok::<_, StoreError>((records, fates))
        };
        if mode == Mode::Make { self.store.db().write(work).await } else { self.store.db().read(work).await }
    }

    /// Addresses that are no hashes yet become what is kept of addresses here.
    fn hide_addresses(&self, records: &mut [Record]) {
        for record in records {
            record.replace("email", |email| email.contains('@').then(|| self.email_hash(email)));
        }
    }

    /// Lets go of what only a run needs to know, and tells the audit logs.
    async fn finish_takeover(&self, plan: &Takeover, run: &Run) -> Result<(), ServiceError> {
        if run.dry {
            return Ok(());
        }
        let counts = run.tables.iter().filter(|table| table.taken > 0);
        let changes: Vec<String> = counts.map(|table| format!("{}: {}", table.table, table.taken)).collect();
        for target in &run.targets {
            let app = target.id;
            loop {
                let digest = run.digest.clone();
                let forget = move |conn: &mut Conn<'_>| takeover::forget_made(conn, app, &digest, FORGOTTEN);
                if !self.store.db().write::<_, StoreError, _>(forget).await? {
                    break;
                }
            }
            if !changes.is_empty() {
                let entry = AuditEntry {
                    actor: by().to_string(),
                    action: "import keyauth".into(),
                    target: target.name.clone(),
                    ip: String::new(),
                    changes: changes.join("; "),
                };
                let opened = self.app(&plan.owner, &target.name).await?;
                self.record_audit(&opened, entry).await?;
            }
        }
        self.renew_catalog().await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServiceError> + Send + 'static,
) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ServiceError::System(error.to_string()))?
}

/// Which application a row of the export is of.
fn owners(is_dump: bool, targets: &[Target], others: &[Secret]) -> Owners {
    if !is_dump {
        return Owners::One;
    }
    let bytes = |secret: &Secret| secret.expose().as_bytes().to_vec();
    let mut secrets: HashMap<_, _> = others.iter().map(|secret| (bytes(secret), None)).collect();
    for (at, target) in targets.iter().enumerate() {
        secrets.extend(target.secret.as_ref().map(|secret| (bytes(secret), Some(at))));
    }
    Owners::BySecret(secrets)
}

fn told(mut report: TakeoverReport, run: Run, found: &Survey, is_dump: bool) -> TakeoverReport {
    report.again = run.again;
    let taken = |name: &str| Table::of(name).is_some_and(|table| run.tables[table].taken > 0);
    if taken("users") && !run.open {
        report.notes.push(
            "replies of the Seller API tell no passwords: users whose password is not in them cannot sign in until they get \
             one (`claviger user set-password`, `resetpw`, or a mail by `forgot`); to let the first login set it, add \
             --first-login-sets-password"
                .into(),
        );
    }
    let team: Vec<&str> = found.team.iter().map(|(_, name)| name.as_str()).collect();
    if !team.is_empty() {
        report.notes.push(format!("managers and resellers are not taken: {}", team.join(", ")));
    }
    let is_left_out = |name: &str| Table::of(name).is_none() && !(is_dump && name.eq_ignore_ascii_case(APPS));
    let told_by_replies = |name: &str| !is_dump && Found::REPLIES.contains(&name);
    report.left_out = found
        .rows
        .iter()
        .filter(|(name, _)| is_left_out(name) && !told_by_replies(name))
        .map(|(name, rows)| LeftOut { table: name.clone(), rows: *rows, why: why_left_out(name).into() })
        .collect();
    let any = |table: &TableReport| table.taken + table.there + table.refused > 0;
    report.tables = run.tables.into_iter().filter(any).collect();
    report
}
