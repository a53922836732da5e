//! Writing down what happened in each application, and how many sessions live, for the plots of the last hours and days.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use claviger_store::{
    Conn, StoreError,
    activity::{self, HOUR, MINUTE},
    report_counts,
    sessions::shared,
};

use crate::{Service, ServiceError, error::log_work, shared::tally::Taken};

/// How often it is written down what happened: also at each full minute, so that little gets into the next.
const FLUSH_MS: u64 = 10_000;
/// Applications that one transaction writes of.
const TOGETHER: usize = 200;
/// Seconds that counts by the minute are kept.
pub(crate) const MINUTES_KEPT: i64 = 48 * HOUR;
/// Seconds that counts by the day are kept.
pub(crate) const DAYS_KEPT: i64 = 400 * 24 * HOUR;
/// Seconds that counts by the hour are kept.
pub(crate) const HOURS_KEPT: i64 = 92 * 24 * HOUR;

/// How long one snapshot is held for counting, in which applications are counted one after the other.
const SNAPSHOT: Duration = Duration::from_millis(500);

/// Counts of some applications.
struct Counted {
    /// Numbers of applications, with their live sessions, and about how many of these nobody is signed in to.
    apps: Vec<(i64, i64, i64)>,
    /// The application after which it goes on; `None` at the end.
    after: Option<i64>,
}

/// Counts the live sessions of the applications after one. Who is signed in is only counted where it matters, which it does
/// from half of `max` sessions on.
fn count_some(conn: &mut Conn<'_>, after: i64, now: i64, max: i64) -> Result<Counted, StoreError> {
    let (begun, mut apps, mut app) = (Instant::now(), Vec::new(), after);
    while let Some(next) = shared::next_app(conn, app)? {
        app = next;
        // Another node may have been first.
        let live = match activity::last_live(conn, app, now - now.rem_euclid(MINUTE))? {
            Some((live, _)) => live,
            None => shared::count(conn, app, now)?,
        };
        // Far fewer begin within a minute.
        let strangers = match live < max / 2 {
            true => live,
            false => {
                let (all, signed_in) = shared::count_signed_in(conn, app, now)?;
                all - signed_in
            }
        };
        apps.push((app, live, strangers));
        if begun.elapsed() >= SNAPSHOT {
            return Ok(Counted { apps, after: Some(app) });
        }
    }
    Ok(Counted { apps, after: None })
}

/// Writes down what happened in an application. In one order everywhere: nodes that do it at once would wait for each
/// other.
fn write(conn: &mut Conn<'_>, app: i64, at: i64, taken: &Taken) -> Result<(), StoreError> {
    if taken.happened != activity::Happened::default() {
        activity::add(conn, app, at, taken.happened)?;
    }
    let mut counts = taken.counts.iter();
    counts.try_for_each(|((kind, name), count)| report_counts::add(conn, app, at, (*kind, name), *count))
}

impl Service {
    /// Writes down what happened, counts live sessions once a minute, and drops old counts once an hour.
    pub(super) async fn count_forever(self: Arc<Self>) {
        let mut lived = HashMap::new();
        let (mut minute, mut hour) = (0, 0);
        loop {
            let wait = FLUSH_MS - self.clock.now_ms() % FLUSH_MS;
            tokio::time::sleep(Duration::from_millis(wait)).await;
            if let Err(error) = self.flush_activity().await {
                log_work(error, "counts could not be written; they are kept for the next time");
            }
            if let Err(error) = self.make_room_for_sessions().await {
                log_work(error, "no room could be made for new sessions");
            }
            let now = self.clock.now();
            if now / MINUTE != minute {
                minute = now / MINUTE;
                if let Err(error) = self.count_live(&mut lived).await {
                    log_work(error, "live sessions could not be counted");
                }
            }
            if now / HOUR != hour {
                hour = now / HOUR;
                if let Err(error) = self.trim_activity().await {
                    log_work(error, "removing old counts failed");
                }
            }
        }
    }

    /// Writes down what happened in all applications since the last time; at shutdown too.
    ///
    /// # Errors
    /// When the database fails. What could not be written is kept.
    pub async fn flush_activity(&self) -> Result<(), ServiceError> {
        // What is written right after a minute happened in it.
        let at = (self.clock.now_ms().saturating_sub(FLUSH_MS / 4) / 1000) as i64;
        let taken = self.tallies.take();
        let mut failed = Ok(());
        for some in taken.chunks(TOGETHER) {
            let happened = some.to_vec();
            let add = move |conn: &mut Conn<'_>| {
                happened.iter().try_for_each(|(app, taken)| write(conn, *app, at, taken))
            };
            if let Err(error) = self.store.db().write::<_, StoreError, _>(add).await {
                self.tallies.give_back(some.iter().cloned());
                failed = Err(error.into());
            }
        }
        failed
    }

    /// Counts the live sessions of all applications that have any, on a thread of its own. `lived` has those that had some
    /// the last time: that none is left is noted once.
    pub(crate) async fn count_live(&self, lived: &mut HashMap<i64, i64>) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let (mut counts, mut strangers, mut after) = (HashMap::new(), HashMap::new(), Some(0));
        while let Some(from) = after {
            let max = self.options.shares.anonymous_sessions.into();
            let count = move |conn: &mut Conn<'_>| count_some(conn, from, now, max);
            let counted = self.store.read_apart(count).await?;
            for (app, live, unknown) in counted.apps {
                counts.insert(app, live);
                strangers.insert(app, unknown);
            }
            after = counted.after;
        }
        self.tallies.set_strangers(&strangers);
        let gone = lived.keys().filter(|app| !counts.contains_key(app)).map(|app| (*app, 0));
        let mut noted: Vec<(i64, i64)> = counts
            .iter()
            .map(|(app, live)| (*app, *live))
            .filter(|(app, live)| *live > 0 || lived.contains_key(app))
            .chain(gone)
            .collect();
        noted.sort_unstable();
        for some in noted.chunks(TOGETHER) {
            let some = some.to_vec();
            let note = move |conn: &mut Conn<'_>| {
                some.iter().try_for_each(|(app, live)| activity::note_live(conn, *app, now, *live))
            };
            self.store.db().write::<_, StoreError, _>(note).await?;
        }
        *lived = counts.into_iter().filter(|(_, live)| *live > 0).collect();
        Ok(())
    }

    /// Removes counts that are too old to be shown.
    pub(crate) async fn trim_activity(&self) -> Result<(), ServiceError> {
        let (now, mut app) = (self.clock.now(), 0);
        while let Some(next) = self.store.db().read(move |conn| activity::next_app(conn, app)).await? {
            app = next;
            let trim =
                move |conn: &mut Conn<'_>| activity::trim(conn, app, now - MINUTES_KEPT, now - HOURS_KEPT);
            self.store.db().write::<_, StoreError, _>(trim).await?;
        }
        let trim = move |conn: &mut Conn<'_>| report_counts::trim(conn, now - DAYS_KEPT);
        self.store.db().write::<_, StoreError, _>(trim).await?;
        Ok(())
    }
}
