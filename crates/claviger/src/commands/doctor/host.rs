//! This machine: settings, folders, disk, clock and addresses.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use claviger_domain::{Clock, SystemClock};
use claviger_server::ConnectionBounds;
use claviger_service::doctor::UploadsCheck;

use super::report::Report;
use crate::{commands::descriptors, config::Config, output};

/// Free bytes below which the disk will soon be full.
const FREE_SCARCE: u64 = 1 << 30;
/// Free bytes below which the database may fail at any moment.
const FREE_NONE: u64 = 100 << 20;
/// 2026-01-01: no clock that works is before it.
const EARLIEST: i64 = 1_767_225_600;

/// Where settings come from, and what is unwise about them, such as secrets that others can read.
pub(super) fn settings(report: &mut Report, config: &Config) {
    for warning in &config.store.warnings {
        report.warning("settings", warning.clone());
    }
    if !config.store.warnings.is_empty() {
        return;
    }
    let Some(file) = &config.settings_file else {
        return report.ok("settings", "no settings file: flags, variables and defaults count");
    };
    report.ok("settings", format!("{}", file.display()));
}

/// Whether users other than the owner may do anything with a file or folder.
fn is_open(path: &Path) -> io::Result<bool> {
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

/// The data folder: there, and private.
pub(super) fn data_folder(report: &mut Report, folder: &Path) {
    let shown = folder.display();
    match is_open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => report.warning(
            "data folder",
            format!("{shown} is not there: the first start of `claviger serve` makes it, or name another with --data-dir"),
        ),
        Err(error) => report.problem("data folder", format!("{shown} cannot be looked at: {error}")),
        Ok(true) => report.warning(
            "data folder",
            format!("{shown} is open to other users of this machine: `chmod 700 {shown}`"),
        ),
        Ok(false) => report.ok("data folder", format!("{shown}, private")),
    }
}

/// Free space where the data is, and where uploads are if that is another disk.
pub(super) fn disks(report: &mut Report, data: &Path, files: &Path) {
    disk(report, "disk", data);
    let device =
        |folder| existing(folder).and_then(|folder| fs::metadata(folder).ok()).map(|found| found.dev());
    if device(files) != device(data) {
        disk(report, "disk of files", files);
    }
}

fn disk(report: &mut Report, name: &'static str, folder: &Path) {
    let Some(free) = existing(folder).and_then(|folder| rustix::fs::statvfs(&folder).ok()) else {
        return;
    };
    let free = free.f_bavail.saturating_mul(free.f_frsize);
    let shown = format!("{} MiB free", free >> 20);
    match free {
        ..FREE_NONE => report.problem(name, format!("{shown}: make room before writing fails")),
        FREE_NONE..FREE_SCARCE => report.warning(name, format!("{shown}: make room soon")),
        _ => report.ok(name, shown),
    }
}

/// The folder, or the nearest one above it that is there.
fn existing(folder: &Path) -> Option<PathBuf> {
    let folder = std::path::absolute(folder).ok()?;
    folder.ancestors().find(|folder| folder.is_dir()).map(Path::to_path_buf)
}

/// How many file descriptors there may be, and so how many connections.
pub(super) fn descriptors(report: &mut Report, config: &Config) {
    let allowed = descriptors::allowed();
    let within = ConnectionBounds::within(usize::try_from(allowed.most).unwrap_or(usize::MAX));
    let wanted = config.connections.max.unwrap_or(config.connections.bounds.all);
    let shown = format!("{}, enough for {} connections", allowed.most, wanted.min(within));
    const ADVICE: &str = "raise LimitNOFILE in the service's unit, or the hard limit (`ulimit -Hn`)";
    if config.connections.max.is_some_and(|max| max > within) {
        report.warning("file descriptors", format!("{shown}, and max_connections is {wanted}: {ADVICE}"));
    } else if allowed.are_enough() {
        report.ok("file descriptors", shown);
    } else {
        report.warning("file descriptors", format!("{shown}: {ADVICE}"));
    }
}

/// The clock, as far as it can be judged without asking anybody.
pub(super) fn clock(report: &mut Report) {
    let now = SystemClock.now();
    let shown = output::time(now);
    if now < EARLIEST {
        report.problem(
            "clock",
            format!(
                "it says {shown}, which is past: set it, and keep it in step (NTP); API 1.3 fails without"
            ),
        );
    } else {
        report.ok("clock", format!("{shown}; API 1.3 needs it within seconds of the right time (NTP)"));
    }
}

/// The folder of uploads, and whether those that are known are in it.
pub(super) fn files_folder(report: &mut Report, folder: &Path, uploads: Option<UploadsCheck>) {
    let shown = folder.display();
    if let Some(uploads) = uploads.filter(|uploads| uploads.missing + uploads.unreadable > 0) {
        return lacking(report, folder, &uploads);
    }
    let Ok(found) = fs::metadata(folder) else {
        return match existing(folder).is_some_and(|above| is_writable(&above)) {
            true => report.ok("files folder", format!("{shown} will be made with the first upload")),
            false => report
                .problem("files folder", format!("{shown} is not there and cannot be made: check files_dir")),
        };
    };
    if !found.is_dir() || !is_writable(folder) {
        return report.problem(
            "files folder",
            format!("{shown} cannot be written to: check files_dir and who owns the folder"),
        );
    }
    match is_open(folder) {
        Ok(true) => report.warning(
            "files folder",
            format!("{shown} is open to other users of this machine: `chmod 700 {shown}`"),
        ),
        _ => report.ok("files folder", format!("{shown}, writable")),
    }
}

/// Uploads that are not there, or not to be read.
fn lacking(report: &mut Report, folder: &Path, uploads: &UploadsCheck) {
    const CHECK: &str = "files folder";
    const ADVICE: &str = "put them back from a backup, or delete them with `claviger file delete`";
    let UploadsCheck { looked, missing, unreadable, why } = uploads;
    let (shown, why) = (folder.display(), why.as_deref().unwrap_or_default());
    if unreadable == looked {
        report.problem(
            CHECK,
            format!(
                "none of {looked} uploads in {shown} can be read: {why}; backups are made without them: see whose the folder \
                 and those in it are, and their permissions"
            ),
        );
    } else if *unreadable > 0 {
        report.warning(
            CHECK,
            format!(
                "{unreadable} of {looked} uploads in {shown} cannot be read: {why}; backups are made without them: give them \
                 to the user that runs the server"
            ),
        );
    }
    if missing == looked {
        report.problem(
            CHECK,
            format!(
                "none of {looked} uploads is in {shown}, and backups are made without them: see whether its disk is \
                 mounted and files_dir is right; else {ADVICE}"
            ),
        );
    } else if *missing > 0 {
        report.warning(CHECK, format!("{missing} of {looked} uploads are not in {shown}: {ADVICE}"));
    }
}

/// Whether a file can be made in a folder.
pub(super) fn is_writable(folder: &Path) -> bool {
    let path = folder.join(format!(".claviger-doctor-{}", std::process::id()));
    let made = fs::File::options().write(true).create_new(true).open(&path);
    made.is_ok() && fs::remove_file(&path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn found(check: impl FnOnce(&mut Report)) -> String {
        let mut report = Report::default();
        check(&mut report);
        report.lines().join("\n")
    }

    #[test]
    fn folders_are_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let shown = path.display();
        let look = || found(|report| data_folder(report, &path));
        assert!(look().starts_with(&format!("warning  data folder: {shown} is not there: ")), "{}", look());
        fs::create_dir(&path).unwrap();
        set_mode(&path, 0o750);
        let open = format!(
            "warning  data folder: {shown} is open to other users of this machine: `chmod 700 {shown}`"
        );
        assert_eq!(look(), open);
        set_mode(&path, 0o700);
        assert_eq!(look(), format!("ok       data folder: {shown}, private"));
    }

    #[test]
    fn uploads_have_a_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some/files");
        let shown = path.display();
        let look = || found(|report| files_folder(report, &path, None));
        assert_eq!(look(), format!("ok       files folder: {shown} will be made with the first upload"));
        fs::create_dir(path.parent().unwrap()).unwrap();
        fs::write(&path, "in the way").unwrap();
        assert!(look().starts_with(&format!("problem  files folder: {shown} cannot be written to")));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        set_mode(&path, 0o700);
        assert_eq!(look(), format!("ok       files folder: {shown}, writable"));
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0, "the doctor leaves nothing");
        let lacks = |missing, unreadable| {
            let why = (unreadable > 0).then(|| "Permission denied".to_owned());
            let uploads = UploadsCheck { looked: 3, missing, unreadable, why };
            found(|report| files_folder(report, &path, Some(uploads)))
        };
        assert_eq!(lacks(0, 0), look());
        let gone = format!("warning  files folder: 1 of 3 uploads are not in {shown}: ");
        assert!(lacks(1, 0).starts_with(&gone));
        assert!(
            lacks(3, 0).starts_with(&format!("problem  files folder: none of 3 uploads is in {shown}, "))
        );
        let closed =
            |beginning| format!("{beginning} uploads in {shown} cannot be read: Permission denied; ");
        assert!(lacks(0, 1).starts_with(&closed("warning  files folder: 1 of 3")));
        let both = lacks(1, 2);
        assert!(both.starts_with(&closed("warning  files folder: 2 of 3")) && both.contains(&gone), "{both}");
        let all =
            format!("problem  files folder: none of 3 uploads in {shown} can be read: Permission denied; ");
        assert!(lacks(0, 3).starts_with(&all));
    }
}
