//! Commands whose output cannot be written: what they do is done, and none of them ends in a panic.

use std::fs::File;
use std::process::{Command, Output, Stdio};

use crate::support::Server;
use crate::support::server::claviger;

fn command(server: &Server, args: &[&str]) -> Command {
    let mut command = claviger();
    command.args(args).args(server.cli.data()).stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

fn full() -> Stdio {
    File::options().write(true).open("/dev/full").expect("Linux has it").into()
}

/// Runs a command, and returns how it ended.
fn run(mut command: Command) -> Output {
    command.spawn().expect("the program starts").wait_with_output().expect("our child")
}

/// Runs a command that nobody reads from.
fn unread(mut command: Command) -> Output {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    command.stdout(writer).stderr(Stdio::piped());
    run(command)
}

fn words(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn a_full_disk_is_told_and_the_work_is_done() {
    let server = Server::start();
    let app = server.app.path();
    let mut add = command(&server, &["license", "add", &app, "--days", "1", "--note", "unwritten"]);
    add.stdout(full());
    let added = run(add);
    assert_eq!(added.status.code(), Some(1));
    let told = words(&added);
    assert!(told.contains("\nclaviger: it is done, but what it prints cannot be written: "), "{told}");
    assert!(server.cli.ok(&["license", "list", &app]).contains("unwritten"));

    let mut list = command(&server, &["license", "list", &app]);
    list.stdout(full());
    let listed = run(list);
    assert_eq!(listed.status.code(), Some(1));
    assert!(words(&listed).starts_with("claviger: what it prints cannot be written: "), "{}", words(&listed));
}

#[test]
fn progress_that_cannot_be_told_stops_nothing() {
    let server = Server::start();
    let place = server.folder().join("backups");
    let place = place.to_str().expect("UTF-8");
    let mut create = command(&server, &["backup", "create", "--place", place]);
    create.stderr(full()).stdout(full());
    assert_eq!(run(create).status.code(), Some(1));
    let mut verify = command(&server, &["backup", "verify", "--place", place]);
    verify.stderr(full()).stdout(Stdio::null());
    assert_eq!(run(verify).status.code(), Some(0));
}

#[test]
fn whoever_reads_no_further_has_enough() {
    let server = Server::start();
    let app = server.app.path();
    server.app.init("1.2");
    let lists: [&[&str]; 5] = [
        &["license", "list", &app, "--json"],
        &["license", "list", &app],
        &["session", "list", &app],
        &["session", "list", &app, "--json"],
        &["owner", "list"],
    ];
    for args in lists {
        assert_quiet(&unread(command(&server, args)), args);
    }
    for args in [&["openapi"][..], &["completions", "bash"]] {
        let mut command = claviger();
        command.args(args);
        assert_quiet(&unread(command), args);
    }
}

fn assert_quiet(output: &Output, args: &[&str]) {
    assert_eq!((output.status.code(), words(output).as_str()), (Some(0), ""), "{args:?}");
}
