//! Backups, restores and moves that are killed in the middle, or meet a disk that takes no more.

use std::{fs, os::unix::fs::symlink, path::Path};

use crate::backup::{Elsewhere, Used};
use crate::backup_objects::in_use;
use crate::support::objects::{Fault, Objects};
use crate::support::pipe::pipe;
use crate::support::postgres::{Database, Gate};
use crate::support::server::{Process, claviger, claviger_under};
use crate::support::{Server, eventually};

/// A command on a data folder, under way.
fn begin(args: &[&str], data: &Path) -> Process {
    let mut command = claviger();
    command.args(args).arg("--data-dir").arg(data);
    Process::spawn(command, data.parent().expect("a folder"))
}

/// Bytes that no compression makes fewer.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let bytes = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    bytes.take(count).collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect()
}

#[test]
fn half_a_backup_is_never_taken_for_a_whole_one() {
    let used = Used::on(Server::start());
    let upload = used.server.data().join("files/1/123456");
    fs::write(&upload, noise(6 << 20)).expect("the upload");
    // Killed by the system when a file of its would be longer.
    let limited = ["sh", "-c", "ulimit -f 4096 && exec \"$0\" \"$@\""].map(str::to_owned);
    let mut command = claviger_under(&limited);
    command.args(["backup", "create", "--fast", "--place", used.place(), "--data-dir"]);
    let killed = command.arg(used.server.data()).output().expect("the program starts");
    assert_eq!(killed.status.code(), None, "{killed:?}");
    let left = names(&used.backups);
    assert!(left.len() == 1 && left[0].ends_with(".unfinished"), "{left:?}");
    assert_eq!(
        used.server.cli.json(&["backup", "list", "--place", used.place(), "--json"]),
        serde_json::json!([])
    );
    fs::write(&upload, b"an uploaded file").expect("the upload");
    let name = used.create();
    used.server.cli.ok(&["backup", "verify", &name, "--place", used.place()]);
    used.signed_in.is_validated();
}

#[test]
fn nothing_stays_of_a_backup_that_is_stopped() {
    let (database, objects) = (Database::create(), Objects::start());
    let used = Used::on(Server::start_on(&database.url));
    let secret = used.server.folder().join("secret");
    fs::write(&secret, "secret key\n").expect("a file");
    let section = format!(
        "[backup]\ns3_endpoint = '{}'\ns3_access_key = 'us'\ns3_secret_key_file = '{}'\n",
        objects.url,
        secret.display()
    );
    let settings = used.server.folder().join("backup.toml");
    fs::write(&settings, section).expect("settings");
    fs::create_dir(&used.backups).expect("a folder");
    let unfinished = || names(&used.backups).len() + objects.uploads();
    let mut client = database.connect();
    for place in [used.place(), "S3://bucket/night"] {
        for (signal, code) in [("TERM", 143), ("INT", 130)] {
            // It waits for a table in the middle.
            let mut held = client.transaction().expect("a transaction");
            held.batch_execute("LOCK TABLE chat_messages IN ACCESS EXCLUSIVE MODE").expect("the table");
            let settings = settings.to_str().expect("UTF-8");
            let args =
                ["backup", "create", "--place", place, "--config", settings, "--database", &database.url];
            let mut process = begin(&args, &used.server.data());
            eventually("a backup under way", || {
                assert!(!process.is_over(), "{}", process.stderr());
                (unfinished() == 1).then_some(())
            });
            process.signal(signal);
            assert_eq!(process.wait().code(), Some(code), "{place}: {}", process.stderr());
            assert_eq!(unfinished(), 0, "{place}");
            held.rollback().expect("an end");
        }
    }
}

/// A restore of a backup whose first half comes, with all tables and a part of the upload, and then nothing more.
fn halted(settings: &str, elsewhere: &Elsewhere, database: Option<&Database>) -> Process {
    let mut args = vec!["backup", "restore", "--config", settings];
    args.extend(database.iter().flat_map(|database| ["--database", &database.url]));
    let restoring = begin(&args, &elsewhere.data);
    let log = elsewhere.data.join("claviger.db-wal");
    let mut looking = database.map(Database::connect);
    eventually("the restore to begin", || {
        let begun = match &mut looking {
            None => fs::metadata(&log).is_ok_and(|log| log.len() > 0),
            Some(looking) => {
                let sql = "SELECT to_regclass('unfinished_restore') IS NOT NULL";
                looking.query_one(sql, &[]).expect("an answer").get(0)
            }
        };
        begun.then_some(())
    });
    restoring
}

#[test]
fn half_a_restore_is_opened_by_nobody_and_begun_anew() {
    let (used, objects, settings) = in_use(1 << 20);
    used.server.cli.ok(&["backup", "create", "--config", &settings]);
    let database = Database::create();
    for (name, database) in [("elsewhere", None), ("postgres", Some(&database))] {
        let url = database.map(|database| database.url.as_str());
        let elsewhere = Elsewhere::beside(&used.server, name, url);
        objects.fault(Fault::HaltsContents);
        halted(&settings, &elsewhere, database).crash();
        objects.fault(Fault::None);
        // Neither the server nor any command takes it for whole, or for new.
        let mut serving = vec!["serve", "--listen", "127.0.0.1:0"];
        serving.extend(url.iter().flat_map(|url| ["--database", *url]));
        let mut serving = begin(&serving, &elsewhere.data);
        assert_eq!(serving.wait().code(), Some(1));
        let told = serving.stderr();
        assert!(
            told.contains("a restore into this database was not finished: run the same command again (claviger backup restore)"),
            "{told}"
        );
        elsewhere.cli.ok(&["backup", "restore", "--config", &settings]);
        assert_eq!(elsewhere.cli.json(&["owner", "list", "--json"])[0]["name"], "demo");
        let upload = |data: &Path| fs::read(data.join("files/1/123456")).expect("the file");
        assert!(upload(&elsewhere.data) == upload(&used.server.data()));
        let (_process, app) = elsewhere.serve(&used.server.app);
        used.signed_in.at(&app.address).is_dead();
    }
}

#[test]
fn one_fills_a_database_at_a_time() {
    let (mut used, objects, settings) = in_use(1 << 20);
    used.server.cli.ok(&["backup", "create", "--config", &settings]);
    used.server.process.stop("TERM");
    let elsewhere = Elsewhere::beside(&used.server, "elsewhere", None);
    objects.fault(Fault::HaltsContents);
    let mut restoring = halted(&settings, &elsewhere, None);
    let database = elsewhere.data.join("claviger.db");
    let (from, to) = (used.server.data().join("claviger.db"), database.to_str().expect("UTF-8"));
    let moving = ["migrate-store", "--from", from.to_str().expect("UTF-8"), "--to", to];
    let refused = used.server.cli.fails(&moving);
    assert!(refused.contains("is being filled by another program: wait for its end"), "{refused}");
    // One that is killed keeps nobody from it.
    restoring.crash();
    used.server.cli.ok(&moving);
    let left = names(&elsewhere.data);
    assert!(left.iter().all(|name| !name.contains("filling")), "{left:?}");
    assert_eq!(elsewhere.cli.json(&["owner", "list", "--json"])[0]["name"], "demo");
}

#[test]
fn a_server_and_a_restore_that_begin_at_once_do_not_share_a_database() {
    let used = Used::on(Server::start());
    let name = used.create();
    for is_server_first in [true, false] {
        let database = Database::create();
        let beside = |name: &str| {
            Elsewhere::beside(&used.server, &format!("{name}-{is_server_first}"), Some(&database.url))
        };
        let (served, restored) = (beside("served"), beside("restored"));
        let serve =
            || begin(&["serve", "--listen", "127.0.0.1:0", "--database", &database.url], &served.data);
        let args = ["backup", "restore", &name, "--place", used.place(), "--database", &database.url];
        let restore = || begin(&args, &restored.data);
        let mut gate = Gate::shut(&database);
        let mut first = if is_server_first { serve() } else { restore() };
        gate.wait_for(1, &mut first);
        let mut second = if is_server_first { restore() } else { serve() };
        gate.wait_for(2, &mut second);
        gate.open();
        assert_eq!(second.wait().code(), Some(1));
        let told = second.stderr();
        if is_server_first {
            assert!(told.contains("has tables already, and nothing is overwritten"), "{told}");
            first.wait_for_address();
        } else {
            assert!(told.contains("a restore into this database was not finished"), "{told}");
            assert_eq!(first.wait().code(), Some(0), "{}", first.stderr());
            restored.serve(&used.server.app).1.init("1.2");
        }
    }
}

#[test]
fn a_restore_that_is_refused_touches_no_upload() {
    let mut used = Used::on(Server::start());
    let name = used.create();
    used.server.process.stop("TERM");
    let (files, upload) = (used.server.data().join("files"), used.server.data().join("files/1/123456"));
    // While the first is refused there are no uploads, which come before the second.
    for _ in 0..2 {
        let folder = upload.parent().expect("a folder");
        fs::remove_dir_all(folder).expect("no uploads");
        let restore = ["backup", "restore", &name, "--place", used.place()];
        assert!(used.server.cli.fails(&restore).contains("has data already"));
        fs::create_dir_all(folder).expect("a folder");
        fs::write(&upload, b"an uploaded file").expect("the upload");
        assert!(used.server.cli.fails(&restore).contains("has data already"));
        assert_eq!(fs::read(&upload).expect("the upload"), b"an uploaded file");
        assert_eq!(names(&files), ["1"]);
    }
}

#[test]
fn a_restore_that_uploads_are_in_the_way_of_leaves_no_trace() {
    let used = Used::on(Server::start());
    let name = used.create();
    let database = Database::create();
    for (folder, url) in [("elsewhere", None), ("postgres", Some(database.url.as_str()))] {
        let elsewhere = Elsewhere::beside(&used.server, folder, url);
        let uploads = elsewhere.data.join("files/1");
        fs::create_dir_all(&uploads).expect("a folder");
        let restore = ["backup", "restore", &name, "--place", used.place()];
        let refused = elsewhere.cli.fails(&restore);
        assert!(refused.contains("has uploads already, and nothing is overwritten"), "{refused}");
        let mut left = names(&elsewhere.data);
        left.sort();
        assert_eq!(left, ["files", "master.key"]);
        if url.is_some() {
            let sql = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
            let tables: i64 = database.connect().query_one(sql, &[]).expect("an answer").get(0);
            assert_eq!(tables, 0);
        }
        fs::remove_dir(&uploads).expect("no uploads");
        elsewhere.cli.ok(&restore);
    }
}

#[test]
fn what_stands_in_place_of_an_upload_is_not_read() {
    let used = Used::on(Server::start());
    let upload = used.server.data().join("files/1/123456");
    let secret = used.server.folder().join("secret");
    fs::write(&secret, "sixteen letters!").expect("a file");
    // A pipe would hold up whoever opens it.
    for replace in [&|| symlink(&secret, &upload).expect("a link"), &|| pipe(&upload)] as [&dyn Fn(); 2] {
        fs::remove_file(&upload).expect("the upload");
        replace();
        eventually("a backup in a second of its own", || {
            let run = used.server.cli.run(&["backup", "create", "--place", used.place(), "--json"]);
            assert!(run.code == Some(0) || run.stderr.contains("try again in a second"), "{run:?}");
            let made: serde_json::Value = serde_json::from_str(&run.stdout).ok()?;
            assert_eq!((&made["files"], &made["missed"]), (&0.into(), &1.into()), "{made}");
            Some(())
        });
    }
}

#[test]
fn half_a_move_is_opened_by_nobody_and_begun_anew() {
    let mut used = Used::on(Server::start());
    used.server.process.stop("TERM");
    let database = Database::create();
    let from = used.server.data().join("claviger.db");
    let from = from.to_str().expect("UTF-8");
    let mut gate = Gate::shut(&database);
    let args = ["migrate-store", "--from", from, "--to", &database.url];
    let mut moving = begin(&args, &used.server.data());
    gate.wait_for(1, &mut moving);
    // It says what it is about, and waits again.
    gate.let_one_through(&mut moving);
    moving.crash();
    gate.open();
    let elsewhere = Elsewhere::beside(&used.server, "postgres", Some(&database.url));
    let refused = elsewhere.cli.fails(&["owner", "list"]);
    assert!(
        refused.contains(
            "a move into this database was not finished: run the same command again (claviger migrate-store)"
        ),
        "{refused}"
    );
    // The server of the killed command notices that nobody is there any more.
    eventually("the old connection to end", || (used.server.cli.run(&args).code == Some(0)).then_some(()));
    let (_process, app) = elsewhere.serve(&used.server.app);
    used.signed_in.at(&app.address).is_validated();
}

/// Adds licenses, so that there is something to move.
fn with_licenses(used: &Used, count: usize) {
    let list: String = (0..count).map(|n| format!("MOVED-{n}\n")).collect();
    let path = used.server.folder().join("keys.txt");
    fs::write(&path, list).expect("a list");
    let path = path.to_str().expect("UTF-8");
    used.server.cli.ok(&["license", "import", &used.server.app.path(), path, "--days", "30"]);
}

#[test]
fn a_move_to_postgres_that_is_killed_goes_on() {
    let mut used = Used::on(Server::start());
    used.server.process.stop("TERM");
    let database = Database::create();
    let from = used.server.data().join("claviger.db");
    let from = from.to_str().expect("UTF-8");
    let args = ["migrate-store", "--from", from, "--to", &database.url, "--json"];
    let mut gate = Gate::shut(&database);
    let mut moving = begin(&args, &used.server.data());
    gate.wait_for(1, &mut moving);
    // It says what it is about, then makes the tables, and wants the lock once more when all rows are there.
    gate.let_one_through(&mut moving);
    gate.let_one_through(&mut moving);
    moving.crash();
    gate.open();
    let mut other = database.connect();
    // As if it had been killed in the middle of the licenses, and somebody was at work on the old one since.
    other.execute("DELETE FROM licenses WHERE id % 2 = 0", &[]).expect("fewer licenses");
    used.server.execute("UPDATE users SET owner = 'somebody else'");
    let mut told = String::new();
    // The server of the killed command notices that nobody is there any more.
    eventually("the old connection to end", || {
        let outcome = used.server.cli.run(&args);
        told = outcome.stderr;
        (outcome.code == Some(0)).then_some(())
    });
    // Those before the users, whom another try would have found as they are.
    let kept: usize = told
        .lines()
        .find_map(|line| {
            line.strip_prefix("claviger: ")?
                .strip_suffix(" tables were there from a run before, and are the same as in the old database")
        })
        .and_then(|count| count.parse().ok())
        .unwrap_or_else(|| panic!("{told}"));
    assert!((3..8).contains(&kept), "{told}");
    let owner = other.query_one("SELECT owner FROM users", &[]).expect("a user").get::<_, String>(0);
    assert_eq!(owner, "somebody else");
    let elsewhere = Elsewhere::beside(&used.server, "postgres", Some(&database.url));
    let (_process, app) = elsewhere.serve(&used.server.app);
    used.signed_in.at(&app.address).is_validated();
}

#[test]
fn a_move_to_sqlite_that_is_killed_goes_on() {
    let database = Database::create();
    let mut used = Used::on(Server::start_on(&database.url));
    with_licenses(&used, 10_000);
    used.server.process.stop("TERM");
    let to = used.server.folder().join("moved.db");
    let args = ["migrate-store", "--from", &database.url, "--to", to.to_str().expect("UTF-8"), "--json"];
    // Killed by the system when a file of its would be longer, each time a bit later, until it is done.
    let (mut killed, mut kept, mut blocks) = (0, 0, 512);
    let moved = loop {
        let limit = ["sh".into(), "-c".into(), format!("ulimit -f {blocks} && exec \"$0\" \"$@\"")];
        let mut command = claviger_under(&limit);
        let output = command.args(args).output().expect("it starts");
        let stderr = String::from_utf8(output.stderr).expect("UTF-8");
        kept += usize::from(stderr.contains("tables were there from a run before"));
        if output.status.success() {
            break output.stdout;
        }
        killed += 1;
        blocks = blocks * 5 / 4;
        assert!(blocks < 1 << 20, "{stderr}");
    };
    assert!(killed > 0 && kept > 0, "killed {killed} times, went on {kept} times");
    // Nothing else came of it than of a move that nobody killed.
    let at_once = used.server.folder().join("at_once.db");
    let at_once = at_once.to_str().expect("UTF-8");
    let wanted = used.server.cli.ok(&["migrate-store", "--from", &database.url, "--to", at_once, "--json"]);
    assert_eq!(String::from_utf8(moved).expect("UTF-8"), wanted);
    let elsewhere = Elsewhere::beside(&used.server, "sqlite", to.to_str());
    let (_process, app) = elsewhere.serve(&used.server.app);
    used.signed_in.at(&app.address).is_validated();
}

#[test]
fn a_disk_that_takes_no_more_leaves_nothing_of_a_backup() {
    let mut used = Used::on(Server::start());
    used.server.process.stop("TERM");
    fs::write(used.server.data().join("files/1/123456"), noise(6 << 20)).expect("the upload");
    let limited = ["sh", "-c", "trap '' XFSZ && ulimit -f 4096 && exec \"$0\" \"$@\""].map(str::to_owned);
    let mut command = claviger_under(&limited);
    command.args(["backup", "create", "--place", used.place(), "--data-dir"]).arg(used.server.data());
    let output = command.output().expect("the program starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && told.contains("File too large"), "{told}");
    assert!(names(&used.backups).is_empty(), "{:?}", names(&used.backups));
    // It is known that it failed.
    let database = rusqlite::Connection::open(used.server.data().join("claviger.db")).expect("the database");
    let noted = "SELECT made IS NULL AND failure LIKE '%File too large%' FROM backup_state";
    assert!(database.query_row(noted, [], |row| row.get::<_, bool>(0)).expect("a row"));
}
