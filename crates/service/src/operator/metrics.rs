//! What the server tells of itself to those who watch it (`/metrics`).

use std::time::Duration;

use claviger_capacity::Gate;
use claviger_metrics::{Counter, Kind, Page};
use claviger_store::{Conn, backups, deliveries};
use tokio::time::timeout;

use crate::{
    Service, ServiceError,
    background::{backups as backing_up, deliveries as delivering},
    shared::{
        alerts::{self, Alert},
        mails::{self, Mails},
        outcome::{self, Outcome},
        passwords,
    },
};

/// How long the database may take to answer what is told of it.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// What the database is asked for a page.
struct Asked {
    backups: backups::State,
    messages: i64,
}

impl Service {
    /// The gates of what the service shares.
    pub fn gates(&self) -> Vec<Gate> {
        let all = [
            self.passwords.gate(),
            self.calls.gate(),
            &self.delivering,
            &self.lists,
            &self.snapshots,
            &self.walks,
            &self.bulk,
            &self.downloads,
            &self.digests,
            &self.uploads,
            self.unfinished.gate(),
        ];
        all.into_iter().chain(self.mails.as_ref().map(Mails::gate)).cloned().collect()
    }

    /// Counts what [`Service::tell_metrics`] tells without counting; for the start, and now and then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_for_metrics(&self) -> Result<(), ServiceError> {
        Ok(self.store.count_sessions().await?)
    }

    /// Tells of databases, sessions, passwords, sign-ins, messages, mails and backups. What the database would have to be
    /// asked for is left out where it does not answer.
    pub async fn tell_metrics(&self, page: &mut Page) {
        self.store.tell(page);
        self.tell_database(page).await;
        tell_passwords(page);
        tell_sign_ins(page);
        tell_messages(page);
        if let Ok(Ok(asked)) = timeout(ANSWER_WITHIN, self.ask_for_metrics()).await {
            let help = "Messages that wait to be sent to applications' webhooks, on all nodes.";
            page.gauge("claviger_deliveries_waiting", help, asked.messages);
            tell_last_backup(page, &asked.backups);
        }
        let help = "Backups by plan that this node made, or did not make.";
        page.family("claviger_backups_total", Kind::Counter, help);
        page.sample(&[("outcome", "made")], backing_up::MADE.get());
        page.sample(&[("outcome", "failed")], backing_up::FAILED.get());
    }

    async fn tell_database(&self, page: &mut Page) {
        let about = timeout(ANSWER_WITHIN, self.store.about_sessions()).await;
        if let Ok(Ok(Some(sessions))) = about {
            let help = "About how many sessions there are, with those that ended and wait to be swept.";
            page.gauge("claviger_sessions", help, sessions);
        }
        if let Ok(Ok(bytes)) = timeout(ANSWER_WITHIN, self.store.db().bytes()).await {
            page.gauge("claviger_database_size_bytes", "Size of the database.", bytes.data);
            if let Some(log) = bytes.log {
                let help = "Size of SQLite's write-ahead log.";
                page.gauge("claviger_database_wal_bytes", help, log);
            }
        }
    }

    async fn ask_for_metrics(&self) -> Result<Asked, ServiceError> {
        let ask = |conn: &mut Conn<'_>| {
            Ok::<_, ServiceError>(Asked {
                backups: backups::state(conn)?,
                messages: deliveries::all_waiting(conn)?,
            })
        };
        self.store.db().read(ask).await
    }
}

fn tell_passwords(page: &mut Page) {
    let help = "How long hashing or checking a password took, without waiting for a thread.";
    page.family("claviger_password_hash_duration_seconds", Kind::Histogram, help);
    page.histogram(&[], &passwords::HASHES);
}

fn tell_sign_ins(page: &mut Page) {
    let help =
        "What came of end users' sign-ins, of registrations and upgrades, and of starts that were refused.";
    page.family("claviger_sign_ins_total", Kind::Counter, help);
    for (outcome, count) in Outcome::ALL.iter().zip(&outcome::COUNTS) {
        page.sample(&[("outcome", outcome.as_str())], count.get());
    }
    let help = "Guesses and floods that were refused, by the event that the log tells of them.";
    page.family("claviger_guard_events_total", Kind::Counter, help);
    for (alert, count) in Alert::ALL.iter().zip(&alerts::COUNTS) {
        page.sample(&[("event", alert.name())], count.get());
    }
}

fn tell_messages(page: &mut Page) {
    let of = |page: &mut Page, counts: &[(&str, &Counter)]| {
        counts.iter().for_each(|(outcome, count)| page.sample(&[("outcome", outcome)], count.get()));
    };
    let help = "Messages to applications' webhooks that this node sent, by what came of it.";
    page.family("claviger_deliveries_total", Kind::Counter, help);
    of(page, &delivering::COUNTS.each_ref().map(|(outcome, count)| (*outcome, count)));
    page.family("claviger_mails_total", Kind::Counter, "Mails, by what came of them.");
    of(page, &[("sent", &mails::SENT), ("failed", &mails::FAILED), ("refused", &mails::REFUSED)]);
}

fn tell_last_backup(page: &mut Page, state: &backups::State) {
    if let Some(made) = &state.made {
        let help = "Unix second as of which the last backup holds the data.";
        page.gauge("claviger_backup_last_timestamp_seconds", help, made.at);
        page.gauge("claviger_backup_last_size_bytes", "Size of the last backup.", made.bytes);
    }
    let help = "1 where the last try to make a backup failed.";
    page.gauge("claviger_backup_failing", help, u8::from(state.failed.is_some()));
}
