//! The access log: a line for each request, that holds nothing of what was sent.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::metrics::WATCHED;
use crate::support::http::request;
use crate::support::live::Live;
use crate::support::metrics::Metrics;
use crate::support::pipe::pipe;
use crate::support::server::{Process, claviger};
use crate::support::tls::Pair;
use crate::support::{Server, eventually};

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// The line about a request, once it is written.
fn line_about(path: &Path, id: &str) -> Value {
    eventually("a line of the access log", || lines(path).into_iter().find(|line| line["request_id"] == id))
}

fn logging() -> Server {
    Server::start_with(&format!("{WATCHED}access_log = \"access.log\"\n"))
}

#[test]
fn a_line_tells_what_was_asked_for_and_what_came_of_it() {
    let server = logging();
    let (app, path) = (&server.app, server.data().join("access.log"));
    let name = app.name.as_str();
    let session = app.init("1.2");
    for (reply, api, kind, outcome, app_name) in [
        (session.call("check", &[]), "client", "check", "refused", Some(name)),
        (session.call("var", &[("varid", "none")]), "client", "var", "refused", Some(name)),
        (app.client("1.3", "x", &[]), "client", "other", "refused", Some(name)),
        (app.post("1.3", &[]), "client", "other", "refused", None),
        (app.seller("type=info"), "seller", "info", "refused", Some(name)),
        (app.seller("type=setseller"), "seller", "setseller", "refused", Some(name)),
        (
            request(&app.address, "GET", "/api/seller/?sellerkey=x", &[], b""),
            "seller",
            "other",
            "refused",
            None,
        ),
        (request(&app.address, "GET", "/dashboard/-/sign-in", &[], b""), "pages", "dashboard", "ok", None),
        (request(&app.address, "GET", "/readyz", &[], b""), "other", "health", "ok", None),
    ] {
        let line = line_about(&path, reply.header("x-request-id").expect("an id"));
        let told = ["api", "type"].map(|field| line[field].as_str().expect("a text").to_owned());
        assert_eq!(told, [api, kind], "{line}");
        assert_eq!(line["status"], reply.status, "{line}");
        assert_eq!(line["app"].as_str(), app_name, "{line}");
        assert_eq!(line["ip"], "127.0.0.1", "{line}");
        assert!(line["ms"].as_f64().is_some_and(|ms| (0.0..60_000.0).contains(&ms)), "{line}");
        let is_ok = line["outcome"] == "ok";
        let expected = reply.status < 400 && !reply.body.starts_with(b"{\"success\":false");
        assert_eq!(is_ok, expected, "{outcome}: {line}");
        assert_eq!(line["bytes"].as_u64(), Some(reply.body.len() as u64), "{line}");
        let fields: Vec<&String> = line.as_object().expect("an object").keys().collect();
        let all = ["api", "app", "bytes", "ip", "ms", "outcome", "request_id", "status", "time", "type"];
        assert_eq!(fields, all, "{line}");
    }
    let mode = fs::metadata(&path).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn it_is_off_unless_it_is_asked_for() {
    let server = Server::start_with("access_log = \"off\"\n");
    server.app.init("1.2");
    let entries = fs::read_dir(server.data()).expect("the folder");
    assert!(entries.map(|entry| entry.expect("an entry").file_name()).all(|name| name != "off"));
}

#[test]
fn a_renamed_file_is_opened_anew() {
    let server = logging();
    let path = server.data().join("access.log");
    let ask = || {
        let reply = request(&server.app.address, "GET", "/healthz", &[], b"");
        reply.header("x-request-id").expect("an id").to_owned()
    };
    line_about(&path, &ask());
    // With the signal, as logrotate does it.
    let first = path.with_extension("1");
    fs::rename(&path, &first).expect("a new name");
    server.process.signal("HUP");
    eventually("a new file", || path.exists().then_some(()));
    let id = ask();
    line_about(&path, &id);
    assert!(!lines(&first).iter().any(|line| line["request_id"] == id.as_str()));
    // And without it.
    fs::remove_file(&path).expect("a file");
    eventually("another file", || {
        ask();
        path.exists().then_some(())
    });
    line_about(&path, &ask());
}

#[test]
fn all_lines_are_written_before_the_end() {
    let mut server = logging();
    let path = server.data().join("access.log");
    let before = lines(&path).len();
    for _ in 0..200 {
        request(&server.app.address, "GET", "/healthz", &[], b"");
    }
    server.process.stop("TERM");
    assert!(lines(&path).len() >= before + 200);
}

#[test]
fn a_disk_that_takes_nothing_holds_up_no_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pipe");
    pipe(&path);
    // Somebody holds the other end and never reads.
    let _end = fs::OpenOptions::new().read(true).write(true).open(&path).expect("the pipe");
    let server = Server::start_with(&format!("{WATCHED}access_log = {path:?}\n"));
    let address = Metrics::address(&server);
    eventually("lines to be left out", || {
        let mut line = crate::support::Line::from("127.0.0.1", &server.app.address);
        for _ in 0..500 {
            assert_eq!(line.get("/healthz"), 200);
        }
        let left_out = Metrics::at(&address).get("claviger_access_log_lines_total{outcome=\"left_out\"}");
        (left_out > 0.0).then_some(())
    });
}

#[test]
fn standard_output_is_a_place_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--access-log", "-", "--data-dir"]);
    let mut process = Process::spawn(
        {
            command.arg(folder.path().join("data"));
            command
        },
        folder.path(),
    );
    let address = process.wait_for_address();
    let id = request(&address, "GET", "/healthz", &[], b"").header("x-request-id").expect("an id").to_owned();
    eventually("a line", || process.stdout().contains(&id).then_some(()));
    process.stop("TERM");
}

#[test]
fn a_file_that_cannot_be_written_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--access-log", "/nowhere/access.log", "--data-dir"]);
    command.arg(folder.path().join("data"));
    let mut process = Process::spawn(command, folder.path());
    assert_eq!(process.wait().code(), Some(1));
    assert!(
        process.stderr().contains("the access log cannot be written: /nowhere/access.log"),
        "{}",
        process.stderr()
    );
}

#[test]
fn it_is_written_into_no_file_that_is_for_something_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = started_once(&folder);
    server.stop("TERM");
    let (data, at) = (folder.path().join("data"), |name: &str| folder.path().join(name));
    fs::create_dir(at("links")).expect("a folder");
    std::os::unix::fs::symlink("../data/master.key", at("links/soft")).expect("a link");
    fs::hard_link(data.join("claviger.db"), at("links/hard")).expect("a link");
    let before = contents(folder.path());
    for (log, of) in [
        ("data/master.key", "the master key"),
        ("links/soft", "the master key"),
        ("links/../data/master.key", "the master key"),
        ("data/claviger.db", "the database"),
        ("links/hard", "the database"),
        // Neither is there while nobody has the database open.
        ("data/claviger.db-wal", "the database"),
        ("data/claviger.db-shm", "the database"),
        ("claviger.toml", "the settings"),
        ("cert.pem", "tls_cert_file"),
        ("key.pem", "tls_key_file"),
        ("smtp", "smtp_url_file"),
    ] {
        let mut command = command_in(&folder);
        command.arg("--access-log").arg(log);
        let mut process = Process::spawn(command, &at("links"));
        assert_eq!(process.wait().code(), Some(1), "{log}");
        let said = process.stderr();
        let told = format!("access_log would be written to {log}, which is the file ");
        assert!(
            said.contains(&told) && said.contains(&format!(" of {of}: name a file of its own")),
            "{said}"
        );
        assert_eq!(contents(folder.path()), before, "{log}");
    }
}

#[test]
fn nor_is_it_where_nothing_is_yet() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    for name in ["master.key", "claviger.db", "claviger.db-wal"] {
        let mut command = claviger();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
        command.arg("--access-log").arg(data.join(name));
        let mut process = Process::spawn(command, folder.path());
        assert_eq!(process.wait().code(), Some(1), "{name}");
        let said = process.stderr();
        assert!(said.contains("access_log would be written to") && said.contains(name), "{said}");
        assert!(!data.exists());
    }
}

/// `claviger serve` by the settings in this folder.
fn command_in(folder: &TempDir) -> Command {
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--config", "claviger.toml"]);
    command.current_dir(folder.path());
    command
}

/// A server that has made its data there, with the settings and the files that they name.
fn started_once(folder: &TempDir) -> Process {
    let at = |name: &str| folder.path().join(name);
    Pair::new().write(folder.path());
    fs::write(at("smtp"), "smtp://127.0.0.1:1?tls=none").expect("a file");
    let settings = "data_dir = \"data\"\ntls_cert_file = \"cert.pem\"\ntls_key_file = \"key.pem\"\n\
                    smtp_url_file = \"smtp\"\nsmtp_from = \"a@example.com\"\n";
    fs::write(at("claviger.toml"), settings).expect("a file");
    fs::create_dir(at("output")).expect("a folder");
    let mut process = Process::spawn(command_in(folder), &at("output"));
    process.wait_for_address();
    process
}

/// What is in the files of a folder and of that of the data.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let of =
        |folder: &Path| fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = of(folder).chain(of(&folder.join("data"))).filter(|path| path.is_file());
    let mut all: Vec<_> = files.map(|path| (path.clone(), fs::read(path).expect("a file"))).collect();
    all.sort();
    all
}

#[test]
fn what_is_written_while_it_is_taken_is_told_at_its_end() {
    let server = logging();
    let (app, path) = (&server.app, server.data().join("access.log"));
    for _ in 0..20 {
        app.init("1.2");
    }
    let list = app.seller("type=fetchallsessions");
    assert_eq!((list.status, list.header("content-length")), (200, None), "{list:?}");
    let line = line_about(&path, list.header("x-request-id").expect("an id"));
    assert_eq!(line["bytes"].as_u64(), Some(list.body.len() as u64), "{line}");
    assert_eq!(line["type"], "fetchallsessions");

    // A live page is told of once whoever looked has gone; by then something has come.
    let browser = server.browser();
    let mut live = Live::open(&app.address, &browser, "/dashboard/demo-app/credentials/live");
    let head = live.until("event: newest").to_owned();
    let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("an id").to_owned();
    let told = |id: &str| lines(&path).into_iter().find(|line| line["request_id"] == id);
    // Lines are written in their order: this one would be there.
    line_about(
        &path,
        request(&app.address, "GET", "/healthz", &[], b"").header("x-request-id").expect("an id"),
    );
    assert_eq!(told(&id), None);
    drop(live);
    let line = line_about(&path, &id);
    assert!(line["bytes"].as_u64().is_some_and(|bytes| bytes > 0), "{line}");
    assert_eq!((line["status"].as_u64(), line["api"].as_str()), (Some(200), Some("pages")), "{line}");
}

#[test]
fn a_pipe_that_nobody_reads_from_is_told_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("access.pipe");
    pipe(&place);
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path().join("data"));
    command.arg("--access-log").arg(&place);
    let mut process = Process::spawn(command, folder.path());
    assert_eq!(process.wait().code(), Some(1));
    let told = process.stderr();
    assert!(told.contains("the access log cannot be written: ") && told.contains("access.pipe"), "{told}");
}
