//! Downloads: replies with a whole file in them, which are written while they are taken.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::support::{
    ALL_VERSIONS, ENCKEY, Reply, Server, Session, eventually,
    http::{form, parse},
};

const MIB: usize = 1024 * 1024;

/// Bytes that tell their place.
fn content(length: usize, salt: u32) -> Vec<u8> {
    (0..length as u32).map(|n| ((n ^ salt).wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// Adds a file for all by the command line.
fn add(server: &Server, id: &str, content: &[u8]) {
    let path = server.folder().join(id);
    fs::write(&path, content).expect("a file");
    server.cli.ok(&[
        "file",
        "add",
        &server.app.path(),
        path.to_str().expect("a path"),
        "--public",
        "--id",
        id,
    ]);
}

/// The reply has the whole content, to the byte, and the signatures of its version.
fn is_whole(session: &Session, reply: &Reply, content: &[u8]) {
    let payload = format!(r#""contents":"{}""#, hex::encode(content));
    session.succeeds(reply, "File download successful", &payload);
    assert!(reply.header("content-length").is_some(), "a length that is known");
}

/// A request for a file on a connection of its own, of which nothing is read yet.
fn ask(session: &Session, id: &str) -> TcpStream {
    let params = [("sessionid", session.id.as_str()), ("fileid", id)];
    let query = form(&session.app.params("file", &params));
    let mut stream = TcpStream::connect(&session.app.address).expect("a connection");
    let head =
        format!("GET /api/{}/?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", session.version);
    stream.write_all(head.as_bytes()).expect("a request");
    stream
}

/// Open descriptors of the server.
fn descriptors(server: &Server) -> usize {
    fs::read_dir(format!("/proc/{}/fd", server.process.id())).expect("descriptors").count()
}

/// Memory that the server has in use, in bytes.
fn memory(server: &Server) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", server.process.id())).expect("a status");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its memory");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).expect("a number") * 1024
}

#[test]
fn every_length_is_right_to_the_byte_in_every_version() {
    let server = Server::start();
    for length in [0, 1, 15, 16 * 1024 - 1, 16 * 1024, 32 * 1024, 32 * 1024 + 1, 150_000] {
        let (id, content) = (format!("f{length}"), content(length, 0));
        add(&server, &id, &content);
        let sessions = ALL_VERSIONS.map(|version| server.app.init(version));
        let with_enckey = server.app.init_with("1.3", Some(ENCKEY));
        let without = server.app.init_with("1.2", None);
        for session in sessions.iter().chain([&with_enckey, &without]) {
            is_whole(session, &session.call("file", &[("fileid", &id)]), &content);
        }
    }
}

#[test]
fn what_is_being_sent_stays_what_it_was() {
    let server = Server::start();
    let (old, new) = (content(12 * MIB, 0), content(12 * MIB, 7));
    add(&server, "big", &old);
    for version in ["1.2", "1.3"] {
        let session = server.app.init(version);
        let mut stream = ask(&session, "big");
        let mut received = vec![0; MIB];
        stream.read_exact(&mut received).expect("a beginning");
        // More is left than any buffer between takes.
        server.cli.ok(&["file", "delete", &server.app.path(), "big", "--yes"]);
        add(&server, "big", &new);
        stream.read_to_end(&mut received).expect("the rest");
        is_whole(&session, &parse(&received, false).expect("a whole reply"), &old);
        is_whole(&session, &session.call("file", &[("fileid", "big")]), &new);
        server.cli.ok(&["file", "delete", &server.app.path(), "big", "--yes"]);
        add(&server, "big", &old);
    }
}

#[test]
fn who_takes_nothing_costs_little_and_leaves_nothing() {
    const STALLED: usize = 100;
    let server = Server::start();
    add(&server, "big", &content(16 * MIB, 0));
    // Without a signature, which would take a while in a build that is not optimized.
    let session = server.app.init("1.1");
    assert_eq!(session.call("file", &[("fileid", "big")]).status, 200);
    let (before, open) = (memory(&server), descriptors(&server));
    let stalled: Vec<_> = (0..STALLED)
        .map(|_| {
            let mut stream = ask(&session, "big");
            stream.read_exact(&mut [0; 1000]).expect("a beginning");
            stream
        })
        .collect();
    let grown = memory(&server).saturating_sub(before);
    assert!(grown < STALLED * 256 * 1024, "{} KiB each", grown / STALLED / 1024);
    session.fails(&session.call("file", &[("fileid", "none")]), "File not Found");
    drop(stalled);
    // Some of the server's own, such as those of the database, are opened when they are needed first.
    eventually("files and connections are closed", || {
        (descriptors(&server) < open + STALLED / 10).then_some(())
    });
}

#[test]
fn a_file_that_was_cut_short_is_not_handed_out_by_halves() {
    let server = Server::start();
    add(&server, "big", &content(12 * MIB, 0));
    let session = server.app.init("1.2");
    let mut stream = ask(&session, "big");
    let mut received = vec![0; MIB];
    stream.read_exact(&mut received).expect("a beginning");
    let apps = fs::read_dir(server.data().join("files")).expect("a folder of files");
    let apps: Vec<_> = apps.map(|app| app.expect("an application").path()).collect();
    let file = fs::File::options().write(true).open(apps[0].join("big")).expect("the upload");
    file.set_len(100).expect("a shorter file");
    let _ = stream.read_to_end(&mut received);
    assert!(parse(&received, false).is_none(), "the connection breaks off");
}
