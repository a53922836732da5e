//! How slow a connection may be that is secured, from its first byte on.

use std::io::Write as _;

use rustls::{ClientConnection, pki_types::ServerName};

use crate::{
    support::{Line, eventually, tls::Client},
    tls::secured,
};

const SETTINGS: &str = "slow_seconds = 1\nidle_seconds = 1";

/// The first bytes of a handshake.
fn hello() -> Vec<u8> {
    let config = std::sync::Arc::new(
        rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(
            rustls::crypto::aws_lc_rs::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth(),
    );
    let name = ServerName::try_from("license.example.com").expect("a name");
    let mut session = ClientConnection::new(config, name).expect("a session");
    let mut bytes = Vec::new();
    session.write_tls(&mut bytes).expect("bytes");
    bytes
}

#[test]
fn handshakes_come_in_time() {
    let (server, ..) = secured(SETTINGS);
    let address = &server.app.address;
    assert_eq!(Line::from("127.0.0.2", address).rest(), "", "nothing came");
    let hello = hello();
    let begun = || {
        let mut socket = Line::from("127.0.0.2", address).into_inner();
        socket.write_all(&hello[..50]).expect("the server reads");
        socket
    };
    assert_eq!(Line::over(begun()).rest(), "", "half of it");
    let mut dripping = begun();
    let mut bytes = hello[50..].iter().cycle();
    eventually("the server to end it", || dripping.write_all(&[*bytes.next()?]).is_err().then_some(()));
    // The server's half is sent, the client's never comes.
    let mut silent = Line::from("127.0.0.2", address).into_inner();
    silent.write_all(&hello).expect("the server reads");
    assert!(!Line::over(silent).rest().is_empty());
}

#[test]
fn what_comes_after_it_comes_in_time_too() {
    let (server, client, ..) = secured(SETTINGS);
    let address = &server.app.address;
    assert_eq!(client.open(address).expect("a connection").rest(), "", "no request");
    let mut begun = client.open(address).expect("a connection");
    begun.send("GET / HTT");
    assert_eq!(begun.rest(), "", "half a head");
    let mut dripping = client.open(address).expect("a connection");
    dripping.send("GET / HTTP/1.1\r\nX: ");
    eventually("the server to end it", || (!dripping.try_send("a")).then_some(()));
    let mut body = client.open(address).expect("a connection");
    body.send("POST /api/1.2/ HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\na");
    eventually("the server to end it", || (!body.try_send("a")).then_some(()));
    let mut kept = client.open(address).expect("a connection");
    assert_eq!((kept.get("/healthz"), kept.get("/")), (200, 200));
    assert_eq!(kept.rest(), "", "no third request");
}

#[test]
fn replies_are_taken_in_time() {
    let (server, client, ..) = secured(SETTINGS);
    let stalled = |client: &Client| {
        let line = Line::with_window("127.0.0.2", &server.app.address, Some(4096));
        let mut line = client.over(line).expect("a connection");
        line.send("GET /api/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n");
        line
    };
    let stalled: Vec<_> = (0..8).map(|_| stalled(&client)).collect();
    stalled.into_iter().for_each(Line::wait_until_cut);
    let whole = client.get(&server.app.address, "/api/openapi.json").expect("a reply");
    assert!(whole.body.len() > 500_000, "it is too small for this test");
}

#[test]
fn what_rests_goes_on() {
    let (server, client, ..) = secured("");
    let memory = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.process.id()));
        let status = status.expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    };
    let before = memory();
    let mut lines: Vec<_> = (2..12)
        .flat_map(|host| (0..100).map(move |_| host))
        .map(|host| {
            let line = Line::from(&format!("127.0.0.{host}"), &server.app.address);
            client.over(line).expect("a connection")
        })
        .collect();
    for line in &mut lines {
        assert_eq!(line.get("/healthz"), 200);
    }
    for line in &mut lines {
        assert_eq!(line.get("/"), 200);
    }
    let each = memory().saturating_sub(before) / lines.len();
    assert!(each < 64 << 10, "{each} bytes a connection");
}
