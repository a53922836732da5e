//! Commands for whoever packs and upgrades the program.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Output;
use std::thread;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::server::claviger;
use crate::support::{Server, eventually};

fn run(folder: &TempDir, words: &[&str]) -> Output {
    claviger().args(words).arg("--data-dir").arg(folder.path()).output().expect("the program starts")
}

fn text(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

fn schema(folder: &TempDir) -> (i64, i64, usize) {
    let told: Value =
        serde_json::from_str(&text(run(folder, &["upgrade", "--check", "--json"]))).expect("JSON");
    let number = |name: &str| told[name].as_i64().expect("a number");
    (number("schema"), number("known"), told["to_come"].as_array().expect("a list").len())
}

#[test]
fn changes_of_the_schema_are_told_before_they_are_made() {
    let folder = TempDir::new().expect("a folder");
    let nothing = run(&folder, &["upgrade", "--check"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("there is no database at"), "{nothing:?}");
    let file = folder.path().join("claviger.db");
    assert!(!file.exists());

    fs::write(&file, "").expect("an empty database");
    let (found, known, to_come) = schema(&folder);
    assert_eq!((found, to_come), (0, usize::try_from(known).expect("a count")));
    let table = text(run(&folder, &["upgrade", "--check"]));
    assert!(table.contains("Make a backup before") && table.contains("client_api"), "{table}");
    assert_eq!(schema(&folder).0, 0, "a check changes nothing");
    assert_eq!(fs::read(&file).expect("the file"), b"");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);

    let done = text(run(&folder, &["upgrade"]));
    assert!(done.ends_with(&format!("done: the schema is {known}\n")), "{done}");
    assert_eq!(schema(&folder), (known, known, 0));
    let again = text(run(&folder, &["upgrade"]));
    assert_eq!(again, format!("the schema is {known}, which is what this program needs\n"));

    let database = Connection::open(&file).expect("a database");
    database
        .execute("INSERT INTO schema_migrations (version, name, applied) VALUES (9999, 'later', 0)", [])
        .expect("a newer schema");
    let refused = run(&folder, &["upgrade", "--check"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("made by a newer Claviger (schema 9999"),
        "{refused:?}"
    );
}

#[test]
fn a_database_that_was_emptied_is_not_taken_for_a_new_one() {
    let folder = TempDir::new().expect("a folder");
    let key = folder.path().join("master.key");
    fs::write(&key, "0123456789abcdef".repeat(4)).expect("a key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a mode");
    let file = folder.path().join("claviger.db");
    fs::write(&file, "").expect("an empty database");
    for words in
        [&["upgrade", "--check"][..], &["upgrade"], &["doctor"], &["keys", "list"], &["owner", "list"]]
    {
        let refused = run(&folder, words);
        assert_eq!(refused.status.code(), Some(1), "{words:?}");
        let told = [refused.stdout, refused.stderr].concat();
        let told = String::from_utf8_lossy(&told);
        assert!(told.contains("is empty, but was in use"), "{words:?}: {told}");
        // What would make it pass for one that is not empty.
        assert_eq!(fs::read(&file).expect("the file"), b"", "{words:?}");
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 2, "{words:?}");
    }
}

#[test]
fn a_manual_page_is_written_for_each_command() {
    let folder = TempDir::new().expect("a folder");
    let man = |words: &[&str]| claviger().arg("man").args(words).output().expect("the program starts");
    text(man(&[folder.path().to_str().expect("a path")]));
    let page = |name: &str| fs::read_to_string(folder.path().join(name)).expect(name);
    assert!(page("claviger.1").contains("licensing"));
    assert!(page("claviger-app-seller-key-add.1").contains("rights"));
    let no_folder = folder.path().join("claviger.1");
    let refused = man(&[no_folder.to_str().expect("a path")]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr).starts_with(&format!("claviger: {}: ", no_folder.display())),
        "{refused:?}"
    );
}

#[test]
fn health_tells_whether_the_server_is_ready() {
    let mut server = Server::start();
    let address = server.app.address.to_string();
    let ask = || claviger().args(["health", "--listen", &address]).output().expect("the program starts");
    let ready = ask();
    assert_eq!((ready.status.code(), ready.stdout.as_slice()), (Some(0), b"ready\n".as_slice()));
    server.process.stop("TERM");
    let gone = ask();
    assert_eq!(gone.status.code(), Some(1));
    let told = String::from_utf8_lossy(&gone.stderr).into_owned();
    assert!(told.starts_with(&format!("claviger: nobody answers at {address}: ")), "{told}");
}

/// What `health` says of a server that answers with this, and then with a byte again and again where it is to `drip`.
fn health_of(reply: &'static str, drip: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let (mut request, mut byte) = (Vec::new(), [0]);
        // To its end: a connection that is closed with some of it unread is reset.
        while !request.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).expect("a request");
            request.extend(byte);
        }
        stream.write_all(reply.as_bytes()).expect("a reader");
        while drip && stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let asked = claviger().args(["health", "--listen", &address]).output().expect("the program starts");
    answering.join().expect("no failure");
    assert_eq!(asked.status.code(), Some(1), "{asked:?}");
    String::from_utf8(asked.stderr).expect("UTF-8")
}

#[test]
fn health_trusts_nobody_who_answers() {
    let told = health_of("HTTP/1.1 \u{1b}[31m503\u{7} Busy\r\n\r\nno\u{1b}[0m", false);
    assert!(told.contains("not ready") && !told.contains(['\u{1b}', '\u{7}']), "{told:?}");
    let told = health_of("HTTP/1.1 200 OK\r\n\r\n", true);
    assert!(told.contains("not within 5 seconds"), "{told}");
}

#[test]
fn a_secret_setting_need_not_be_an_argument() {
    let server = Server::start();
    let path = server.app.path();
    let file = server.folder().join("secret");
    fs::write(&file, "of-the-shop\n").expect("a file");
    let kept = || server.app.seller("type=getsettings").json()["functions"]["sellixsecret"].clone();
    let shown = server.cli.ok(&["app", "set", &path, &format!("sellixSecret=@{}", file.display())]);
    assert_eq!(shown, "sellixSecret=***\n");
    eventually("the secret of the file", || (kept() == "of-the-shop").then_some(()));
    server.cli.ok_with_input(&["app", "set", &path, "sellixSecret=-"], "of another\n");
    eventually("the secret of the input", || (kept() == "of another").then_some(()));
    let refused = server.cli.fails(&["app", "set", &path, "sellixSecret=@/nowhere"]);
    assert!(refused.contains("cannot read /nowhere"), "{refused}");
    // Of others it is a value like any.
    server.cli.ok(&["app", "set", &path, "messages.loggedIn=@home"]);
}
