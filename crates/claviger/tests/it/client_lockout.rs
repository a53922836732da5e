//! Failed logins are limited by user and by address.

use crate::support::{
    App, Cli, HWID, Session,
    server::{Process, claviger},
};

/// A server that is not in demo mode, with an application that has one user, `alice`.
pub fn start(flags: &[&str]) -> (Process, tempfile::TempDir, App) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0"]).args(flags).arg("--data-dir").arg(&data);
    let mut process = Process::spawn(command, folder.path());
    let address = process.wait_for_address();
    let cli = Cli::new(&data, None);
    cli.ok(&["owner", "create", "vendor", "--role", "seller"]);
    let made = cli.json(&["app", "create", "--owner", "vendor", "app", "--json"]);
    let app = App::made(&address, "vendor", &made);
    app.init("1.2").register("alice", "right", &app.add_license("expiry=1"));
    (process, folder, app)
}

fn login(session: &Session, name: &str, pass: &str) -> (u16, String, Option<String>) {
    let reply = session.call("login", &[("username", name), ("pass", pass), ("hwid", HWID)]);
    let message = reply.json()["message"].as_str().expect("a message").to_owned();
    (reply.status, message, reply.header("retry-after").map(String::from))
}

#[test]
fn an_address_that_guesses_waits() {
    let (mut process, _folder, app) = start(&["--login-failures-address", "3"]);
    let session = app.init("1.2");
    for _ in 0..3 {
        assert_eq!(login(&session, "alice", "wrong").1, "Password does not match.");
    }
    let (status, message, retry) = login(&session, "alice", "right");
    let seconds: u32 = retry.expect("a time").parse().expect("seconds");
    assert_eq!(
        (status, message),
        (429, format!("Too many failed attempts. Try again in {seconds} seconds."))
    );
    assert!((20..=30).contains(&seconds), "{seconds}");
    let reply = session.call("upgrade", &[("username", "alice"), ("key", "guess")]);
    assert_eq!(reply.status, 429);
    session.is_unvalidated();
    // Whoever is asked for help sees it, and how often it was tried.
    let verdict = app.sell("why", &[("text", "alice")]).json();
    let reason = &verdict["reasons"][0];
    assert_eq!((&reason["code"], &verdict["standing"]), (&"too_many_failures".into(), &"refused".into()));
    assert!(reason["text"].as_str().is_some_and(|text| text.contains("from this address")), "{reason}");
    let tries = verdict["tries"].as_array().expect("a list").iter();
    let wrong = tries.filter(|one| one["outcome"] == "wrong_password");
    let counts = wrong.map(|one| one["count"].as_str().expect("a text").parse::<u32>().expect("a number"));
    assert_eq!(counts.sum::<u32>(), 3, "{verdict}");
    process.stop("TERM");
}

#[test]
fn a_user_is_guessed_at_from_elsewhere() {
    let flags = ["--login-failures-user", "2", "--trusted-proxies", "127.0.0.1"];
    let (mut process, _folder, app) = start(&flags);
    let from = |address: &str, pass: &str| {
        let session = app.init_with("1.2", None);
        let params = app.params(
            "login",
            &[("sessionid", &session.id), ("username", "alice"), ("pass", pass), ("hwid", HWID)],
        );
        let headers = [crate::support::app::FORM, ("X-Forwarded-For", address)];
        let body = crate::support::form(&params);
        let reply =
            crate::support::http::request(&app.address, "POST", "/api/1.2/", &headers, body.as_bytes());
        (reply.status, reply.json()["message"].as_str().expect("a message").to_owned())
    };
    assert_eq!(from("192.0.2.1", "right"), (200, "Logged in!".into()));
    for _ in 0..2 {
        assert_eq!(from("203.0.113.1", "wrong"), (200, "Password does not match.".into()));
    }
    assert_eq!(from("203.0.113.2", "right").0, 429);
    // The place of the user's last login is not shut out by strangers, but is not that of whoever has no address.
    assert_eq!(from("unknown", "right").0, 429);
    assert_eq!(from("192.0.2.1", "right"), (200, "Logged in!".into()));
    process.stop("TERM");
}
