//! Proxies that begin each connection with the address of its client.

use std::io::Write as _;

use crate::{
    support::{
        Line, Server, eventually,
        http::parse,
        server::claviger,
        tls::{Client, Pair},
    },
    tls::settings,
};

const SETTINGS: &str =
    "proxy_protocol = true\ntrusted_proxies = [\"127.0.0.1\", \"127.0.0.2\", \"10.0.0.0/8\"]\n";
const ASK: &str = "GET /api/address HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// What version 2 sends for a client of IPv4, with something that proxies add.
fn version_2(client: [u8; 4]) -> Vec<u8> {
    let head = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x10";
    [&head[..], &client, &[127, 0, 0, 1, 1, 1, 1, 1], &[4, 0, 1, 0]].concat()
}

/// The address that a request has, if it is answered.
fn address(server: &Server, introduction: &[u8], more: &str) -> Option<String> {
    let mut socket = Line::from("127.0.0.2", &server.app.address).into_inner();
    socket.write_all(introduction).expect("the server reads");
    let mut line = Line::over(socket);
    line.send(&ASK.replace("\r\n\r\n", &format!("\r\n{more}\r\n")));
    let reply = parse(line.rest().as_bytes(), false)?;
    Some(reply.json()["address"].as_str().unwrap_or("unknown").to_owned())
}

#[test]
fn the_client_is_who_the_proxy_tells() {
    let server = Server::start_with(SETTINGS);
    let found = |introduction: &[u8], more| address(&server, introduction, more).expect("a reply");
    assert_eq!(found(b"PROXY TCP4 192.0.2.7 127.0.0.1 5 80\r\n", ""), "192.0.2.7");
    assert_eq!(found(b"PROXY TCP6 2001:db8::7 ::1 5 80\r\n", ""), "2001:db8::7");
    assert_eq!(found(&version_2([192, 0, 2, 8]), ""), "192.0.2.8");
    let header = "X-Forwarded-For: 192.0.2.99\r\n";
    assert_eq!(
        found(b"PROXY TCP4 192.0.2.7 127.0.0.1 5 80\r\n", header),
        "192.0.2.7",
        "a client's own header"
    );
    // Another trusted proxy before this one, which speaks HTTP.
    assert_eq!(found(b"PROXY TCP4 10.0.0.9 127.0.0.1 5 80\r\n", header), "192.0.2.99");
    // Nobody is told to be behind the proxy, and whoever is may write headers.
    assert_eq!(found(b"PROXY UNKNOWN\r\n", header), "unknown");
    let local = b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    assert_eq!(found(local, header), "unknown");
}

#[test]
fn whoever_breaks_the_rules_is_closed_and_told() {
    let server = Server::start_with(SETTINGS);
    for introduction in
        ["", "PROXY TCP4 x y 1 2\r\n", "PROXY TCP4 192.0.2.7 127.0.0.1 5\r\n", "\r\n\r\n\0\r\nQUIT\n\x31"]
    {
        assert_eq!(address(&server, introduction.as_bytes(), ""), None, "{introduction:?}");
    }
    eventually("the log to tell", || {
        server.process.stderr().contains("began a connection without the PROXY protocol").then_some(())
    });
    let mut stranger = Line::from("127.0.0.3", &server.app.address);
    stranger.try_send("PROXY TCP4 192.0.2.7 127.0.0.1 5 80\r\n");
    stranger.try_send(ASK);
    assert_eq!(stranger.rest(), "");
    eventually("the log to tell", || {
        server
            .process
            .stderr()
            .contains("a connection was closed that comes from no trusted proxy")
            .then_some(())
    });
}

#[test]
fn the_clients_share_counts_and_not_the_proxys() {
    let server = Server::start_with(&format!("{SETTINGS}max_connections_per_address = 2\n"));
    let open = |client: u8| {
        let mut line = Line::from("127.0.0.2", &server.app.address);
        line.send(&format!("PROXY TCP4 192.0.2.{client} 127.0.0.1 5 80\r\n"));
        line
    };
    let busy = |client: u8| {
        let mut line = open(client);
        line.send("POST /api/1.2/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
        line.until("HTTP/1.1 100 Continue\r\n\r\n");
        line
    };
    let _held = [busy(7), busy(7)];
    assert_eq!(open(7).rest(), "", "its share is taken");
    for client in 8..20 {
        assert_eq!(open(client).get("/healthz"), 200);
    }
}

#[test]
fn it_comes_in_time() {
    let server = Server::start_with(&format!("{SETTINGS}slow_seconds = 1\nidle_seconds = 1\n"));
    assert_eq!(Line::from("127.0.0.2", &server.app.address).rest(), "", "nothing came");
    let mut dripping = Line::from("127.0.0.2", &server.app.address);
    dripping.send("PROXY UNKNOWN ");
    eventually("the server to end it", || (!dripping.try_send("a")).then_some(()));
}

#[test]
fn it_comes_before_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = Pair::new();
    pair.write(folder.path());
    let server = Server::start_with(&format!("{SETTINGS}{}", settings(folder.path())));
    let mut line = Line::from("127.0.0.2", &server.app.address);
    line.send("PROXY TCP4 192.0.2.7 127.0.0.1 5 80\r\n");
    let mut line = Client::trusting([&pair]).over(line).expect("a connection");
    line.send(ASK);
    let reply = parse(line.rest().as_bytes(), false).expect("a reply");
    assert_eq!(reply.json()["address"], "192.0.2.7");
    let mut command = claviger();
    command.args(["health", "--listen", &server.app.address, "--data-dir"]).arg(server.data());
    assert_eq!(command.output().expect("the program").stdout, b"ready\n");
}
