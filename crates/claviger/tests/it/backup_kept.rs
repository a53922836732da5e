//! Which backups are kept, and what does not keep the others from being seen.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::backup::{Elsewhere, Used};
use crate::support::cli::Outcome;
use crate::support::server::{Process, claviger};
use crate::support::{Server, eventually};

/// Backups of 25 days, about a year before any clock that runs these.
const LAST_YEAR: [&str; 4] = [
    "claviger-20250101T030000Z.backup",
    "claviger-20250109T030000Z.backup",
    "claviger-20250117T030000Z.backup",
    "claviger-20250126T030000Z.backup",
];

fn is_there(folder: &Path, name: &str) -> bool {
    folder.join(name).symlink_metadata().is_ok()
}

#[test]
fn a_clock_that_jumps_deletes_no_history() {
    let mut used = Used::on(Server::start());
    let name = used.create();
    for old in LAST_YEAR {
        fs::copy(used.backups.join(&name), used.backups.join(old)).expect("a copy");
    }
    fs::remove_file(used.backups.join(&name)).expect("the backup");
    let prune = ["backup", "prune", "--place", used.place(), "--keep-days", "30"];
    assert_eq!(used.server.cli.ok(&prune).trim(), "all backups are kept");

    used.server.process.stop("TERM");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--backup-place", used.place()]);
    command.args(["--backup-keep-days", "30", "--data-dir"]).arg(used.server.data());
    // What is left to be deleted tells that it was looked at.
    let broken = "claviger-20240101T030000Z.backup";
    fs::write(used.backups.join(broken), "cut off").expect("a part of one");
    let mut process = Process::spawn(command, used.server.folder());
    process.wait_for_address();
    eventually("old backups to be deleted", || (!is_there(&used.backups, broken)).then_some(()));
    let left = LAST_YEAR.map(|name| is_there(&used.backups, name));
    assert_eq!(left, [true; 4], "{}", process.stderr());
}

#[test]
fn one_that_cannot_be_read_holds_up_no_other() {
    let used = Used::on(Server::start());
    let name = used.create();
    let [closed, old] = ["claviger-20250601T030000Z.backup", "claviger-20200101T000000Z.backup"];
    // Nobody can open it, not even root.
    symlink(closed, used.backups.join(closed)).expect("a link to itself");
    fs::copy(used.backups.join(&name), used.backups.join(old)).expect("a copy");
    let (cli, place) = (&used.server.cli, ["--place", used.place()]);
    let listed = cli.json(&["backup", "list", place[0], place[1], "--json"]);
    let found = |index: usize| (&listed[index]["name"], &listed[index]["whole"]);
    assert_eq!(found(0), (&json!(name), &json!(true)), "{listed}");
    assert_eq!(found(1), (&json!(closed), &json!(false)), "{listed}");
    assert!(listed[1]["unreadable"].as_str().is_some_and(|why| !why.is_empty()), "{listed}");
    assert_eq!(listed[0]["unreadable"], json!(null));
    assert!(cli.ok(&["backup", "list", place[0], place[1]]).contains("cannot be read: "));

    let told = |run: &Outcome| run.stderr.contains(&format!("{closed} cannot be read: "));
    cli.ok(&["backup", "verify", place[0], place[1]]);
    cli.ok(&["backup", "verify", &name, place[0], place[1]]);
    let refused = cli.fails(&["backup", "verify", closed, place[0], place[1]]);
    assert!(refused.contains(&format!("cannot open {}", used.backups.join(closed).display())), "{refused}");
    Elsewhere::beside(&used.server, "elsewhere", None).cli.ok(&["backup", "restore", place[0], place[1]]);

    let run = cli.run(&["backup", "prune", place[0], place[1], "--keep-daily", "1"]);
    assert_eq!(run.stdout, format!("deleted {old}\n"), "{run:?}");
    assert!(told(&run), "{run:?}");
    assert!(is_there(&used.backups, closed), "nobody knows what it is");

    // The newest of all is passed over.
    fs::rename(used.backups.join(&name), used.backups.join(old)).expect("an older one");
    let run = cli.run(&["backup", "verify", place[0], place[1]]);
    assert!(run.code == Some(0) && run.stdout.starts_with(old), "{run:?}");
    assert!(run.stderr.contains(&format!("passed over {closed}: it cannot be read: ")), "{run:?}");
}

#[test]
fn what_others_add_pushes_out_no_encrypted_backup() {
    let used = Used::on(Server::start());
    let plain = used.backups.join(used.create());
    let passphrase = used.server.folder().join("passphrase");
    fs::write(&passphrase, "correct horse battery\n").expect("a passphrase");
    let passphrase = passphrase.to_str().expect("a path in UTF-8");
    let place = ["--place", used.place(), "--passphrase-file", passphrase];
    // In a place of its own: both may be of one second.
    let elsewhere = used.server.folder().join("elsewhere");
    let there = elsewhere.to_str().expect("a path in UTF-8");
    used.server.cli.ok(&["backup", "create", "--place", there, "--passphrase-file", passphrase]);
    let sealed =
        fs::read_dir(&elsewhere).expect("a folder").next().expect("a backup").expect("a backup").path();
    let [mut own, mut planted] = [Vec::new(), Vec::new()];
    for day in 1..=3 {
        own.push(format!("claviger-2025010{day}T030000Z.backup"));
        planted.push(format!("claviger-2025010{day}T235959Z.backup"));
        fs::copy(&sealed, used.backups.join(&own[day - 1])).expect("a copy");
        fs::copy(&plain, used.backups.join(&planted[day - 1])).expect("a copy");
    }
    // With the right end, and no backup at all.
    let nonsense = used.backups.join(&planted[2]);
    let mut bytes = fs::read(&nonsense).expect("a backup");
    bytes[0] ^= 1;
    fs::write(&nonsense, bytes).expect("another one");
    fs::remove_file(&plain).expect("the plain one");
    for more in [&["--dry-run"][..], &[]] {
        let prune = [&["backup", "prune", "--keep-daily", "3"], &place[..], more].concat();
        let run = used.server.cli.run(&prune);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), "all backups are kept\n"), "{run:?}");
        let told =
            format!("{} cannot be read: it is not encrypted, as those of this server are;", planted[0]);
        assert!(run.stderr.contains(&told), "{run:?}");
        assert!(own.iter().chain(&planted).all(|name| is_there(&used.backups, name)), "{run:?}");
    }
}

#[test]
fn uploads_that_are_not_there_are_told_and_cost_no_older_backup() {
    let mut used = Used::on(Server::start());
    let (name, old) = (used.create(), "claviger-20250601T030000Z.backup");
    fs::rename(used.backups.join(&name), used.backups.join(old)).expect("an older one");
    let doctor = || {
        let run = used.server.cli.run(&["doctor", "--json", "--listen", "127.0.0.1:0"]);
        let found: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        let line = found.as_array().expect("a list").iter().find(|line| line["check"] == "files folder");
        line.expect("a line about the folder").clone()
    };
    assert_ne!(doctor()["level"], "problem");
    // As a disk that is not mounted.
    fs::remove_dir_all(used.server.data().join("files")).expect("no uploads");
    let told = doctor();
    assert_eq!(told["level"], "problem", "{told}");
    assert!(told["text"].as_str().expect("a text").starts_with("none of 1 uploads is in "), "{told}");

    used.server.process.stop("TERM");
    let serve = || {
        let mut command = claviger();
        command.args(["serve", "--listen", "127.0.0.1:0", "--backup-place", used.place()]);
        command.args(["--backup-keep-daily", "1", "--data-dir"]).arg(used.server.data());
        Process::spawn(command, used.server.folder())
    };
    let mut process = serve();
    process.wait_for_address();
    let warned = "no upload is in the backup, so older ones are not deleted";
    eventually("a warning", || process.stderr().contains(warned).then_some(()));
    let line = process.stderr().lines().find(|line| line.contains(warned)).expect("a line").to_owned();
    assert!(line.contains("WARN") && line.contains("\"missed\":1"), "{line}");
    process.stop("TERM");
    assert!(is_there(&used.backups, old));
    for made in fs::read_dir(&used.backups).expect("the folder").map(|entry| entry.expect("an entry")) {
        if made.file_name() != old {
            fs::remove_file(made.path()).expect("a backup, which could have the next one's name");
        }
    }
    // With an upload of two the backup is one that others may go for.
    fs::create_dir_all(used.server.data().join("files/1")).expect("a folder");
    fs::write(used.server.data().join("files/1/123456"), b"an uploaded file").expect("the upload");
    used.server.execute(
        "INSERT INTO files (app, id, name, size, uploaded, authed) VALUES (1, '654321', 'gone.exe', 16, 5, 0)",
    );
    used.server.execute("UPDATE backup_state SET tried = 0");
    let told = doctor();
    assert!(told["text"].as_str().expect("a text").starts_with("1 of 2 uploads are not in "), "{told}");
    let process = serve();
    eventually("the older one to go", || (!is_there(&used.backups, old)).then_some(()));
    assert!(process.stderr().contains("uploads are not in the backup: "), "{}", process.stderr());
}

#[test]
fn what_is_no_place_is_refused_and_what_is_not_there_is_told() {
    let server = Server::start();
    let work = server.folder().join("work");
    fs::create_dir(&work).expect("a folder");
    let run = |args: &[&str]| {
        let mut command = claviger();
        let output = command.args(args).arg("--data-dir").arg(server.data()).current_dir(&work).output();
        let output = output.expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    for (place, told) in [
        ("https://x/y", "looks like an address"),
        ("file:/backup", "looks like an address"),
        ("sftp://x/y", "looks like an address"),
        ("s3:bucket", "write s3://BUCKET/PREFIX"),
        ("S3:/bucket", "write s3://BUCKET/PREFIX"),
        // Taken for an object store, which needs more.
        ("S3://bucket/night", "an object store needs s3_access_key"),
    ] {
        for command in ["create", "list", "verify"] {
            let (code, _, stderr) = run(&["backup", command, "--place", place]);
            assert!(code == Some(1) && stderr.contains(told), "{command} {place}: {stderr}");
        }
    }
    assert_eq!(fs::read_dir(&work).expect("a folder").count(), 0);
    let (code, stdout, stderr) = run(&["backup", "list", "--place", "nowhere"]);
    assert_eq!((code, stdout.as_str()), (Some(0), "none\n"));
    assert!(stderr.contains("there is no folder nowhere: see whether"), "{stderr}");
    let (code, _, stderr) = run(&["backup", "verify", "--place", "nowhere"]);
    assert!(code == Some(1) && stderr.contains("there is no folder nowhere: see whether"), "{stderr}");
    // A colon alone makes no address.
    let (code, _, stderr) = run(&["backup", "create", "--place", "a:b"]);
    assert!(code == Some(0) && work.join("a:b").is_dir(), "{stderr}");
}

#[test]
fn a_place_without_a_name_is_refused() {
    let used = Used::on(Server::start());
    let told = "the place of backups is empty: name a folder";
    let refused = used.server.cli.fails(&["backup", "list", "--place", ""]);
    assert!(refused.contains(told), "{refused}");
    let settings = used.server.folder().join("empty.toml");
    fs::write(&settings, "[backup]\nplace = ' '\n").expect("settings");
    let settings = settings.to_str().expect("UTF-8");
    let refused = used.server.cli.fails(&["backup", "create", "--config", settings]);
    assert!(refused.contains(told), "{refused}");
    // Of the server, a folder to work in that nothing is written to.
    let work: PathBuf = used.server.folder().join("work");
    fs::create_dir(&work).expect("a folder");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(work.join("data"));
    command.env("CLAVIGER_BACKUP_PLACE", "").current_dir(&work);
    let mut process = Process::spawn(command, used.server.folder());
    assert_eq!(process.wait().code(), Some(1));
    assert!(process.stderr().contains(told), "{}", process.stderr());
    assert_eq!(fs::read_dir(&work).expect("the folder").count(), 0);
}
