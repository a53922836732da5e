//! `claviger top`, as text.

use std::fs;

use crate::metrics::WATCHED;
use crate::support::metrics::Metrics;
use crate::support::target::Target;
use crate::support::{Cli, HWID, Server};

/// Runs it on a folder with these settings.
fn with_settings(server: &Server, name: &str, settings: &str) -> Cli {
    let data = server.folder().join(name);
    fs::create_dir(&data).expect("a folder");
    fs::write(data.join("claviger.toml"), settings).expect("settings");
    Cli::new(&data, None)
}

/// The numbers of the line that begins with this word.
fn numbers(told: &str, word: &str) -> Vec<f64> {
    let line = told.lines().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("{word}: {told}"));
    line.split_whitespace().filter_map(|part| part.trim_end_matches("/s").parse().ok()).collect()
}

#[test]
fn it_tells_what_happens() {
    let server = Server::start_with(WATCHED);
    let url = format!("http://{}/metrics", Metrics::address(&server));
    let session = server.app.init("1.2");
    session.register("ann", "pass", server.license(0));
    // Busy until it has told.
    let told = std::thread::scope(|scope| {
        let top = scope.spawn(|| server.cli.ok(&["top", "--once", "--url", &url]));
        while !top.is_finished() {
            session.call("check", &[]);
            session.call("login", &[("username", "ann"), ("pass", "wrong"), ("hwid", HWID)]);
        }
        top.join().expect("figures")
    });
    let [client, seller, all] = ["client", "seller", "all"].map(|api| numbers(&told, api));
    assert!(client[0] > 0.0 && client[0] == all[0] && client[3] > 0.0, "{told}");
    assert_eq!((seller[0], *client.last().expect("errors")), (0.0, 0.0), "{told}");
    assert!(told.lines().any(|line| line.starts_with("client") && line.contains(" ms ")), "{told}");
    assert!(told.lines().any(|line| line.starts_with("seller") && line.contains("  -  ")), "{told}");
    assert!(numbers(&told, "passwords")[0] > 0.0 && numbers(&told, "sign-ins")[1] > 0.0, "{told}");
    let head = format!("claviger {}  {url}  ready  up 0 d 00:0", env!("CARGO_PKG_VERSION"));
    assert!(told.starts_with(&head), "{told}");
    for part in
        ["database    sqlite up  size ", "\nSHARED ", "\nrequests of programs ", "deliveries  waiting 0"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains('\u{1b}') && told.lines().all(|line| line.len() <= 80), "{told}");
}

#[test]
fn it_asks_where_the_settings_say() {
    let server = Server::start_with(WATCHED);
    let settings = format!("metrics_listen = {:?}\n", Metrics::address(&server));
    let told = with_settings(&server, "same", &settings).ok(&["top", "--once"]);
    assert!(told.contains("  ready  "), "{told}");
}

#[test]
fn it_says_what_is_wrong() {
    let server = Server::start();
    let fails = |args: &[&str]| server.cli.fails(&[&["top"], args].concat());
    assert!(fails(&[]).contains("set metrics_listen = \"127.0.0.1:9464\""), "{}", fails(&[]));
    for (settings, told) in [
        ("metrics_listen = \"127.0.0.1:0\"\n", "name the page with --url"),
        ("metrics_listen = \"127.0.0.1:9\"\n", "nobody answers at http://127.0.0.1:9/metrics"),
    ] {
        let name = if settings.contains(":0\"") { "any" } else { "away" };
        let said = with_settings(&server, name, settings).fails(&["top"]);
        assert!(said.contains(told), "{said}");
    }
    for url in ["nonsense", "https://127.0.0.1/metrics", "file:///etc/passwd"] {
        assert!(fails(&["--url", url]).contains("--url must be such as"), "{url}");
    }
    let own = format!("http://{}/metrics", server.app.address);
    assert!(fails(&["--url", &own]).contains("answers \"404\""), "{}", fails(&["--url", &own]));
    for (answer, told) in [
        ("<html>", "is no page of metrics"),
        ("node_load1 0.5\n", "the metrics of another program"),
        ("", "the metrics of another program"),
    ] {
        let target = Target::start(&[(200, answer)]);
        let said = fails(&["--url", &format!("{}/metrics", target.url)]);
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn labels_do_not_steer_the_terminal() {
    let page = "claviger_build_info{version=\"\u{1b}[2J\u{9b}x\"} 1\nclaviger_places{resource=\"\u{1b}]0;x\u{7}\"} 1\n";
    let target = Target::start(&[(200, page)]);
    let server = Server::start();
    let told = server.cli.ok(&["top", "--url", &format!("{}/metrics", target.url)]);
    assert!(!told.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{told:?}");
}
