//! `/metrics`: what the server tells of itself to those who watch it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::support::http::request;
use crate::support::metrics::Metrics;
use crate::support::postgres::Database;
use crate::support::{HWID, Server, eventually};
use crate::tls::secured;

/// On a port of its own.
pub const WATCHED: &str = "metrics_listen = \"127.0.0.1:0\"\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Looks at the metrics until they show something.
fn until<T>(server: &Server, what: &str, mut look: impl FnMut(&Metrics) -> Option<T>) -> T {
    let address = Metrics::address(server);
    eventually(what, || look(&Metrics::at(&address)))
}

#[test]
fn there_are_none_unless_they_are_asked_for() {
    let server = Server::start();
    assert!(!server.process.stderr().contains("telling metrics"));
    assert_eq!(request(&server.app.address, "GET", "/metrics", &[], b"").status, 404);
}

#[test]
fn the_listener_has_nothing_else() {
    let server = Server::start_with(WATCHED);
    let address = Metrics::address(&server);
    assert_ne!(address, server.app.address);
    for (method, target, status) in [
        ("GET", "/", 404),
        ("GET", "/metrics/x", 404),
        ("GET", "/api/1.2/", 404),
        ("POST", "/metrics", 405),
        ("HEAD", "/metrics", 200),
    ] {
        assert_eq!(request(&address, method, target, &[], b"").status, status, "{method} {target}");
    }
    // Nor is the page with the APIs.
    assert_eq!(request(&server.app.address, "GET", "/metrics", &[], b"").status, 404);
}

#[test]
fn requests_are_counted_by_type_and_outcome() {
    let server = Server::start_with(WATCHED);
    let app = &server.app;
    let session = app.init("1.2");
    session.register("ann", "pass", server.license(0));
    session.call("login", &[("username", "ann"), ("pass", "wrong"), ("hwid", HWID)]);
    session.call("check", &[]);
    session.call("check", &[]);
    app.client("1.3", "nonsense", &[]);
    app.post("1.1", &[("type", "init")]);
    app.client("1.2", "init", &[("ver", "99")]);
    app.seller("type=info");
    app.seller("type=nonsense");
    app.seller("type=verify&key=nobody-has-it");
    request(&app.address, "GET", "/api/seller/?sellerkey=x&type=info", &[], b"");
    request(&app.address, "GET", "/dashboard/-/sign-in", &[], b"");
    request(&app.address, "GET", "/nowhere", &[], b"");
    request(&app.address, "DELETE", "/api/1.2/", &[], b"");
    let expected = [
        ("client", "init", "ok", 1.0),
        ("client", "init", "refused", 1.0),
        ("client", "register", "ok", 1.0),
        ("client", "login", "refused", 1.0),
        ("client", "login", "ok", 0.0),
        ("client", "check", "ok", 2.0),
        // An unknown type, one without an owner id, and a method that is none.
        ("client", "other", "refused", 3.0),
        ("client", "nonsense", "refused", 0.0),
        ("seller", "verify", "refused", 1.0),
        ("seller", "nonsense", "refused", 0.0),
        ("seller", "other", "refused", 2.0),
        ("pages", "dashboard", "ok", 1.0),
        ("other", "other", "refused", 1.0),
    ];
    // A request is counted when its reply is ready, so its caller may be first.
    until(&server, "all requests to be counted", |metrics| {
        let told =
            |&(api, kind, outcome, count): &(_, _, _, f64)| metrics.requests(api, kind, outcome) == count;
        expected.iter().all(told).then_some(())
    });
    let metrics = Metrics::of(&server);
    let count = |labels| metrics.get(&format!("claviger_request_duration_seconds_count{{{labels}}}"));
    assert_eq!(count("api=\"client\",type=\"check\"") as i64, 2);
    assert_eq!(count("api=\"client\",type=\"init\"") as i64, 2);
    assert_eq!(metrics.get("claviger_sign_ins_total{outcome=\"wrong_password\"}") as i64, 1);
    assert_eq!(metrics.get("claviger_sign_ins_total{outcome=\"wrong_version\"}") as i64, 1);
    assert_eq!(metrics.get("claviger_guard_events_total{event=\"login_failed\"}") as i64, 1);
    assert_eq!(metrics.get("claviger_guard_events_total{event=\"seller_key_unknown\"}") as i64, 1);
    // The demo's owner and the user have one each; the wrong one was checked as well.
    assert!(metrics.get("claviger_password_hash_duration_seconds_count") >= 2.0);
    assert_eq!(metrics.get("claviger_places_held{resource=\"hashing\"}") as i64, 0);
}

/// Sessions that are there, as the metrics tell.
fn sessions_are_told(server: &Server) {
    until(server, "sessions to be counted", |metrics| metrics.samples.get("claviger_sessions").map(|_| ()));
    let before = Metrics::of(server).get("claviger_sessions");
    let sessions: Vec<_> = (0..5).map(|_| server.app.init("1.2")).collect();
    let told = |count: f64| {
        until(server, "the count to change", |metrics| {
            (metrics.get("claviger_sessions") == before + count).then_some(())
        });
    };
    told(5.0);
    server.app.kill(&sessions[0].id);
    sessions[1].call("logout", &[]);
    told(3.0);
    server.app.seller("type=killall");
    // Once they are swept, those of a run before among them.
    told(-before);
    let metrics = Metrics::of(server);
    assert_eq!(metrics.get("claviger_sessions_begun_total") as i64, 5);
    assert_eq!(metrics.get("claviger_sessions_removed_total"), 5.0 + before);
}

#[test]
fn sessions_are_counted_as_they_come_and_go() {
    let server = Server::start_with(WATCHED);
    server.app.init("1.2");
    // Those of a run before are counted at the start.
    let server = server.restart();
    assert_eq!(
        until(&server, "the sessions", |metrics| metrics.samples.get("claviger_sessions").copied()) as i64,
        1
    );
    sessions_are_told(&server);
}

#[test]
fn databases_tell_their_kind_and_size() {
    let server = Server::start_with(WATCHED);
    let metrics = Metrics::of(&server);
    assert_eq!(metrics.get("claviger_database_info{kind=\"sqlite\"}") as i64, 1);
    assert!(metrics.get("claviger_database_wal_bytes") > 0.0);
    let database = Database::create();
    let server = Server::start_on_with(&database.url, WATCHED);
    let metrics = Metrics::of(&server);
    assert_eq!(metrics.get("claviger_database_info{kind=\"postgresql\"}") as i64, 1);
    assert_eq!(metrics.get("claviger_database_outage") as i64, 0);
    assert!(metrics.get("claviger_database_size_bytes") > 1e6);
    // PostgreSQL keeps an estimate; none before somebody has looked.
    server.app.init("1.2");
    server.execute("ANALYZE sessions");
    assert_eq!(
        until(&server, "an estimate", |metrics| metrics.samples.get("claviger_sessions").copied()) as i64,
        1
    );
}

#[test]
fn the_process_and_the_release_are_told() {
    let server = Server::start_with(WATCHED);
    let metrics = Metrics::of(&server);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(metrics.get(&format!("claviger_build_info{{version=\"{version}\"}}")) as i64, 1);
    assert_eq!(metrics.get("claviger_ready") as i64, 1);
    assert!(metrics.get("process_resident_memory_bytes") > 1e6);
    assert!(metrics.get("process_open_fds") > 5.0);
    assert!(metrics.get("process_max_fds") > metrics.get("process_open_fds"));
    assert!(metrics.get("process_cpu_seconds_total") > 0.0);
    let age = crate::support::now() as f64 - metrics.get("process_start_time_seconds");
    assert!((-2.0..600.0).contains(&age), "{age}");
}

#[test]
fn an_address_that_others_reach_is_warned_of() {
    let server = Server::start_with("metrics_listen = \"0.0.0.0:0\"\n");
    assert!(server.process.stderr().contains("metrics_listen is 0.0.0.0:0, which is no loopback address"));
}

/// Names of families in a text: those in backticks of tables, or in expressions.
fn names(text: &str) -> BTreeSet<String> {
    let name = Regex::new(r"\b(?:claviger|process)_[a-z][a-z0-9_]*").expect("an expression");
    let suffix = Regex::new("_(?:bucket|sum|count)$").expect("an expression");
    name.find_iter(text).map(|found| suffix.replace(found.as_str(), "").into_owned()).collect()
}

/// All families that a server may tell.
fn told() -> BTreeSet<String> {
    let backups = format!("{WATCHED}[backup]\nplace = \"backups\"\nevery_hours = 24\n");
    let (server, _client, _pair, _folder) = secured(&backups);
    until(&server, "a backup and a count of sessions", |metrics| {
        let there = |name: &str| metrics.samples.contains_key(name);
        (there("claviger_backup_last_timestamp_seconds") && there("claviger_sessions")).then_some(())
    });
    Metrics::of(&server).families.into_keys().collect()
}

#[test]
fn the_documentation_the_rules_and_the_dashboard_name_what_is_told() {
    let told = told();
    let page = fs::read_to_string(root().join("docs/operations.md")).expect("docs/operations.md");
    let (_, section) = page.split_once("## Watching").expect("a section `Watching`");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows: String = section.lines().filter(|line| line.starts_with("| `")).collect();
    let documented = names(&rows);
    assert_eq!(documented, told, "docs/operations.md, `Watching`, must tell of each family and of no other");
    for file in ["deploy/prometheus/alerts.yml", "deploy/grafana/claviger.json"] {
        let text = fs::read_to_string(root().join(file)).expect("a file");
        let expressions: String = match file.ends_with("json") {
            true => expressions(&serde_json::from_str(&text).expect("JSON")).join("\n"),
            false => text.lines().filter(|line| !line.trim_start().starts_with('#')).collect(),
        };
        let used = names(&expressions);
        assert!(used.len() > 8, "{file} uses {used:?}");
        let unknown: Vec<_> = used.difference(&told).collect();
        assert!(unknown.is_empty(), "{file} names what no server tells: {unknown:?}");
    }
}

/// All expressions of a dashboard, whatever holds them.
fn expressions(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Object(fields) => {
            let own = fields.get("expr").and_then(|text| text.as_str()).map(str::to_owned);
            own.into_iter().chain(fields.values().flat_map(expressions)).collect()
        }
        serde_json::Value::Array(values) => values.iter().flat_map(expressions).collect(),
        _ => Vec::new(),
    }
}
