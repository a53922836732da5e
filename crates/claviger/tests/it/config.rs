//! Starting and stopping, settings and their order of precedence.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::cli::assert_refused;
use crate::support::http::request;
use crate::support::server::{Process, claviger};
use crate::support::{KEY_NOT_FOUND, Server, assert_json};

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// `claviger serve` on a fresh folder and port.
fn serve(folder: &TempDir) -> Command {
    let mut command = claviger();
    command.args(["serve", "--data-dir"]).arg(folder.path().join("data"));
    command
}

/// The server ends at once with a sentence, which is returned.
fn refused(command: Command, folder: &TempDir) -> String {
    let mut process = Process::spawn(command, folder.path());
    let status = process.wait();
    let sentence = process.stderr();
    assert_refused(status.code(), &sentence);
    sentence
}

/// Writes a settings file and returns its path.
fn settings(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("claviger.toml");
    fs::write(&path, text).expect("a file");
    path
}

#[test]
fn it_starts_without_any_settings() {
    let folder = folder();
    let mut command = serve(&folder);
    command.args(["--listen", "127.0.0.1:0"]);
    let mut process = Process::spawn(command, folder.path());
    let address = process.wait_for_address();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(request(&address, "GET", path, &[], b"").status, 200);
    }
    // There is no demo, and nobody has a key.
    assert!(!folder.path().join("data/demo.json").exists());
    let reply = request(&address, "GET", "/api/seller/?sellerkey=x&type=killall", &[], b"");
    assert_json(&reply, 404, KEY_NOT_FOUND);
    process.stop("TERM");
}

#[test]
fn both_signals_stop_it_in_good_order() {
    for signal in ["TERM", "INT"] {
        let mut server = Server::start();
        server.app.init("1.3");
        server.process.stop(signal);
    }
}

#[test]
fn flags_win_over_the_environment_and_the_environment_over_the_file() {
    let folder = folder();
    let file = settings(&folder, "listen = \"127.0.0.2:0\"\n");
    let listens = |environment: Option<&str>, flag: Option<&str>| {
        let mut command = serve(&folder);
        command.arg("--config").arg(&file);
        command.envs(environment.map(|value| ("CLAVIGER_LISTEN", value)));
        command.args(flag.map(|value| ["--listen", value]).into_iter().flatten());
        let mut process = Process::spawn(command, folder.path());
        let address = process.wait_for_address();
        process.stop("TERM");
        address.split(':').next().expect("a host").to_owned()
    };
    assert_eq!(listens(None, None), "127.0.0.2");
    assert_eq!(listens(Some("127.0.0.3:0"), None), "127.0.0.3");
    assert_eq!(listens(Some("127.0.0.3:0"), Some("127.0.0.4:0")), "127.0.0.4");
    assert_eq!(listens(None, Some("127.0.0.4:0")), "127.0.0.4");
}

#[test]
fn the_data_folder_may_come_from_the_environment() {
    let folder = folder();
    let data = folder.path().join("elsewhere");
    let mut command = claviger();
    command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]).env("CLAVIGER_DATA_DIR", &data);
    command.current_dir(folder.path());
    let mut process = Process::spawn(command, folder.path());
    process.wait_for_address();
    assert!(data.join("master.key").exists());
    assert!(!folder.path().join("claviger-data").exists());
    process.stop("TERM");
}

#[test]
fn the_data_folder_has_a_default() {
    let folder = folder();
    let mut command = claviger();
    command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]).current_dir(folder.path());
    let mut process = Process::spawn(command, folder.path());
    process.wait_for_address();
    assert!(folder.path().join("claviger-data/master.key").exists());
    process.stop("TERM");
}

#[test]
fn nonsense_is_refused() {
    let folder = folder();
    for args in [
        &["--listen", "nonsense"][..],
        &["--listen", "127.0.0.1:99999"],
        &["--listen", ""],
        &["--database", "mysql://localhost/x", "--listen", "127.0.0.1:0"],
        &["--config", "/nonexistent/claviger.toml", "--listen", "127.0.0.1:0"],
        &["--no-such-flag"],
        &["no-such-word"],
    ] {
        let mut command = serve(&folder);
        command.args(args);
        refused(command, &folder);
    }
    let by_variable = |args: &[&str]| {
        let mut command = serve(&folder);
        command.env("CLAVIGER_LISTEN", "nonsense").args(args);
        refused(command, &folder)
    };
    assert!(
        by_variable(&[]).contains("invalid value 'nonsense' for 'CLAVIGER_LISTEN': "),
        "{}",
        by_variable(&[])
    );
    let told = by_variable(&["--listen", "x"]);
    assert!(told.contains("invalid value 'x' for '--listen <ADDRESS>': "), "{told}");
}

#[test]
fn nonsense_in_the_file_is_refused() {
    for (text, culprit) in [
        ("listen = \"nonsense\"\n", "claviger.toml, listen: `nonsense`"),
        ("listen = 5\n", "claviger.toml"),
        ("lisen = \"127.0.0.1:0\"\n", "lisen"),
        ("listen = [\n", "claviger.toml"),
    ] {
        let folder = folder();
        let file = settings(&folder, text);
        let mut command = serve(&folder);
        command.arg("--config").arg(file);
        let sentence = refused(command, &folder);
        assert!(sentence.contains(culprit), "{text}: {sentence}");
    }
}

/// By the same settings as the server's own link.
#[test]
fn an_invitation_leads_to_the_server() {
    let folder = folder();
    let link = |variables: &[(&str, &str)], text: &str| {
        let file = settings(&folder, text);
        let run = |words: &[&str]| {
            let mut command = claviger();
            command.args(words).arg("--config").arg(&file).arg("--data-dir").arg(folder.path().join("data"));
            command.envs(variables.iter().copied()).output().expect("the program starts")
        };
        run(&["owner", "create", "acme"]);
        let printed = String::from_utf8(run(&["owner", "invite", "acme"]).stdout).expect("text");
        printed.split("/dashboard").next().expect("a link").to_owned()
    };
    let start = || {
        let mut command = serve(&folder);
        command.args(["--listen", "127.0.0.1:0"]);
        let mut process = Process::spawn(command, folder.path());
        process.wait_for_address();
        process.stop("TERM");
    };
    start();
    let port = "0.0.0.0:21040";
    assert_eq!(link(&[], ""), "http://127.0.0.1:8080");
    assert_eq!(link(&[("CLAVIGER_LISTEN", "127.0.0.9:1")], ""), "http://127.0.0.9:1");
    assert_eq!(link(&[("CLAVIGER_LISTEN", port)], ""), "http://localhost:21040");
    assert_eq!(link(&[], "listen = \"[::]:21040\"\n"), "http://localhost:21040");
    let listen = format!("listen = {port:?}\n");
    assert_eq!(link(&[("CLAVIGER_TLS_CERT_FILE", "/c.pem")], &listen), "https://localhost:21040");
    assert_eq!(link(&[("CLAVIGER_ACME_DOMAINS", "a.example")], ""), "https://127.0.0.1:8080");
    assert_eq!(link(&[("CLAVIGER_PUBLIC_URL", "https://l.example")], &listen), "https://l.example");
}

/// What would make it fail is found before the link of the first owner is told, and before the database is made.
#[test]
fn a_start_that_fails_makes_and_tells_nothing() {
    let folder = folder();
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("a folder");
    let key = data.join("master.key");
    fs::write(&key, "5a".repeat(32)).expect("a key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("a mode");
    let start = || {
        let mut command = serve(&folder);
        command.args(["--listen", "127.0.0.1:0", "--access-log"]).arg(folder.path().join("none/access.log"));
        command.output().expect("the program starts")
    };
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let refused = start();
    assert!(said(&refused).contains("can be read by other users"), "{}", said(&refused));
    assert_eq!(fs::read_dir(&data).expect("the folder").count(), 1, "the key alone");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a mode");
    let refused = start();
    assert!(said(&refused).contains("the access log cannot be written: "), "{}", said(&refused));
    assert_eq!(String::from_utf8_lossy(&refused.stdout), "");
}

#[test]
fn manual_pages_are_written_into_a_new_folder() {
    let folder = folder();
    let pages = folder.path().join("share/man1");
    assert!(claviger().arg("man").arg(&pages).status().expect("the program starts").success());
    assert!(pages.join("claviger-serve.1").exists());
}

#[test]
fn a_port_in_use_is_refused() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let mut command = serve(&folder);
    command.args(["--listen", &address]);
    assert!(refused(command, &folder).contains(&address));
}

#[test]
fn a_data_folder_that_is_a_file_is_refused() {
    let folder = folder();
    fs::write(folder.path().join("data"), "x").expect("a file");
    let mut command = serve(&folder);
    command.args(["--listen", "127.0.0.1:0"]);
    refused(command, &folder);
}

/// The SQLite file of a data folder.
fn database(data: &Path) -> PathBuf {
    let files = fs::read_dir(data).expect("the data folder");
    files
        .map(|entry| entry.expect("a file").path())
        .find(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0")))
        .expect("an SQLite file")
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let folder = folder();
    let start = || {
        let mut command = serve(&folder);
        command.args(["--listen", "127.0.0.1:0"]);
        command
    };
    let mut process = Process::spawn(start(), folder.path());
    process.wait_for_address();
    process.stop("TERM");

    let file = database(&folder.path().join("data"));
    let database = Connection::open(&file).expect("a database");
    let raise = "UPDATE schema_migrations SET version = version + 1000 \
                 WHERE version = (SELECT max(version) FROM schema_migrations)";
    assert_eq!(database.execute(raise, []).expect("an update"), 1);
    drop(database);

    let before = fs::read(&file).expect("the database");
    let sentence = refused(start(), &folder);
    assert!(sentence.contains("newer"), "{sentence}");
    assert!(fs::read(&file).expect("the database") == before, "the database was changed");
    // The commands refuse it as well.
    let mut command = claviger();
    command.args(["owner", "create", "alice", "--data-dir"]).arg(folder.path().join("data"));
    let sentence = refused(command, &folder);
    assert!(sentence.contains("newer"), "{sentence}");

    let database = Connection::open(&file).expect("a database");
    let lower = "UPDATE schema_migrations SET version = version - 1000 WHERE version > 1000";
    assert_eq!(database.execute(lower, []).expect("an update"), 1);
    drop(database);
    let mut process = Process::spawn(start(), folder.path());
    process.wait_for_address();
}

#[test]
fn another_master_key_is_refused() {
    let server = Server::start();
    let data = server.data();
    let mut process = server.process;
    process.stop("TERM");
    fs::write(data.join("master.key"), "0".repeat(64)).expect("a file");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
    let outcome = command.output().expect("the program starts");
    assert_refused(outcome.status.code(), &String::from_utf8_lossy(&outcome.stderr));
}

/// A word that is no level would silence the log, errors and refusals included.
#[test]
fn a_misspelled_level_is_refused() {
    let folder = folder();
    for level in ["warning", "verbose", "a b c", "hyper=trace"] {
        let mut command = serve(&folder);
        command.args(["--listen", "127.0.0.1:0"]).env("CLAVIGER_LOG", level);
        let told = refused(command, &folder);
        assert!(told.contains("CLAVIGER_LOG") && told.contains("is no log filter"), "{told}");
    }
}

#[test]
fn logs_are_json_where_nobody_watches() {
    let mut server = Server::start();
    server.app.init("1.1");
    server.process.stop("TERM");
    let log = server.process.stderr();
    assert!(!log.trim().is_empty());
    for line in log.lines() {
        let record: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(record.is_object(), "{line}");
    }
    assert!(!log.contains(&server.app.seller_key), "the seller key is in the log");
    assert!(!log.contains(&server.app.secret), "the secret is in the log");
}
