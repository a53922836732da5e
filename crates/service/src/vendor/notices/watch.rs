//! Looking whether there is something to tell. Any node looks, each thing is told by one.

use std::{path::PathBuf, sync::Arc};

use claviger_domain::{PersonId, is_same_subscriber};
use claviger_store::{
    Conn, StoreError,
    activity::{self, HOUR, MINUTE},
    apps::{self, AppRecord},
    backups,
    notices::{self, NewMessage},
    people::log,
};
use serde_json::json;

use super::settings::{MAIL, NoticeSettings, Occasion, open};
use crate::{Service, ServiceError, shared::mails::quoted};

/// An application is looked at once in so many seconds.
const EVERY: i64 = 60;
/// Applications that are looked at in one go.
const TOGETHER: i64 = 100;
/// Mails to an owner within a day.
const MAILS_MAX: i64 = 20;
/// Calls for an owner within a day.
const CALLS_MAX: i64 = 500;
/// Failures in a row of a webhook from which on it does not work: that is about an hour.
const WEBHOOK_FAILURES: i64 = 5;
/// Entries of an owner's log in which a place may be known.
const LOG_READ: i64 = 300;
const DAY: i64 = 86_400;

/// Something to be told.
pub(super) struct Told {
    pub(super) occasion: Occasion,
    pub(super) subject: String,
    pub(super) text: String,
    /// Up to where it was looked at.
    pub(super) mark: i64,
}

impl Service {
    /// Looks at all applications whose turn it is, and puts what there is to tell among the messages.
    pub(crate) async fn watch_notices(self: &Arc<Self>) -> Result<(), ServiceError> {
        let now = self.clock.now();
        let due = move |conn: &mut Conn<'_>| notices::unchecked(conn, now - EVERY, TOGETHER);
        for app in self.store.db().read::<_, StoreError, _>(due).await? {
            let vault = self.vault.clone();
            let claim = move |conn: &mut Conn<'_>| {
                // Whoever cannot read what is wanted leaves it to those who can.
                let Ok(settings) = open(&vault, notices::get(conn, app)?.as_deref()) else { return Ok(None) };
                let claimed = notices::claim_check(conn, app, now - EVERY, now)?;
                let record = if claimed { apps::by_id(conn, app)? } else { None };
                Ok::<_, StoreError>(record.map(|record| (record, settings)))
            };
            let Some((record, settings)) = self.store.db().write(claim).await? else { continue };
            if settings.reaches() {
                self.watch_app(record, settings, now).await?;
            }
        }
        Ok(())
    }

    async fn watch_app(
        self: &Arc<Self>,
        record: AppRecord,
        settings: NoticeSettings,
        now: i64,
    ) -> Result<(), ServiceError> {
        let ending = match settings.tells(Occasion::Ending) {
            true => self.ending_soon(&record, settings.days, now).await?,
            false => 0,
        };
        let free = match settings.tells(Occasion::DiskLow) {
            true => free_percent(self.options.files_dir.clone()).await,
            false => None,
        };
        let low = free.filter(|free| *free < self.options.disk_low_percent.into());
        let page = format!("{}/dashboard/~{}/", self.options.public_url, record.id);
        let tell = move |conn: &mut Conn<'_>| {
            let mut all = Vec::new();
            all.extend(sign_in(conn, &record, &settings)?);
            all.extend(refusals(conn, &record, &settings, now)?);
            all.extend(webhook(conn, &record, &settings)?);
            all.extend(low.map(of_disk));
            all.extend(backup(conn, &settings, now)?);
            all.extend((ending > 0).then(|| of_ending(&record, ending, settings.days)));
            for mut told in all {
                told.text += &format!("\n\n{page}");
                tell(conn, &record, &settings, &told, now)?;
            }
            Ok::<_, StoreError>(())
        };
        Ok(self.store.db().write(tell).await?)
    }

    /// How many subscriptions end within so many days, as far as that is counted by now.
    async fn ending_soon(
        self: &Arc<Self>,
        record: &AppRecord,
        days: i64,
        now: i64,
    ) -> Result<i64, ServiceError> {
        let Some(app) = self.app_by_name(&record.owner.owner_id, &record.name).await? else { return Ok(0) };
        let ends = self.endings(&app).await?;
        let soon = ends.days.iter().filter(|(day, _)| *day <= now.div_euclid(DAY) + days);
        Ok(soon.map(|(_, count)| count).sum())
    }
}

/// How much of the disk of a folder, or of the nearest one above it, is free, in hundredths.
async fn free_percent(folder: PathBuf) -> Option<u64> {
    let look = move || {
        let folder = std::path::absolute(folder).ok()?;
        let there = folder.ancestors().find(|folder| folder.is_dir())?;
        let disk = rustix::fs::statvfs(there).ok()?;
        (disk.f_blocks > 0).then(|| disk.f_bavail.saturating_mul(100) / disk.f_blocks)
    };
    // A disk that is far away may take its time.
    tokio::task::spawn_blocking(look).await.ok().flatten()
}

fn of_disk(free: u64) -> Told {
    Told {
        occasion: Occasion::DiskLow,
        subject: format!("The server's disk has {free}% left"),
        text: format!(
            "{free}% of the disk of the server's files is free. Where it is full, nothing is kept any more: nobody \
             registers, and no upload succeeds. Make room, or tell who runs the server."
        ),
        mark: 0,
    }
}

/// Whether the last backup is old, or there never was one.
fn backup(conn: &mut Conn<'_>, settings: &NoticeSettings, now: i64) -> Result<Option<Told>, StoreError> {
    if !settings.tells(Occasion::BackupOld) {
        return Ok(None);
    }
    let last = backups::last(conn)?;
    let is_ahead = last.is_some_and(|last| backups::is_ahead(last, now));
    if !is_ahead && last.is_some_and(|last| now - last <= settings.backup_days() * DAY) {
        return Ok(None);
    }
    let (subject, text) = match last {
        None => ("There is no backup of the server".to_owned(), "No backup has ever succeeded.".to_owned()),
        Some(_) if is_ahead => (
            "The server's last backup is dated later than now".to_owned(),
            "The last backup that succeeded is dated later than now, so nobody knows how old it is: a clock was \
             wrong."
            .to_owned(),
        ),
        Some(last) => {
            let days = (now - last) / DAY;
            let what = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
            (
                format!("The server's last backup is {what} old"),
                format!(
                    "The last backup that succeeded is {what} old; you wanted to know from {} on.",
                    settings.backup_days()
                ),
            )
        }
    };
    let text = format!("{text} `claviger backup` makes one, and `claviger doctor` tells what hinders it.");
    Ok(Some(Told { occasion: Occasion::BackupOld, subject, text, mark: 0 }))
}

fn of_ending(record: &AppRecord, count: i64, days: i64) -> Told {
    let what = if count == 1 { "1 subscription ends" } else { &format!("{count} subscriptions end") };
    Told {
        occasion: Occasion::Ending,
        subject: format!("{what} soon in {}", quoted(&record.name)),
        text: format!("{what} within {days} days."),
        mark: 0,
    }
}

/// Whether very many sign-ins were refused within the hour.
fn refusals(
    conn: &mut Conn<'_>,
    record: &AppRecord,
    settings: &NoticeSettings,
    now: i64,
) -> Result<Option<Told>, StoreError> {
    if !settings.tells(Occasion::Refusals) {
        return Ok(None);
    }
    let counts = activity::between(conn, record.id, MINUTE, now - HOUR, now + MINUTE)?;
    let refused: i64 = counts.iter().map(|count| count.happened.refusals).sum();
    let told = Told {
        occasion: Occasion::Refusals,
        subject: format!("{refused} sign-ins refused within an hour in {}", quoted(&record.name)),
        text: format!(
            "{refused} sign-ins were refused within the last hour; you wanted to know from {} on.",
            settings.refusals
        ),
        mark: 0,
    };
    Ok((refused >= settings.refusals).then_some(told))
}

/// Whether the application's webhook takes no messages.
fn webhook(
    conn: &mut Conn<'_>,
    record: &AppRecord,
    settings: &NoticeSettings,
) -> Result<Option<Told>, StoreError> {
    let fails = settings.tells(Occasion::WebhookFails)
        && notices::webhook_failures(conn, record.id)? >= WEBHOOK_FAILURES;
    Ok(fails.then(|| Told {
        occasion: Occasion::WebhookFails,
        subject: format!("The webhook of {} takes no messages", quoted(&record.name)),
        text: "Messages of the application's log have not arrived at its webhook for about an hour. They are tried \
               for eight hours."
            .into(),
        mark: 0,
    }))
}

/// Whether the owner was signed in from somewhere new since it was looked last.
fn sign_in(
    conn: &mut Conn<'_>,
    record: &AppRecord,
    settings: &NoticeSettings,
) -> Result<Option<Told>, StoreError> {
    if !settings.tells(Occasion::SignIn) {
        return Ok(None);
    }
    let (told, mark) = notices::mark(conn, record.id, Occasion::SignIn.as_str())?;
    let all = log::page(conn, PersonId::Owner(record.owner.id), None, LOG_READ)?;
    let sign_ins: Vec<_> = all.into_iter().filter(|(.., entry)| entry.event == "signed in").collect();
    let Some(newest) = sign_ins.first().map(|(id, ..)| *id) else { return Ok(None) };
    // What was before anybody wanted to know is not told.
    let mut strange = sign_ins.iter().enumerate().filter(|(at, (id, _, entry))| {
        *id > mark
            && mark > 0
            && !sign_ins[at + 1..].iter().any(|(.., old)| {
                let near = entry.ip.parse().is_ok_and(|ip| is_same_subscriber(&old.ip, ip));
                near || old.ip == entry.ip
                    || (!entry.user_agent.is_empty() && old.user_agent == entry.user_agent)
            })
    });
    let Some((_, (.., entry))) = strange.next() else {
        if newest > mark {
            notices::set_mark(conn, record.id, Occasion::SignIn.as_str(), told, newest)?;
        }
        return Ok(None);
    };
    Ok(Some(Told {
        occasion: Occasion::SignIn,
        subject: "A sign-in to your dashboard from a new place".into(),
        text: format!(
            "{} was signed in from {} with a browser that was not seen before: {}. If it was not you, change the \
             password and end all other sign-ins at once.",
            quoted(&record.owner.name),
            entry.ip,
            quoted(&entry.user_agent)
        ),
        mark: newest,
    }))
}

/// Puts something among the messages, in each way that was chosen, unless it was told within its period or the owner was
/// told enough today; whether it was put there.
pub(super) fn tell(
    conn: &mut Conn<'_>,
    record: &AppRecord,
    settings: &NoticeSettings,
    told: &Told,
    now: i64,
) -> Result<bool, StoreError> {
    let event = told.occasion.as_str();
    let (last, mark) = notices::mark(conn, record.id, event)?;
    if now - last < told.occasion.period() {
        return Ok(false);
    }
    let mut any = false;
    for way in settings.ways() {
        let max = if way == MAIL { MAILS_MAX } else { CALLS_MAX };
        if notices::count_since(conn, record.owner.id, way, now - DAY)? >= max {
            continue;
        }
        let body = match way {
            MAIL => told.text.clone(),
            _ => json!({
                "event": event,
                "application": record.name,
                "time": now,
                "subject": told.subject,
                "text": told.text,
            })
            .to_string(),
        };
        let (app, owner, subject) = (record.id, record.owner.id, told.subject.as_str());
        notices::add(conn, &NewMessage { app, owner, event, way, subject, body: &body }, now)?;
        any = true;
    }
    if any {
        notices::set_mark(conn, record.id, event, now, mark.max(told.mark))?;
    }
    Ok(any)
}
