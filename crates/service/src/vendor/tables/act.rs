//! What is done to licenses and users that were chosen, or that a filter means.

use std::time::Duration;

use claviger_store::{
    Conn, StoreError,
    bulk::{self, Change},
    tables::{self, LicenseAct, LicensesWanted, UserAct, UsersWanted},
};
use tokio::time::Instant;

use super::super::{
    ManageError,
    checks::{REASON_MAX, check_line, check_reason, check_remark},
    new_licenses::NOTE_MAX,
};
use crate::{App, Service, ServiceError, shared::pauses::app_paused};

/// Rows that are changed in one transaction.
const TOGETHER: usize = 50;
/// Rows that the first slice of a job looks at, along with the decision.
const FIRST: i64 = 200;
/// How long the caller waits for the rest before the job is told instead.
const PATIENCE: Duration = Duration::from_millis(500);
/// Numbers that a job may span to be waited for: more rows would not be looked at in that time anyway.
const WAITED_FOR: i64 = 20_000;
/// Between two looks at the job.
const LOOK: Duration = Duration::from_millis(20);

/// What became of a change of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// So many were changed.
    Changed(i64),
    /// There are very many: this job does it.
    Job(i64),
}

impl Service {
    /// Does something to licenses by their numbers; returns how many were changed. Those that are gone are left out.
    ///
    /// # Errors
    /// When a text is too long, or the database fails.
    pub async fn change_licenses(
        &self,
        app: &App,
        ids: Vec<i64>,
        act: LicenseAct,
    ) -> Result<i64, ManageError> {
        let (app, act, now) = (app.id, fit_license_act(act)?, self.clock.now());
        let change =
            move |conn: &mut Conn<'_>, ids: &[i64]| tables::change_licenses(conn, app, ids, &act, now);
        Ok(self.change_chosen(ids, change).await?)
    }

    /// Does something to users by their numbers, as [`Service::change_licenses`].
    ///
    /// # Errors
    /// When a text is too long, or the database fails.
    pub async fn change_users_by_number(
        &self,
        app: &App,
        ids: Vec<i64>,
        act: UserAct,
    ) -> Result<i64, ManageError> {
        let (app, act, now) = (app.id, fit_user_act(act)?, self.clock.now());
        let change = move |conn: &mut Conn<'_>, ids: &[i64]| {
            let act = with_pause(conn, app, act.clone())?;
            tables::change_users(conn, app, ids, &act, now)
        };
        Ok(self.change_chosen(ids, change).await?)
    }

    async fn change_chosen(
        &self,
        mut ids: Vec<i64>,
        change: impl Fn(&mut Conn<'_>, &[i64]) -> Result<i64, StoreError> + Clone + Send + 'static,
    ) -> Result<i64, ServiceError> {
        // None twice; and in one order, so that of two who lock them one waits for the other.
        ids.sort_unstable();
        ids.dedup();
        let mut changed = 0;
        for part in ids.chunks(TOGETHER) {
            let (part, change) = (part.to_vec(), change.clone());
            changed += self.store.db().write(move |conn| change(conn, &part)).await?;
        }
        Ok(changed)
    }

    /// Does something to all licenses that a filter means: those there are now, each once.
    ///
    /// # Errors
    /// When a text is too long, the database fails, or too many changes of the application wait.
    pub async fn change_wanted_licenses(
        &self,
        app: &App,
        wanted: LicensesWanted,
        act: LicenseAct,
    ) -> Result<Done, ManageError> {
        let act = fit_license_act(act)?;
        self.change_wanted(app.id, |_| Ok(Change::OnLicenses { wanted, act })).await
    }

    /// Does something to all users that a filter means, as [`Service::change_wanted_licenses`].
    ///
    /// # Errors
    /// When a text is too long, the database fails, or too many changes of the application wait.
    pub async fn change_wanted_users(
        &self,
        app: &App,
        wanted: UsersWanted,
        act: UserAct,
    ) -> Result<Done, ManageError> {
        let (app, act) = (app.id, fit_user_act(act)?);
        self.change_wanted(app, move |conn| Ok(Change::OnUsers { wanted, act: with_pause(conn, app, act)? }))
            .await
    }

    async fn change_wanted(
        &self,
        app: i64,
        decide: impl FnOnce(&mut Conn<'_>) -> Result<Change, StoreError> + Send + 'static,
    ) -> Result<Done, ManageError> {
        let begun = self.begin_change(app, decide, None, FIRST).await?;
        let Some(job) = begun.job else { return Ok(Done::Changed(begun.changed)) };
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let Some(found) = self.store.db().read(move |conn| bulk::job(conn, app, job)).await? else {
                break;
            };
            if found.ended.is_some() && found.failed.is_none() {
                return Ok(Done::Changed(found.changed));
            }
            let (_, last, at) = found.way;
            if last - at > WAITED_FOR {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(Done::Job(job))
    }
}

/// The act with its texts as they are kept.
fn fit_license_act(act: LicenseAct) -> Result<LicenseAct, ManageError> {
    Ok(match act {
        LicenseAct::Ban(reason) => LicenseAct::Ban(check_reason(&reason)?),
        LicenseAct::Note(note) => LicenseAct::Note(check_remark("a note", &note, NOTE_MAX)?),
        other => other,
    })
}

fn fit_user_act(act: UserAct) -> Result<UserAct, ManageError> {
    Ok(match act {
        UserAct::Ban { reason, with_ip } => {
            UserAct::Ban { reason: check_line("the reason", &reason, REASON_MAX)?, with_ip }
        }
        other => other,
    })
}

/// The act as it is while the application is paused, or is not.
fn with_pause(conn: &mut Conn<'_>, app: i64, act: UserAct) -> Result<UserAct, StoreError> {
    Ok(match act {
        UserAct::Extend { subscription, seconds, active_only, .. } => {
            UserAct::Extend { subscription, seconds, active_only, app_paused: app_paused(conn, app)? }
        }
        UserAct::Unpause { subscription, .. } => {
            UserAct::Unpause { subscription, app_paused: app_paused(conn, app)? }
        }
        other => other,
    })
}
