//! Exports and lists that are broken, or are none, on all ways in: what would be taken for less than it is, is refused, and says
//! what to do.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::cli::Outcome;
use crate::support::pipe::pipe;
use crate::support::server::{Process, claviger};
use crate::support::{Server, eventually};

const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn written(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn take(server: &Server, path: &Path, more: &[&str]) -> Outcome {
    server.cli.run(&[&["import", "keyauth", text(path), "--owner", "acme"], more].concat())
}

fn refused(outcome: &Outcome, parts: &[&str]) {
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    for part in parts {
        assert!(outcome.stderr.contains(part), "{part}: {outcome:?}");
    }
}

fn report(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

fn utf16(text: &str) -> Vec<u8> {
    let units = [0xFEFF].into_iter().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

/// A dump of an application with users.
fn dump(users: &str) -> String {
    format!(
        "INSERT INTO `apps` (id,owner,name,secret) VALUES (1,'acme','shop','{SECRET}');\n\
         INSERT INTO `users` (username,hwid,password,app) VALUES {users};\n"
    )
}

#[test]
fn a_long_row_with_nulls_is_passed_over() {
    let server = Server::start();
    let long = "x".repeat((16 << 20) + 1);
    let rows =
        format!("('alice',NULL,NULL,'{SECRET}'),('bob','{long}',NULL,NULL),('carol',NULL,NULL,'{SECRET}')");
    let path = written(server.folder(), "long.sql", dump(&rows));
    let outcome = take(&server, &path, &["--json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(report(&outcome)["tables"][0]["taken"], 2, "{}", outcome.stdout);
}

const APP: &str = r#"{"success":true,"appdetails":{"name":"shop","ownerid":"","secret":"","version":"1.0"}}"#;

#[test]
fn a_reply_that_failed_is_not_taken_for_one_without_rows() {
    let server = Server::start();
    let folder = server.folder().join("replies");
    fs::create_dir(&folder).expect("a folder");
    written(&folder, "appdetails.json", APP);
    for (reply, told) in [
        (r#"{"success":false,"message":"Rate limited. Slow down"}"#, "\"Rate limited. Slow down\""),
        (r#"{"success":false,"message":"No application found"}"#, "\"No application found\""),
        (r#"{"message":"Too many requests"}"#, "\"Too many requests\""),
        ("", "there is nothing in it"),
        (" \n", "there is nothing in it"),
        ("<!DOCTYPE html><title>Just a moment...</title>", "it is a page of HTML"),
    ] {
        written(&folder, "fetchallusers.json", reply);
        refused(&take(&server, &folder, &[]), &["fetchallusers.json: ", told]);
    }
    let path = written(&folder, "fetchallusers.json", utf16(r#"{"success":true,"users":[]}"#));
    refused(&take(&server, &folder, &[]), &["fetchallusers.json: it is UTF-16", "curl -o"]);
    assert_eq!(server.cli.json(&["owner", "list", "--json"]).as_array().expect("owners").len(), 1);
    // What a server answers that has none.
    for (name, kind) in [
        ("fetchallusers.json", "fetchallusers"),
        ("buttons.json", "fetchallbuttons"),
        ("v.json", "fetchallvars"),
    ] {
        let reply = server.app.seller(&format!("type={kind}"));
        assert_eq!((reply.status, &reply.json()["success"]), (406, &false.into()), "{reply:?}");
        written(&folder, name, reply.text());
    }
    written(&folder, "subs.json", r#"{"success":false,"message":"No Subscriptions Found"}"#);
    let outcome = take(&server, &folder, &[]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    // As PowerShell writes UTF-8.
    fs::write(path, format!("\u{FEFF}{}", r#"{"success":true,"users":[{"username":"alice"}]}"#))
        .expect("a file");
    assert_eq!(report(&take(&server, &folder, &["--json"]))["tables"][0]["taken"], 1);
}

#[test]
fn a_dump_in_utf_16_is_told_to_be_that() {
    let server = Server::start();
    let path = written(server.folder(), "dump.sql", utf16(&dump(&format!("('alice',NULL,NULL,'{SECRET}')"))));
    refused(&take(&server, &path, &[]), &["dump.sql: it is UTF-16", "--result-file"]);
}

#[test]
fn an_import_of_which_nothing_is_taken_fails() {
    let server = Server::start();
    let shop = server.app.path();
    let users = |list: &str, more: &[&str]| {
        let path = written(server.folder(), "list.csv", list);
        server.cli.run(&[&["user", "import", &shop, text(&path), "--json"], more].concat())
    };
    let bad = "username,password\nall,x\nwide,x,y\n";
    for more in [&[][..], &["--dry-run"]] {
        let outcome = users(bad, more);
        refused(&outcome, &["nothing was taken"]);
        assert_eq!(report(&outcome)["refused"], 2, "{outcome:?}");
    }
    for _ in 0..2 {
        assert_eq!(users(&format!("{bad}alice,x\n"), &[]).code, Some(0));
    }
    // An application without a secret, then one of whose rows none fits.
    let path = written(server.folder(), "dump.sql", dump("('alice',NULL,NULL,'x')").replace(SECRET, "short"));
    let outcome = take(&server, &path, &["--json"]);
    refused(&outcome, &["nothing was taken"]);
    assert!(report(&outcome)["notes"].to_string().contains("its secret has not 64"), "{outcome:?}");
    let path = written(server.folder(), "dump.sql", dump(&format!("('all',NULL,NULL,'{SECRET}')")));
    for _ in 0..2 {
        refused(&take(&server, &path, &[]), &["nothing was taken"]);
    }
    let path = written(server.folder(), "dump.sql", dump(&format!("('alice',NULL,NULL,'{SECRET}')")));
    for _ in 0..2 {
        let outcome = take(&server, &path, &[]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
    }
}

#[test]
fn a_list_of_licenses_without_a_column_of_keys_is_refused() {
    let server = Server::start();
    let shop = server.app.path();
    let import = |list: &[u8]| {
        let path = written(server.folder(), "keys.csv", list);
        server.cli.run(&["license", "import", &shop, text(&path), "--days", "30"])
    };
    let before = server.count("licenses");
    for (list, told) in [
        (&b"licence,days\nAAAA-1,7\n"[..], "No column is called `key`"),
        (b"AAAA-1;7\nAAAA-2;30\n", "No column is called `key`"),
        (b"Serial number\nAAAA-1\n", "No column is called `key`"),
        (b"key,note\nAAAA-1,x\nAAAA-2,\"height 6\nAAAA-3,\n", "Line 3: a quotation mark opens a field"),
        (b"key,note\nAAAA-1,\"height 6\nAAAA-2,\"x\"\n", "Line 3: something stands behind"),
        (b"\xFF\xFEk\0", "no UTF-8"),
    ] {
        refused(&import(list), &[told]);
    }
    assert_eq!(server.count("licenses"), before);
    let outcome = import(b"key,day\nAAAA-7,7\n");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stderr.contains("columns that say nothing to us: day"), "{outcome:?}");
    assert_eq!(import(b"AAAA-8,x\nAAAA-9\n").code, Some(0));
    assert_eq!(server.count("licenses"), before + 3);
}

#[test]
fn an_open_quotation_mark_makes_nobody() {
    let server = Server::start();
    let list = "username,password,email,note\nalice,secret,,\nbob,correct horse2,,\"height 6\ncarl,secret,,\ndora,secret,,\n";
    let banned = "username,password,banned\nalice,secret,\"shares\nbob,secret,\ncarl,secret,\"x\"\n";
    for (list, told) in [
        (list, "line 3: a quotation mark opens a field here that is never closed"),
        (banned, "line 4: something stands behind the quotation mark"),
    ] {
        let path = written(server.folder(), "users.csv", list);
        let outcome = server.cli.run(&["user", "import", &server.app.path(), text(&path)]);
        refused(&outcome, &["users.csv: ", told]);
        assert!(!outcome.stderr.contains("secret"), "{outcome:?}");
    }
    assert_eq!(server.count("users"), 0);
}

/// What a command tells that reads a pipe into which somebody writes.
fn through_a_pipe(server: &Server, args: &[&str], list: &'static str) -> String {
    let path = server.folder().join("pipe");
    pipe(&path);
    let mut command = claviger();
    command.args(args).arg(&path).args(server.cli.data());
    std::thread::spawn({
        let path = path.clone();
        move || fs::write(path, list)
    });
    let mut process = Process::spawn(command, server.folder());
    eventually("the end of an import", || process.is_over().then_some(()));
    fs::remove_file(&path).expect("a pipe");
    format!("{}{}", process.stdout(), process.stderr())
}

#[test]
fn lists_come_out_of_pipes() {
    const USERS: &str = "username,password\nalice,secret\n";
    let server = Server::start();
    let shop = server.app.path();
    let told = through_a_pipe(&server, &["user", "import", &shop], USERS);
    assert!(told.contains("users: 1 made"), "{told}");
    let told = through_a_pipe(&server, &["license", "import", &shop, "--days", "3"], "PIPE-1\n");
    assert!(told.contains("imported 1 licenses"), "{told}");
    // The same list another way is the same list.
    let outcome = server.cli.run_with_input(&["user", "import", &shop, "-"], USERS);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome.stdout.contains("has read this very list") && outcome.stdout.contains("1 are there"),
        "{outcome:?}"
    );
    let outcome = server.cli.run_with_input(&["license", "import", &shop, "-", "--days", "3"], "PIPE-2\n");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let outcome = server.cli.run_with_input(&["user", "import", &shop, "-"], "alice,secret\nbob,secret\n");
    refused(&outcome, &["the standard input: ", "no column is called `username`"]);
    for kind in ["user", "license"] {
        let mut args = vec![kind, "import", &*shop, "/dev/zero"];
        if kind == "license" {
            args.extend(["--days", "3"]);
        }
        refused(&server.cli.run(&args), &["/dev/zero has more than 64 MiB"]);
    }
    assert_eq!((server.count("users"), server.count("licenses WHERE key LIKE 'PIPE-%'")), (1, 2));
}

#[test]
fn an_export_is_a_file() {
    let server = Server::start();
    let path = server.folder().join("pipe");
    pipe(&path);
    refused(&take(&server, &path, &[]), &["it is no regular file", "write into a file"]);
    refused(&take(&server, Path::new("/dev/zero"), &[]), &["it is no regular file"]);
    refused(&take(&server, Path::new("-"), &[]), &["not read from the standard input"]);
}
