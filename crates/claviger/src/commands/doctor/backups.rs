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
    let unwell = unwell(&state, &label, found.as_deref(), now, every);
    if unwell.is_empty() {
        report.ok(CHECK, format!("{}; {label} can be written to", last(&state, now)));
    }
    for text in unwell {
        report.warning(CHECK, text);
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

/// The backups of a place that can be written to; `None`: a folder that is not there, and can be made.
fn look(place: &Place) -> Result<Option<Vec<Stored>>, BackupError> {
    let found = if place.is_missing() { None } else { Some(place.list()?) };
    place.try_out()?;
    Ok(found)
}

/// All that is not as it should be.
fn unwell(state: &State, label: &str, found: Option<&[Stored]>, now: i64, every: i64) -> Vec<String> {
    let mut all = Vec::from_iter(late(state, now, every));
    let here = state.made.as_ref().filter(|made| made.place == label);
    let Some(found) = found else {
        all.extend(here.map(|made| {
            format!(
                "the folder {label} is not there, and with it the last one, {}: see whether its disk is mounted",
                made.name
            )
        }));
        return all;
    };
    let unreadable: Vec<_> = found.iter().filter_map(|stored| Some((stored, stored.unreadable()?))).collect();
    all.extend(unreadable.iter().map(|(stored, why)| {
        format!(
            "{} in {label} cannot be read: {why}; it is passed over and not deleted: give it to the user that runs the \
             server, or delete it",
            stored.name
        )
    }));
    let gone = here.filter(|made| {
        !is_there(made, found) && unreadable.iter().all(|(stored, _)| stored.name != made.name)
    });
    all.extend(gone.map(|made| {
        format!("the last one, {}, is not in {label} as it was written: look who deletes there", made.name)
    }));
    all.extend(found.iter().filter(|stored| stored.is_ahead(now)).map(|stored| {
        format!(
            "{} in {label} is dated later than now: restoring passes it over unless it is named, and nothing deletes it; \
             look who put it there, and delete it",
            stored.name
        )
    }));
    all
}

/// Why there is no backup that is as young as it should be, if there is none.
fn late(state: &State, now: i64, every: i64) -> Option<String> {
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
    let hours = every / HOUR;
    // One that is being made may take a while.
    (now - made.at > every.saturating_mul(2)).then(|| {
        format!(
            "{}, and one is due every {hours} hours: does a server with these settings run?",
            last(state, now)
        )
    })
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
        unwell(state, "/backup", Some(found), NOW, 24 * HOUR).join("\n")
    }

    #[test]
    fn all_that_is_unwell_is_told() {
        let later = "claviger-20260105T130001Z.backup";
        let ahead =
            Stored { name: later.into(), made: NOW + HOUR + 1, bytes: 5, condition: Condition::Whole };
        let closed = Stored {
            name: "claviger-20260104T100000Z.backup".into(),
            made: NOW - 26 * HOUR,
            condition: Condition::Unreadable("it is another's".into()),
            ..ahead.clone()
        };
        let failed = State { failed: Some((NOW, "the disk is full".into())), ..made(50) };
        let all = unwell(&failed, "/backup", Some(&[ahead, closed]), NOW, 24 * HOUR);
        let told =
            ["the last try failed at ", " cannot be read: ", " as it was written: ", " later than now: "];
        assert!(all.len() == 4 && all.iter().zip(told).all(|(text, part)| text.contains(part)), "{all:?}");
        assert_eq!(
            unwell(&made(1), "/backup", None, NOW, 24 * HOUR),
            [format!(
                "the folder /backup is not there, and with it the last one, {NAME}: see whether its disk is mounted"
            )]
        );
        assert!(unwell(&made(1), "/other", None, NOW, 24 * HOUR).is_empty());
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
