//! What the doctor says of backups.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
};

use crate::backup_objects::in_use;
use crate::support::objects::Fault;
use crate::support::{Cli, Server};

/// Level and text of the doctor's line about backups.
fn told(cli: &Cli, more: &[&str]) -> (String, String) {
    let args = [&["doctor", "--json", "--listen", "127.0.0.1:0"][..], more].concat();
    let outcome = cli.run(&args);
    let found: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let line = found.as_array().expect("a list").iter().find(|line| line["check"] == "backups");
    let line = line.expect("a line about backups");
    let text = |name: &str| line[name].as_str().expect("a text").to_owned();
    (text("level"), text("text"))
}

#[test]
fn the_doctor_looks_at_backups_in_a_folder() {
    let server = Server::start();
    let cli = &server.cli;
    assert_eq!(told(cli, &[]), ("ok".into(), "none by plan, and none for a demo".into()));
    let demo = server.data().join("demo.json");
    let kept = fs::read(&demo).expect("the demo");
    fs::remove_file(&demo).expect("no demo");
    let (level, text) = told(cli, &[]);
    assert!(
        level == "warning" && text.starts_with("the server makes none by itself: name a folder"),
        "{text}"
    );
    fs::write(&demo, kept).expect("the demo");

    let backups = server.folder().join("backups");
    let place = ["--backup-place", backups.to_str().expect("UTF-8")];
    let (level, text) = told(cli, &place);
    assert!(level == "warning" && text.starts_with("none was ever made: "), "{text}");
    assert!(!backups.exists(), "the doctor makes nothing");
    let name = cli.json(&["backup", "create", place[0], place[1], "--json"])["name"].clone();
    let name = name.as_str().expect("a name");
    let (level, text) = told(cli, &place);
    assert_eq!(level, "ok", "{text}");
    assert_eq!(text, format!("the last one, {name}, is 0 hours old; {} can be written to", place[1]));
    assert_eq!(fs::read_dir(&backups).expect("the folder").count(), 1, "the doctor leaves nothing");

    server.execute("UPDATE backup_state SET made = made - 400000");
    let (level, text) = told(cli, &place);
    assert!(level == "warning" && text.contains("is 111 hours old, and one is due every 24 hours"), "{text}");
    server.execute("UPDATE backup_state SET made = made + 400000");
    fs::remove_file(backups.join(name)).expect("no backup");
    let (level, text) = told(cli, &place);
    assert!(level == "warning" && text.contains("as it was written: look who deletes there"), "{text}");
    fs::remove_dir(&backups).expect("no folder");
    let (level, text) = told(cli, &place);
    assert!(level == "warning" && text.contains(&format!("the folder {} is not there", place[1])), "{text}");
    fs::write(&backups, "in the way").expect("a file");
    cli.fails(&["backup", "create", place[0], place[1]]);
    let (level, text) = told(cli, &place);
    assert!(level == "problem" && text.starts_with(&format!("{} cannot be used: ", place[1])), "{text}");
    fs::remove_file(&backups).expect("no file");
    let (level, text) = told(cli, &place);
    assert!(level == "warning" && text.starts_with("the last try failed at "), "{text}");
}

#[test]
fn the_doctor_looks_at_backups_in_an_object_store() {
    let (used, objects, settings) = in_use(0);
    let cli = &used.server.cli;
    let more = ["--config", settings.as_str()];
    cli.ok(&["backup", "create", more[0], more[1]]);
    let (level, text) = told(cli, &more);
    assert!(level == "ok" && text.contains("is 0 hours old; s3://bucket/night/ at "), "{text}");
    assert_eq!((objects.names().len(), objects.uploads()), (1, 0), "the doctor leaves nothing");
    objects.fault(Fault::Closed);
    let (level, text) = told(cli, &more);
    assert!(level == "problem" && text.contains("the object store refuses: 403 AccessDenied"), "{text}");
    assert!(!text.contains("Signature") && !text.contains("secret key"), "{text}");
}

#[test]
fn the_doctor_tells_where_others_could_slip_in_a_backup() {
    let server = Server::start();
    let place = server.folder().join("backups");
    fs::create_dir(&place).expect("a folder");
    let in_place = place.to_str().expect("UTF-8");
    for (mode, beginning) in [
        (0o700, "none was ever made: ".to_owned()),
        (0o1777, format!("everybody on this machine may write to {in_place}, ")),
        (0o770, "none was ever made: ".to_owned()),
    ] {
        fs::set_permissions(&place, Permissions::from_mode(mode)).expect("a mode");
        let (level, text) = told(&server.cli, &["--backup-place", in_place]);
        assert!(level == "warning" && text.starts_with(&beginning), "{text}");
    }
}
