//! Behind a proxy: what it may tell of the client's address, and that a client without one is refused where an address
//! decides, and never taken for the proxy.

use std::fs;

use crate::support::app::FORM;
use crate::support::http::{exchange, request};
use crate::support::postgres::Database;
use crate::support::server::{Process, claviger};
use crate::support::vendor::{PASS, failure, success};
use crate::support::{App, HWID, Reply, SESSION_NOT_FOUND, Server, assert_json, eventually, form};

const PROXY: &str = "trusted_proxies = [\"127.0.0.1\", \"10.0.0.0/8\"]\n";
const HOME: &str = "203.0.113.7";
const BLACKED: &str = "You've been blacklisted from our application";
const LOGGED_IN: &str = "Logged in!";

/// Runs a scenario on a server with SQLite, and on one with PostgreSQL.
fn on_both(scenario: impl Fn(&Server)) {
    scenario(&Server::start_with(PROXY));
    let database = Database::create();
    scenario(&Server::start_on_with(&database.url, PROXY));
}

/// A request as a proxy hands it on, with these lines in its head, of whatever bytes.
fn send(app: &App, target: &str, lines: &[&[u8]], body: &str) -> Reply {
    let mut bytes = format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
        FORM.1,
        body.len()
    )
    .into_bytes();
    for line in lines {
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body.as_bytes());
    exchange(&app.address, &bytes, false).expect("a reply")
}

/// The address that a request with these lines has.
fn seen(app: &App, lines: &[&[u8]]) -> String {
    let body = send(app, "/api/address", lines, "");
    assert_json(&body, 405, r#"{"success":false,"message":"Method not allowed"}"#);
    let session = begin(app, lines);
    let rows = app.rows("fetchallsessions", "sessions");
    let row = rows.iter().find(|row| row["id"] == session.as_str()).expect("the session");
    row["ip"].as_str().expect("an address").to_owned()
}

/// The id of a new session.
fn begin(app: &App, lines: &[&[u8]]) -> String {
    let reply = send(app, "/api/1.1/", lines, &form(&app.params("init", &[("ver", "1.0")])));
    reply.json()["sessionid"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}

/// What a request in a session is answered.
fn says(app: &App, lines: &[&[u8]], session: &str, kind: &str, params: &[(&str, &str)]) -> String {
    let params = [&[("sessionid", session)], params].concat();
    let reply = send(app, "/api/1.1/", lines, &form(&app.params(kind, &params)));
    reply.json()["message"].as_str().expect("a message").to_owned()
}

fn login(app: &App, lines: &[&[u8]], name: &str) -> String {
    let account = [("username", name), ("pass", PASS), ("hwid", HWID)];
    says(app, lines, &begin(app, lines), "login", &account)
}

/// A request of the Seller API.
fn sell(app: &App, lines: &[&[u8]], kind: &str, params: &[(&str, &str)]) -> Reply {
    let params = [&[("sellerkey", app.seller_key.as_str()), ("type", kind)], params].concat();
    send(app, "/api/seller/", lines, &form(&params))
}

fn from(address: &str) -> Vec<u8> {
    format!("X-Forwarded-For: {address}").into_bytes()
}

/// What leaves the address unknown.
const UNKNOWN: [&[&[u8]]; 8] = [
    &[],
    &[b"X-Forwarded-For:"],
    &[b"X-Forwarded-For: unknown"],
    &[b"X-Forwarded-For: \xff"],
    &[b"X-Forwarded-For: 203.0.113.7, \xff\xfe"],
    &[b"X-Forwarded-For: 203.0.113.7, nonsense, 10.1.1.1"],
    &[b"X-Forwarded-For: 203.0.113.7", b"X-Forwarded-For: "],
    // Another header than the one that is believed.
    &[b"Forwarded: for=203.0.113.7", b"X-Real-IP: 203.0.113.7"],
];

#[test]
fn what_proxies_write_is_read() {
    on_both(|server| {
        let app = &server.app;
        for (lines, expected) in [
            (&[&b"X-Forwarded-For: 203.0.113.9:50123"[..]][..], "203.0.113.9"),
            (&[b"X-Forwarded-For: [2001:db8::1]:443"], "2001:db8::1"),
            (&[b"X-Forwarded-For: \"203.0.113.9\""], "203.0.113.9"),
            (&[b"X-Forwarded-For: ::ffff:203.0.113.9"], "203.0.113.9"),
            (&[b"X-Forwarded-For: \xff, 198.51.100.7"], "198.51.100.7"),
            (&[b"X-Forwarded-For: \"\xff\xfe, 198.51.100.7:1, 10.9.9.9:2"], "198.51.100.7"),
            (&[b"X-Forwarded-For: 192.0.2.1", b"X-Forwarded-For: 198.51.100.7"], "198.51.100.7"),
            // Somebody on the proxy's machine, as it says itself.
            (&[b"X-Forwarded-For: 127.0.0.1"], "127.0.0.1"),
        ] {
            assert_eq!(seen(app, lines), expected, "{lines:?}");
        }
        for lines in UNKNOWN {
            assert_eq!(seen(app, lines), "unknown", "{lines:?}");
        }
    });
}

#[test]
fn forwarded_is_read_where_it_is_named() {
    let server = Server::start_with(&format!("{PROXY}client_ip_header = \"Forwarded\"\n"));
    let app = &server.app;
    for (lines, expected) in [
        (&[&b"Forwarded: for=203.0.113.9;proto=https"[..]][..], "203.0.113.9"),
        (&[b"forwarded: Proto=https;For=\"[2001:db8::1]:443\";by=_p"], "2001:db8::1"),
        (&[b"Forwarded: for=192.0.2.1, for=198.51.100.7;host=\"a,b\""], "198.51.100.7"),
        (&[b"Forwarded: for=192.0.2.1", b"Forwarded: for=198.51.100.7, for=10.1.1.1"], "198.51.100.7"),
        (&[b"Forwarded: \xff\", for=198.51.100.7"], "198.51.100.7"),
        (&[b"Forwarded: for=192.0.2.1, for=unknown"], "unknown"),
        (&[b"Forwarded: for=_hidden"], "unknown"),
        (&[b"Forwarded: proto=https"], "unknown"),
        (&[b"X-Forwarded-For: 203.0.113.9"], "unknown"),
    ] {
        assert_eq!(seen(app, lines), expected, "{lines:?}");
    }
}

#[test]
fn the_header_of_strangers_means_nothing() {
    let server = Server::start_with("trusted_proxies = [\"10.0.0.0/8\"]\n");
    for lines in [&[&b"X-Forwarded-For: 203.0.113.9"[..]][..], &[b"X-Forwarded-For: \xff"], &[]] {
        assert_eq!(seen(&server.app, lines), "127.0.0.1");
    }
}

#[test]
fn an_allow_list_lets_no_unknown_in() {
    on_both(|server| {
        let app = &server.app;
        let all = "sellerApiWhitelist=127.0.0.1,10.0.0.0/8,0.0.0.0/0,::/0";
        server.cli.ok(&["app", "set", &app.path(), all]);
        let refused = failure("Restricted. Only authorized IPs may use this seller key!");
        eventually("the allow list to count", || {
            (sell(app, &[], "setseller", &[]).status == 423).then_some(())
        });
        for lines in UNKNOWN {
            assert_json(&sell(app, lines, "setseller", &[]), 423, &refused);
        }
        for address in ["127.0.0.1", "203.0.113.9:50123", "[2001:db8::1]:443"] {
            assert_eq!(sell(app, &[&from(address)], "setseller", &[]).status, 200, "{address}");
        }
    });
}

#[test]
fn a_bound_session_is_not_found_without_an_address() {
    on_both(|server| {
        let app = &server.app;
        let at_home = begin(app, &[&from(HOME)]);
        let nowhere = begin(app, &[]);
        server.cli.ok(&["app", "set", &app.path(), "bindSessionToIp=true"]);
        eventually("the binding to count", || {
            (says(app, &[], &at_home, "check", &[]) == SESSION_NOT_FOUND).then_some(())
        });
        for lines in UNKNOWN {
            assert_eq!(says(app, lines, &at_home, "check", &[]), SESSION_NOT_FOUND);
            // One unknown is not the other.
            assert_eq!(says(app, lines, &nowhere, "check", &[]), SESSION_NOT_FOUND);
        }
        assert_eq!(says(app, &[&from("203.0.113.7:1")], &at_home, "check", &[]), "Session is not validated");
    });
}

#[test]
fn a_blacklist_of_addresses_lets_no_unknown_in() {
    on_both(|server| {
        let app = &server.app;
        app.add_user("alice");
        let entry = [app.path(), "--ip".into(), "198.51.100.0/24".into()];
        let entry: Vec<&str> = entry.iter().map(String::as_str).collect();
        // As long as no address decides, nobody is refused for want of one.
        assert_eq!(login(app, &[], "alice"), LOGGED_IN);
        server.cli.ok(&[&["blacklist", "add"][..], &entry].concat());
        for lines in UNKNOWN {
            assert_eq!(login(app, lines, "alice"), BLACKED);
            let checked = says(app, lines, &begin(app, lines), "checkblacklist", &[("hwid", HWID)]);
            assert_eq!(checked, "Client is blacklisted");
        }
        let key = app.add_license("expiry=1");
        let shown = [("key", key.as_str()), ("hwid", HWID)];
        assert_eq!(says(app, &[], &begin(app, &[]), "license", &shown), BLACKED);
        assert_eq!(login(app, &[&from(HOME)], "alice"), LOGGED_IN);
        assert_eq!(login(app, &[&from("198.51.100.9:80")], "alice"), BLACKED);
        // The key was not spent on it.
        assert_eq!(says(app, &[&from(HOME)], &begin(app, &[]), "license", &shown), LOGGED_IN);
        server.cli.ok(&[&["blacklist", "delete"][..], &entry].concat());
        assert_eq!(login(app, &[], "alice"), LOGGED_IN);
    });
}

#[test]
fn a_ban_blacklists_no_unknown_and_no_proxy() {
    on_both(|server| {
        let app = &server.app;
        app.add_user("alice");
        server.cli.ok(&["app", "set", &app.path(), "banBlacklistsIp=true"]);
        let account = [("username", "alice"), ("pass", PASS), ("hwid", HWID)];
        // The last address that is known stays that of the user, whoever comes from nowhere.
        assert_eq!(login(app, &[&from("203.0.113.7:50123")], "alice"), LOGGED_IN);
        let session = begin(app, &[]);
        let reply = send(
            app,
            "/api/1.1/",
            &[],
            &form(&app.params("login", &[&[("sessionid", session.as_str())][..], &account].concat())),
        );
        assert_eq!(reply.json()["info"]["ip"], "unknown", "{reply:?}");
        assert_eq!(app.userdata("alice")["ip"], HOME);
        assert_eq!(says(app, &[], &session, "ban", &[("reason", "r")]), "Successfully Banned User");
        let rows = app.rows("fetchallblacks", "blacklists");
        let values: Vec<_> = rows.iter().map(|row| row["data"].as_str().expect("a value")).collect();
        assert_eq!(values, [HWID]);
    });
}

#[test]
fn whoever_is_unknown_cannot_mean_his_own_address() {
    on_both(|server| {
        let app = &server.app;
        for kind in ["black", "addWhite", "delWhite"] {
            let reply = sell(app, &[], kind, &[]);
            assert_json(&reply, 400, &failure("Missing parameter: ip"));
        }
        assert_eq!(app.seller("type=fetchallblacks").status, 406);
        let added = success("Blacklist Addition Successful");
        assert_json(&sell(app, &[&from("203.0.113.9:50123")], "black", &[]), 200, &added);
        assert_eq!(app.rows("fetchallblacks", "blacklists")[0]["ip"], "203.0.113.9");
        // The audit log says so too.
        let rows = server.cli.json(&["audit", "list", &app.path(), "--json"]);
        assert_eq!(rows[0]["from"], "203.0.113.9", "{rows}");
        assert_json(&sell(app, &[], "black", &[("ip", "192.0.2.1")]), 200, &added);
        let rows = server.cli.json(&["audit", "list", &app.path(), "--json"]);
        assert_eq!(rows[0]["from"], "unknown", "{rows}");
    });
}

#[test]
fn an_unknown_address_may_be_a_vpn() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("vpns.txt");
    fs::write(&list, "198.51.100.0/24\n").expect("a list");
    let server = Server::start_with(&format!("{PROXY}vpn_list = {:?}\n", list.to_str().expect("a path")));
    let (app, path) = (&server.app, server.app.path());
    assert_eq!(seen(app, &[]), "unknown");
    server.cli.ok(&["app", "set", &path, "vpnBlock=true", "messages.vpnBlocked=No VPNs here"]);
    let init = |lines: &[&[u8]]| {
        let reply = send(app, "/api/1.1/", lines, &form(&app.params("init", &[("ver", "1.0")])));
        reply.json()["message"].as_str().expect("a message").to_owned()
    };
    eventually("the setting to count", || (init(&[&from("198.51.100.9")]) == "No VPNs here").then_some(()));
    for lines in UNKNOWN {
        assert_eq!(init(lines), "No VPNs here");
    }
    assert_eq!(init(&[&from(HOME)]), "Initialized");
    // No exemption holds for an address that nobody knows.
    server.cli.ok(&["whitelist", "add", &path, "0.0.0.0/0"]);
    assert_eq!(init(&[&from("198.51.100.9")]), "Initialized");
    assert_eq!(init(&[]), "No VPNs here");
}

#[test]
fn all_that_are_unknown_are_limited_as_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = claviger();
    command.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--client-rate",
        "3",
        "--trusted-proxies",
        "127.0.0.1",
    ]);
    command.arg("--data-dir").arg(folder.path().join("data"));
    let mut process = Process::spawn(command, folder.path());
    let address = process.wait_for_address();
    let init = |from: &str| {
        let target = "/api/1.2/?type=init&name=x&ownerid=AAAAAAAAAA";
        request(&address, "GET", target, &[("X-Forwarded-For", from)], b"").status
    };
    assert_eq!(["unknown", "nonsense", "_a", "_b"].map(init), [200, 200, 200, 429]);
    assert_eq!(["127.0.0.1", HOME, "203.0.113.7:9", "[2001:db8::1]:443"].map(init), [200; 4]);
    process.stop("TERM");
}

#[test]
fn the_log_tells_what_to_do() {
    let server = Server::start_with(PROXY);
    seen(&server.app, &[b"X-Forwarded-For: 203.0.113.7, \xff\x9b2J"]);
    let log = eventually("the warning", || {
        let log = server.process.stderr();
        log.contains("does not tell the client's address").then_some(log)
    });
    assert!(log.contains("let the proxy set this header, or name another in client_ip_header"), "{log}");
    let line = log.lines().find(|line| line.contains("does not tell")).expect("a line");
    let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(line["header"], "x-forwarded-for");
    assert_eq!(line["proxy"], "127.0.0.1");
    // As it came, but for what a terminal would take for orders.
    assert_eq!(line["told"], r"203.0.113.7, \xff\x9b2J");
}

#[test]
fn the_doctor_tries_it() {
    let server = Server::start_with(PROXY);
    let app = &server.app;
    let ask =
        |address: &str| request(&app.address, "GET", "/api/address", &[("X-Forwarded-For", address)], b"");
    assert_json(&ask("203.0.113.9:1"), 200, r#"{"success":true,"address":"203.0.113.9"}"#);
    assert_json(&ask("_hidden"), 200, r#"{"success":true,"address":null}"#);

    let url = format!("http://{}", app.address);
    let finding = |url: &str, more: &[&str]| {
        let args = [&["doctor", "--json", "--listen", &app.address, "--public-url", url][..], more].concat();
        let rows = server.cli.json(&args);
        let row = rows.as_array().expect("a list").iter().find(|row| row["check"] == "client addresses");
        let row = row.unwrap_or_else(|| panic!("{rows}"));
        let text = |field: &str| row[field].as_str().expect("a text").to_owned();
        (text("level"), text("text"))
    };
    let (level, text) = finding(&url, &[]);
    assert_eq!(level, "warning");
    assert!(
        text.starts_with(&format!("a request to {url} came without an address that can be read")),
        "{text}"
    );
    assert!(text.contains("let the proxy set x-forwarded-for"), "{text}");

    // A server without a proxy in front.
    let plain = Server::start();
    let url = format!("http://{}", plain.app.address);
    let (level, text) = finding(&url, &[]);
    assert_eq!(level, "warning");
    let expected = format!("a request to {url} came from 127.0.0.1, which is a trusted proxy");
    assert!(text.starts_with(&expected), "{text}");
    let (level, text) = finding(&url, &["--trusted-proxies", "10.0.0.0/8"]);
    assert_eq!((level.as_str(), text), ("ok", format!("a request to {url} came from 127.0.0.1")));

    // Nobody is there.
    let (level, text) = finding("http://127.0.0.1:1", &[]);
    assert_eq!(level, "warning");
    assert!(text.starts_with("http://127.0.0.1:1/api/address was not asked: "), "{text}");
}
