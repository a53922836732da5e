//! Commands that root runs beside a server that is another user, and files that this user cannot read.

use std::{
    fs::{self, Permissions},
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::Path,
    process::Output,
};

use crate::backup::Used;
use crate::support::Server;
use crate::support::server::claviger;

/// The server's user where the tests are root.
const USER: u32 = 4242;

fn is_root() -> bool {
    fs::metadata("/proc/self").expect("this process").uid() == 0
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode");
}

/// Gives a folder and all that is in it to the server's user.
fn give(path: &Path) {
    chown(path, Some(USER), Some(USER)).expect("root may");
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder") {
            give(&entry.expect("an entry").path());
        }
    }
}

/// Runs a command as somebody who is not root.
fn as_user(used: &Used, args: &[&str]) -> Output {
    let mut command = claviger();
    command.args(args).arg("--data-dir").arg(used.server.data()).current_dir("/");
    if is_root() {
        command.uid(USER).gid(USER);
    }
    command.output().expect("the program starts")
}

/// A server that has stopped, with its data and its place for backups in the hands of its user.
fn stopped() -> Used {
    let mut used = Used::on(Server::start());
    used.server.process.stop("TERM");
    fs::create_dir(&used.backups).expect("a folder");
    set_mode(&used.server.data().join("files"), 0o700);
    if is_root() {
        set_mode(used.server.folder(), 0o755);
        give(&used.server.data());
        give(&used.backups);
    }
    used
}

#[test]
fn what_root_makes_belongs_to_the_servers_user() {
    if !is_root() {
        return;
    }
    let used = stopped();
    let (cli, app) = (&used.server.cli, used.server.app.path());
    let source = used.server.folder().join("source");
    fs::write(&source, "content").expect("a file");
    fs::remove_dir_all(used.server.data().join("files")).expect("no uploads");
    cli.ok(&["file", "add", &app, source.to_str().expect("UTF-8"), "--id", "mine"]);
    cli.ok(&["backup", "create", "--place", used.place()]);
    for path in ["files", "files/1", "files/1/mine", "claviger.db"] {
        assert_eq!(fs::metadata(used.server.data().join(path)).expect("it is there").uid(), USER, "{path}");
    }
    let made = fs::read_dir(&used.backups).expect("a folder").next().expect("a backup").expect("an entry");
    assert_eq!(made.metadata().expect("a backup").uid(), USER);
}

#[test]
fn an_upload_that_cannot_be_read_is_told_of_and_left_out() {
    let used = stopped();
    let (files, upload) = (used.server.data().join("files"), used.server.data().join("files/1/123456"));
    let doctor = || {
        let output = as_user(&used, &["doctor", "--json", "--listen", "127.0.0.1:0"]);
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let line = found.as_array().expect("a list").iter().find(|line| line["check"] == "files folder");
        let line = line.expect("a line about the folder");
        (line["level"].clone(), line["text"].as_str().expect("a text").to_owned())
    };
    assert_eq!(doctor().0, "ok");
    for (path, mode) in [(&upload, 0o600), (&files, 0o700)] {
        set_mode(path, 0);
        let (level, text) = doctor();
        assert_eq!(level, "problem", "{text}");
        assert!(text.contains("none of 1 uploads in ") && text.contains("Permission denied"), "{text}");
        let output = as_user(&used, &["backup", "create", "--place", used.place(), "--json"]);
        assert!(output.status.success(), "{output:?}");
        let made: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!((&made["files"], &made["missed"]), (&0.into(), &1.into()), "{made}");
        fs::remove_file(used.backups.join(made["name"].as_str().expect("a name"))).expect("the backup");
        set_mode(path, mode);
    }
    assert_eq!(doctor().0, "ok");
}
