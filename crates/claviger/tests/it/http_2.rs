//! HTTP/2: several requests at once on one connection, and what keeps it from being abused.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use crate::{
    support::{
        INVALID,
        app::FORM,
        eventually, form,
        frames::{DATA, END_STREAM, Frames, GO_AWAY, HEADERS, PING, RESET, SETTINGS, WINDOW_UPDATE},
        tls::cert_in,
    },
    tls::secured,
};

const WINDOW: u32 = 65_535;
/// What /healthz answers.
const HEALTHY: &[u8] = b"ok\n";
/// A request for an application that is not there.
const NOBODY: &[u8] = b"type=init&ver=1.0&name=nobody&ownerid=aaaaaaaaaa";
const SLOW: &str = "slow_seconds = 1\nidle_seconds = 1";

#[test]
fn curl_speaks_it() {
    let (server, _, _, folder) = secured("");
    let port = server.app.address.rsplit(':').next().expect("a port");
    let curl = |more: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--http2", "--write-out", " %{http_version} %{http_code}"]);
        curl.arg("--cacert")
            .arg(cert_in(folder.path()))
            .args(["--connect-to", &format!("::127.0.0.1:{port}")]);
        let output = curl.args(more).output().expect("curl");
        String::from_utf8(output.stdout).expect("text") + &String::from_utf8_lossy(&output.stderr)
    };
    let url = "https://license.example.com";
    assert!(curl(&[&format!("{url}/healthz")]).ends_with(" 2 200"), "{}", curl(&[&format!("{url}/healthz")]));
    let body = form(&server.app.params("init", &[("ver", &server.app.version)]));
    let reply = curl(&["--data", &body, &format!("{url}/api/1.2/")]);
    assert!(reply.contains(r#""message":"Initialized""#) && reply.ends_with(" 2 200"), "{reply}");
    // Pages compare the origin of a form with the host, which has no header of its own here.
    let sign_in = |origin: &str| {
        curl(&[
            "--header",
            &format!("Origin: {origin}"),
            "--data",
            "a=b",
            &format!("{url}/dashboard/-/sign-in"),
        ])
    };
    assert!(!sign_in(url).contains("another site"));
    assert!(sign_in("https://elsewhere.example.com").contains("This came from another site"));
    let large = curl(&["--output", "/dev/null", &format!("{url}/api/openapi.json")]);
    assert_eq!(large, " 2 200");
}

#[test]
fn a_head_has_a_hundred_fields_at_most() {
    let (server, _, _, folder) = secured("");
    let port = server.app.address.rsplit(':').next().expect("a port");
    let status = |protocol: &str, fields: usize| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", protocol, "--write-out", "%{http_code}"]);
        curl.args(["--output", "/dev/null", "--data", "a=b", "--cacert"]).arg(cert_in(folder.path()));
        curl.args(["--connect-to", &format!("::127.0.0.1:{port}"), "https://license.example.com/api/1.2/"]);
        (0..fields).for_each(|_| {
            curl.args(["--header", "a: b"]);
        });
        String::from_utf8(curl.output().expect("curl").stdout).expect("a status")
    };
    for protocol in ["--http2", "--http1.1"] {
        assert_eq!([status(protocol, 90), status(protocol, 101)], ["200", "431"], "{protocol}");
    }
}

#[test]
fn live_pages_come_over_it() {
    let (server, client, _, folder) = secured("");
    let port = server.app.address.rsplit(':').next().expect("a port");
    let jar = folder.path().join("cookies");
    let curl = |more: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--http2", "--no-buffer", "--include", "--cacert"]);
        curl.arg(cert_in(folder.path())).args(["--connect-to", &format!("::127.0.0.1:{port}")]);
        curl.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar).args(more);
        curl.stdout(Stdio::piped());
        curl
    };
    let url = "https://license.example.com/dashboard";
    let page = curl(&[&format!("{url}/-/sign-in")]).output().expect("curl");
    let page = String::from_utf8_lossy(&page.stdout);
    let token = page.split_once("name=\"token\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let people = &server.demo.dashboard;
    let fields = [
        ("token", token.expect("a form with a token").0),
        ("name", people.username.as_str()),
        ("password", people.password.as_str()),
    ];
    let origin = "Origin: https://license.example.com";
    let mut sign_in = curl(&["--header", origin, "--data", &form(&fields), &format!("{url}/-/sign-in")]);
    let signed = sign_in.output().expect("curl");
    let signed = String::from_utf8_lossy(&signed.stdout);
    assert!(signed.starts_with("HTTP/2 303"), "{signed}");
    let mut live = curl(&[&format!("{url}/demo-app/sessions/live")]).spawn().expect("curl");
    let mut told =
        BufReader::new(live.stdout.take().expect("its output")).lines().map(|line| line.expect("text"));
    assert_eq!(told.next().as_deref().map(str::trim_end), Some("HTTP/2 200"));
    assert!(told.any(|line| line.trim_end().is_empty()), "its headers end");
    // Told as it comes, on a stream that does not end.
    let body = form(&server.app.params("init", &[("ver", &server.app.version)]));
    let head = format!(
        "POST /api/1.2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}: {}\r\nContent-Length: {}\r\n\r\n",
        FORM.0,
        FORM.1,
        body.len()
    );
    let reply = client.exchange(&server.app.address, &format!("{head}{body}")).expect("a reply");
    let session = reply.json()["sessionid"].as_str().expect("a session").to_owned();
    assert!(told.any(|line| line.contains(&format!("id=\"s-{session}\""))), "the session that began");
    live.kill().expect("curl runs");
    live.wait().expect("curl ends");
}

#[test]
fn many_requests_share_a_connection_and_not_a_turn() {
    let (server, _, pair, _folder) = secured("");
    let mut frames = Frames::open(&server.app.address, &pair, WINDOW);
    // One whose body does not come holds up none of the others.
    frames.ask(1, "POST", "/api/1.2/", true).expect("the server reads");
    for stream in (3..103).step_by(2) {
        frames.ask(stream, "GET", "/healthz", false).expect("the server reads");
        assert_eq!(frames.reply(stream).expect("a reply"), HEALTHY);
    }
    frames.send(DATA, END_STREAM, 1, NOBODY).expect("the server reads");
    assert_eq!(frames.reply(1).expect("a reply"), INVALID.as_bytes());
}

#[test]
fn slow_ones_end() {
    let (server, _, pair, _folder) = secured(SLOW);
    let open = || Frames::open(&server.app.address, &pair, WINDOW);
    open().wait_for_end();
    let mut idle = open();
    idle.ask(1, "GET", "/healthz", false).expect("the server reads");
    idle.reply(1).expect("a reply");
    idle.wait_for_end();
    // Pings are no requests.
    let mut pinging = open();
    eventually("the server to end it", || pinging.send(PING, 0, 0, &[0; 8]).is_err().then_some(()));
    let mut body = open();
    body.ask(1, "POST", "/api/1.2/", true).expect("the server reads");
    eventually("the server to end it", || body.send(DATA, 0, 1, b"a").is_err().then_some(()));
}

#[test]
fn a_stream_that_is_not_read_does_not_stay() {
    let (server, _, pair, _folder) = secured(SLOW);
    // Nothing is taken at all, or a byte, or as much as there is room for, while other requests go on.
    for window in [0, 1, WINDOW] {
        let mut frames = Frames::open(&server.app.address, &pair, window);
        frames.ask(1, "GET", "/api/openapi.json", false).expect("the server reads");
        let mut stream = 3;
        eventually("the server to end it", || {
            let asked = frames.ask(stream, "GET", "/nothing", false);
            stream += 2;
            let given_up = frames.send(RESET, 0, stream - 2, &8u32.to_be_bytes());
            (asked.is_err() || given_up.is_err()).then_some(())
        });
    }
    let mut deaf = Frames::open(&server.app.address, &pair, 1 << 30);
    deaf.send(WINDOW_UPDATE, 0, 0, &(1u32 << 30).to_be_bytes()).expect("the server reads");
    for stream in (1..9).step_by(2) {
        deaf.ask(stream, "GET", "/api/openapi.json", false).expect("the server reads");
    }
    deaf.wait_until_cut();
}

#[test]
fn whoever_resets_without_end_is_ended() {
    let (server, client, pair, _folder) = secured("");
    let mut frames = Frames::open(&server.app.address, &pair, WINDOW);
    let mut stream = 1;
    eventually("the server to end it", || {
        for _ in 0..100 {
            let asked = frames.ask(stream, "POST", "/api/1.2/", true);
            if asked.and_then(|()| frames.send(RESET, 0, stream, &8u32.to_be_bytes())).is_err() {
                return Some(());
            }
            stream += 2;
        }
        None
    });
    assert_eq!(client.get(&server.app.address, "/readyz").expect("a reply").status, 200);
}

#[test]
fn no_more_streams_than_are_allowed() {
    let (server, _, pair, _folder) = secured("");
    let mut frames = Frames::open(&server.app.address, &pair, WINDOW);
    let told = frames.until(SETTINGS, 0).expect("settings").payload;
    let setting = |id: u16| {
        let found = told.chunks(6).find(|one| one[..2] == id.to_be_bytes()).expect("a setting");
        u32::from_be_bytes(found[2..].try_into().expect("four bytes"))
    };
    assert_eq!((setting(3), setting(6)), (64, 65_536), "streams at once, and bytes of headers");
    for stream in (1..129).step_by(2) {
        frames.ask(stream, "POST", "/api/1.2/", true).expect("the server reads");
    }
    frames.ask(129, "POST", "/api/1.2/", true).expect("the server reads");
    assert_eq!(frames.until(RESET, 129).expect("a refusal").payload, 7u32.to_be_bytes());
}

#[test]
fn who_stops_finishes_what_is_under_way() {
    let (mut server, _, pair, _folder) = secured("");
    let mut frames = Frames::open(&server.app.address, &pair, WINDOW);
    frames.ask(1, "POST", "/api/1.2/", true).expect("the server reads");
    frames.ask(3, "GET", "/healthz", false).expect("the server reads");
    frames.until(HEADERS, 3).expect("a reply");
    server.process.signal("TERM");
    frames.until(GO_AWAY, 0).expect("word of it");
    frames.send(DATA, END_STREAM, 1, NOBODY).expect("the server reads");
    assert_eq!(frames.reply(1).expect("a reply"), INVALID.as_bytes());
    frames.wait_for_end();
    assert_eq!(server.process.wait().code(), Some(0));
}
