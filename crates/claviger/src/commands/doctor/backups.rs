//! Whether backups are made, and whether they are where they should be.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use claviger_domain::{Clock as _, SystemClock};
use claviger_service::backups::{self, BackupError, Made, Place, State, Stored};

use super::report::Report;
use crate::{
    commands::{backup::advised, demo},
    config::Config,
    output,
};

const CHECK: &str = "backups";
const HOUR: i64 = 3600;

/// Looks at the plan, its place, and what became of the last backup.
pub(super) async fn examine(report: &mut Report, config: &Config, state: Option<State>) {
    let Some(place) = config.backups.scheduled() else {
        if config.store.data_dir.join(demo::FILE).exists() {
            return report.ok(CHECK, "none by plan, and none for a demo");
        }
        return report.warning(
            CHECK,
            "the server makes none by itself: name a folder or an object store as `place` in the section [backup], or \
             see that something else backs up the database and the files",
        );
    };
    tell_open(report, &place);
    let now = SystemClock.now();
    let label = place.label().to_owned();
    let looked = tokio::task::spawn_blocking(move || look(&place)).await;
    let found = match looked.map_err(anyhow::Error::from).and_then(|found| found.map_err(advised)) {
        Ok(found) => found,
        Err(error) => {
            return report.problem(CHECK, format!("{label} cannot be used: {error:#}; check [backup]"));
        }
    };
    let Some(state) = state else {
        return report.ok(CHECK, format!("{label} can be listed and written to"));
    };
    let every = i64::try_from(config.backups.every.as_secs()).unwrap_or(i64::MAX);
    match unwell(&state, &label, &found, now, every) {
        Some(text) => report.warning(CHECK, text),
        None => report.ok(CHECK, format!("{}; {label} can be written to", last(&state, now))),
    }
}

/// Tells where users who have nothing to do with it could slip in a backup.
fn tell_open(report: &mut Report, place: &Place) {
    let is_open =
        |path: &&Path| fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o002 != 0);
    if let Some(folder) = place.as_folder().filter(is_open) {
        let shown = folder.display();
        report.warning(
            CHECK,
            format!(
                "everybody on this machine may write to {shown}, and put backups with owners of their own there: \
                 `chmod o-w {shown}`"
            ),
        );
    }
}

/// The backups of a place that can be written to.
fn look(place: &Place) -> Result<Vec<Stored>, BackupError> {
    let found = place.list()?;
    place.try_out()?;
    Ok(found)
}

/// What is not as it should be, if anything.
fn unwell(state: &State, label: &str, found: &[Stored], now: i64, every: i64) -> Option<String> {
    if let Some((at, why)) = &state.failed {
        return Some(format!("the last try failed at {}: {why}; {}", output::time(*at), last(state, now)));
    }
    let Some(made) = &state.made else {
        return Some(format!("{}: a server with these settings makes one as it starts", last(state, now)));
    };
    if backups::is_ahead(made.at, now) {
        return Some(format!(
            "the last one, {}, is dated later than now: see whether the clock is right, and that a server with these \
             settings runs, which makes one as it starts",
            made.name
        ));
    }
    // One that is being made may take a while.
    if now - made.at > every.saturating_mul(2) {
        let hours = every / HOUR;
        return Some(format!(
            "{}, and one is due every {hours} hours: does a server with these settings run?",
            last(state, now)
        ));
    }
    if let Some((name, why)) = found.iter().find_map(|stored| Some((&stored.name, stored.unreadable()?))) {
        return Some(format!(
            "{name} in {label} cannot be read: {why}; it is passed over and not deleted: give it to the user that runs \
             the server, or delete it"
        ));
    }
    if made.place == label && !is_there(made, found) {
        return Some(format!(
            "the last one, {}, is not in {label} as it was written: look who deletes there",
            made.name
        ));
    }
    let ahead = found.iter().find(|stored| stored.is_ahead(now))?;
    Some(format!(
        "{} in {label} is dated later than now: restoring passes it over unless it is named, and nothing deletes it; look \
         who put it there, and delete it",
        ahead.name
    ))
}

/// Whether a backup is where it was put.
fn is_there(made: &Made, found: &[Stored]) -> bool {
    found.iter().any(|stored| {
        stored.name == made.name && stored.is_whole() && stored.bytes == made.bytes.unsigned_abs()
    })
}

/// When the last one was made, as far as the database knows.
fn last(state: &State, now: i64) -> String {
    match &state.made {
        None => "none was ever made".into(),
        Some(made) => format!("the last one, {}, is {} hours old", made.name, (now - made.at).max(0) / HOUR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use claviger_service::backups::Condition;

    const NOW: i64 = 1_767_614_400;
    const NAME: &str = "claviger-20260105T100000Z.backup";

    fn made(hours: i64) -> State {
        let made = Made { at: NOW - hours * HOUR, name: NAME.into(), place: "/backup".into(), bytes: 5 };
        State { made: Some(made), failed: None }
    }

    fn told(state: &State, found: &[Stored]) -> String {
        unwell(state, "/backup", found, NOW, 24 * HOUR).unwrap_or_default()
    }

    #[test]
    fn what_is_unwell_is_told() {
        let stored = Stored { name: NAME.into(), made: NOW, bytes: 5, condition: Condition::Whole };
        let found = std::slice::from_ref(&stored);
        assert_eq!(told(&made(48), found), "");
        assert_eq!(
            told(&made(49), found),
            format!(
                "the last one, {NAME}, is 49 hours old, and one is due every 24 hours: does a server with these \
                     settings run?"
            )
        );
        assert!(told(&State::default(), found).starts_with("none was ever made: a server"));
        let gone =
            format!("the last one, {NAME}, is not in /backup as it was written: look who deletes there");
        assert_eq!(told(&made(1), &[]), gone);
        assert_eq!(told(&made(1), &[Stored { condition: Condition::CutOff, ..stored.clone() }]), gone);
        assert_eq!(told(&made(1), &[Stored { bytes: 4, ..stored.clone() }]), gone);
        let closed = Stored { condition: Condition::Unreadable("it is another's".into()), ..stored.clone() };
        assert_eq!(
            told(&made(1), &[closed]),
            format!(
                "{NAME} in /backup cannot be read: it is another's; it is passed over and not deleted: give it to the \
                 user that runs the server, or delete it"
            )
        );
        let ahead = Stored {
            name: "claviger-20260105T130001Z.backup".into(),
            made: NOW + HOUR + 1,
            ..stored.clone()
        };
        assert_eq!(
            told(&made(1), &[ahead.clone(), stored.clone()]),
            format!(
                "{} in /backup is dated later than now: restoring passes it over unless it is named, and nothing deletes \
                 it; look who put it there, and delete it",
                ahead.name
            )
        );
        assert!(
            told(&made(-2), &[]).starts_with(&format!("the last one, {NAME}, is dated later than now: "))
        );
        let failed = State { failed: Some((NOW, "the disk is full".into())), ..made(30) };
        assert_eq!(
            told(&failed, found),
            format!(
                "the last try failed at 2026-01-05T12:00:00Z: the disk is full; the last one, {NAME}, is 30 hours old"
            )
        );
    }
}
