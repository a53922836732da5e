//! Downloads: replies with a whole file in them, which are written while they are taken.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::support::{
    ALL_VERSIONS, ENCKEY, Reply, Server, Session, eventually,
    http::{form, parse, request},
    target::Target,
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

#[test]
fn what_was_fetched_and_is_not_taken_has_its_room() {
    let server = Server::start_with("outgoing_allow = [\"127.0.0.0/8\"]");
    let target = Target::start(&[(200, &"x".repeat(16 * MIB))]);
    server.cli.ok(&["file", "add", &server.app.path(), &target.url, "--public", "--id", "far"]);
    let session = server.app.init("1.1");
    let call = || session.call("file", &[("fileid", "far")]);
    // As many bytes as one address may have there.
    let stalled: Vec<_> = (0..8)
        .map(|_| {
            let mut stream = ask(&session, "far");
            stream.read_exact(&mut [0; 1000]).expect("a beginning");
            stream
        })
        .collect();
    let refused = call();
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("15")));
    drop(stalled);
    eventually("there is room again", || (call().status == 200).then_some(()));
}

/// Asks for a link; what the reply tells.
fn link(session: &Session, id: &str) -> serde_json::Value {
    let reply = session.call("file", &[("fileid", id), ("link", "1")]);
    let told = reply.json();
    let text = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("{name}: {told}")).to_owned();
    let payload = format!(
        r#""url":"{}","sha256":"{}","size":{},"expires":{}"#,
        text("url"),
        text("sha256"),
        told["size"],
        told["expires"]
    );
    session.succeeds(&reply, "File link created", &payload);
    told
}

/// The path of a link.
fn path_of(link: &serde_json::Value) -> String {
    let url = link["url"].as_str().expect("an address");
    format!("/{}", url.splitn(4, '/').nth(3).expect("a path"))
}

#[test]
fn a_link_leads_to_the_bytes_themselves() {
    let server = Server::start();
    let whole = content(200_000, 0);
    add(&server, "loader", &whole);
    for version in ALL_VERSIONS {
        let session = server.app.init(version);
        let link = link(&session, "loader");
        let path = path_of(&link);
        let get = |headers: &[(&str, &str)]| request(&server.app.address, "GET", &path, headers, b"");
        let reply = get(&[]);
        assert_eq!((reply.status, &reply.body), (200, &whole));
        let tag = format!("\"{}\"", link["sha256"].as_str().expect("a digest"));
        for (name, value) in [
            ("content-type", "application/octet-stream"),
            ("content-length", "200000"),
            ("accept-ranges", "bytes"),
            ("x-content-type-options", "nosniff"),
            ("etag", &tag),
            ("content-disposition", "attachment; filename=\"loader\""),
        ] {
            assert_eq!(reply.header(name), Some(value), "{reply:?}");
        }
        // It broke off in the middle, and goes on with another link.
        let rest = get(&[("Range", "bytes=150000-"), ("If-Range", &tag)]);
        assert_eq!((rest.status, &rest.body[..]), (206, &whole[150_000..]));
        assert_eq!(rest.header("content-range"), Some("bytes 150000-199999/200000"));
        assert_eq!(get(&[("Range", "bytes=150000-"), ("If-Range", "\"other\"")]).body, whole);
        let known = get(&[("If-None-Match", &tag)]);
        assert_eq!((known.status, known.header("etag")), (304, Some(tag.as_str())));
        let beyond = get(&[("Range", "bytes=200000-")]);
        assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */200000")));
        let head = request(&server.app.address, "HEAD", &path, &[], b"");
        assert_eq!((head.status, head.header("content-length")), (200, Some("200000")));
    }
}

#[test]
fn a_link_ends_with_what_it_hangs_on() {
    let server = Server::start();
    let whole = content(1000, 0);
    add(&server, "loader", &whole);
    let status = |link: &serde_json::Value| {
        let reply = request(&server.app.address, "GET", &path_of(link), &[], b"");
        assert_eq!(reply.status == 200, reply.body == whole, "{reply:?}");
        (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
    };
    let ended = (410, r#"{"success":false,"message":"This link has ended"}"#.to_owned());
    let unknown = (404, r#"{"success":false,"message":"Not found"}"#.to_owned());
    let (first, second) = (server.app.init("1.3"), server.app.init("1.3"));
    let (by_first, by_second) = (link(&first, "loader"), link(&second, "loader"));
    assert_eq!((status(&by_first).0, status(&by_second).0), (200, 200));
    server.app.kill(&first.id);
    assert_eq!((status(&by_first), status(&by_second).0), (ended.clone(), 200));
    // Another content under the same id is another file.
    server.cli.ok(&["file", "delete", &server.app.path(), "loader", "--yes"]);
    assert_eq!(status(&by_second), ended);
    add(&server, "loader", &content(1000, 7));
    assert_eq!(status(&by_second), ended);
    let token = path_of(&by_second);
    for path in [
        "/api/files/x".to_owned(),
        format!("{token}00"),
        token[..token.len() - 2].to_owned(),
        token.replace('a', "b"),
    ] {
        let reply = request(&server.app.address, "GET", &path, &[], b"");
        assert_eq!((reply.status, reply.text()), (unknown.0, unknown.1.as_str()), "{path}");
    }
}

#[test]
fn a_link_is_only_for_who_may_have_the_file() {
    let server = Server::start();
    let path = server.folder().join("loader");
    fs::write(&path, b"content").expect("a file");
    server.cli.ok(&["file", "add", &server.app.path(), path.to_str().expect("a path"), "--id", "loader"]);
    let session = server.app.init("1.3");
    session.fails(&session.call("file", &[("fileid", "loader"), ("link", "1")]), "Session is not validated");
    session.fails(&session.call("file", &[("fileid", "none"), ("link", "1")]), "File not Found");
    session.license(server.license(0));
    let made = link(&session, "loader");
    assert_eq!(request(&server.app.address, "GET", &path_of(&made), &[], b"").text(), "content");
    // Other values are none: the reply is the usual one.
    let reply = session.call("file", &[("fileid", "loader"), ("link", "0")]);
    session.succeeds(&reply, "File download successful", r#""contents":"636f6e74656e74""#);
}
