//! Making backups by plan: one node claims each of them in the database.

use std::{sync::Arc, time::Duration};

use claviger_metrics::Counter;
use claviger_store::{
    Conn,
    backups::{self, Wait},
};

use crate::{
    Service, ServiceError,
    backups::{Backup, BackupError, BackupPlan, apart},
};

/// Backups that this node made by plan.
pub(crate) static MADE: Counter = Counter::new();
/// Those that failed.
pub(crate) static FAILED: Counter = Counter::new();
/// How often it is looked whether one is due.
const LOOK: Duration = Duration::from_secs(20);
/// Seconds for which a claim holds, unless it is renewed.
const CLAIM: i64 = 120;
/// Seconds after which one that failed or broke off is tried again, or the plan's time where that is shorter.
const AGAIN: i64 = 900;

impl Service {
    /// Makes backups by plan, until the task is dropped.
    pub(super) async fn back_up_forever(self: Arc<Self>) {
        let Some(plan) = self.options.backups.clone() else { return };
        // No other node has it.
        let claimant = self.random.hex(16);
        loop {
            match self.claim_backup(&plan, &claimant).await {
                Ok(true) => self.back_up(&plan, &claimant).await,
                Ok(false) => {}
                Err(error) => error.log("whether a backup is due cannot be found out"),
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn claim_backup(&self, plan: &BackupPlan, claimant: &str) -> Result<bool, ServiceError> {
        let (now, claimant) = (self.clock.now(), claimant.to_owned());
        let every = i64::try_from(plan.every.as_secs()).unwrap_or(i64::MAX);
        let wait = Wait { every, again: every.min(AGAIN) };
        let claim = move |conn: &mut Conn<'_>| backups::claim(conn, &claimant, wait, now, now + CLAIM);
        Ok(self.store.db().write(claim).await?)
    }

    async fn back_up(self: &Arc<Self>, plan: &BackupPlan, claimant: &str) {
        let made = tokio::select! {
            made = self.make_apart(plan) => made,
            lost = self.keep_claim(claimant) => Err(lost),
        };
        let replaces_others = made.as_ref().is_ok_and(|backup| !lacks_all_uploads(backup));
        match made {
            Ok(backup) => {
                MADE.add();
                tell(&backup);
            }
            Err(error) => {
                FAILED.add();
                let advice = error.advice().unwrap_or_default();
                tracing::error!(%error, advice, "no backup was made");
            }
        }
        let claimant = claimant.to_owned();
        let release = move |conn: &mut Conn<'_>| backups::release(conn, &claimant);
        if let Err(error) = self.store.db().write::<_, ServiceError, _>(move |conn| Ok(release(conn)?)).await
        {
            error.log("the claim of a backup was not given back");
        }
        // Not under the claim: a node that ended now would seem to have ended before.
        if replaces_others {
            self.prune_backups(plan).await;
        }
    }

    /// Renews the claim while the backup is made; ends when another node has it.
    async fn keep_claim(&self, claimant: &str) -> BackupError {
        loop {
            tokio::time::sleep(LOOK).await;
            let (until, claimant) = (self.clock.now() + CLAIM, claimant.to_owned());
            let keep = move |conn: &mut Conn<'_>| Ok(backups::keep_claim(conn, &claimant, until)?);
            match self.store.db().write::<_, ServiceError, _>(keep).await {
                Ok(true) => {}
                Ok(false) => return BackupError::Refused("another node makes it by now".into()),
                Err(error) => error.log("the claim of a backup was not renewed"),
            }
        }
    }

    async fn prune_backups(&self, plan: &BackupPlan) {
        let (keep, mut place, now) = (plan.keep, plan.place.clone(), self.clock.now());
        if plan.lock.is_some() {
            place = place.encrypted_only();
        }
        match apart(move || keep.prune(&place, now)).await {
            Ok(gone) => {
                for stored in gone {
                    tracing::info!(name = stored.name, "deleted a backup that need not be kept");
                }
            }
            Err(error) => tracing::error!(%error, "old backups were not deleted"),
        }
    }
}

/// Whether there are uploads, and none of them is in the backup: their folder is not mounted, or was emptied. Nobody may
/// want to lose older backups for that one.
fn lacks_all_uploads(backup: &Backup) -> bool {
    backup.summary.files == 0 && backup.summary.missed > 0
}

fn tell(backup: &Backup) {
    let (made, summary) = (&backup.made, &backup.summary);
    let (name, missed) = (&made.name, summary.missed);
    tracing::info!(
        name,
        bytes = made.bytes,
        place = made.place,
        rows = summary.rows,
        files = summary.files,
        "made a backup"
    );
    if lacks_all_uploads(backup) {
        tracing::warn!(
            name,
            missed,
            "no upload is in the backup, so older ones are not deleted: see whether files_dir is mounted, right, and to be read"
        );
    } else if missed > 0 {
        tracing::warn!(
            name,
            missed,
            "uploads are not in the backup: they are not in files_dir or cannot be read, or were deleted or replaced meanwhile"
        );
    }
}
