//! The lines of the log that tell of guesses, and the filter of Fail2Ban that reads them.

use std::{collections::BTreeSet, fs, path::Path};

use regex::Regex;

use crate::support::{
    App, Browser, HWID,
    app::FORM,
    cli::Cli,
    form,
    http::request,
    mailbox::Mailbox,
    server::{Process, claviger},
};

/// All events that requests lead to; `too_many_connections` is tested where connections are.
const EVENTS: [&str; 10] = [
    "forgot_failed",
    "invitation_unknown",
    "license_unknown",
    "login_failed",
    "paused",
    "reset_link_unknown",
    "seller_key_unknown",
    "sign_in_failed",
    "too_many_requests",
    "two_factor_failed",
];

/// The expressions of the filter, as Fail2Ban makes them.
fn filter() -> Vec<Regex> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/fail2ban/filter.d/claviger.conf");
    let text = fs::read_to_string(path).expect("the filter");
    let setting = |name: &str| {
        let start = text.find(&format!("\n{name} = ")).unwrap_or_else(|| panic!("{name}")) + name.len() + 4;
        let lines = text[start..].lines();
        let rest = lines.clone().skip(1).take_while(|line| line.starts_with(' '));
        lines.take(1).chain(rest).map(str::trim).collect::<Vec<_>>()
    };
    let events = setting("events")[0];
    let named: BTreeSet<&str> = events.split('|').collect();
    assert_eq!(named, EVENTS.into_iter().chain(["too_many_connections"]).collect());
    let expressions = setting("failregex").into_iter().map(|line| {
        let line = line.replace("<events>", events).replace("<HOST>", "(?<host>[0-9a-fA-F:.]+)");
        Regex::new(&line).expect("an expression that both understand")
    });
    expressions.collect()
}

/// The address in a line, as Fail2Ban finds it.
fn host<'a>(filter: &[Regex], line: &'a str) -> Option<&'a str> {
    let found = filter.iter().find_map(|regex| regex.captures(line))?;
    Some(found.name("host").expect("an address").as_str())
}

/// A server with an application, whose name looks like a line of the log, and a user whose name does.
fn start(format: &str, mailbox: &Mailbox) -> (Process, tempfile::TempDir, App) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut command = claviger();
    command.args([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--trusted-proxies",
        "127.0.0.1",
        "--log-format",
        format,
    ]);
    command.args(["--login-failures-address", "1", "--client-rate", "30", "--smtp-url", &mailbox.url]);
    command.args(["--smtp-from", "a@example.com"]).arg("--data-dir").arg(&data);
    let mut process = Process::spawn(command, folder.path());
    let address = process.wait_for_address();
    let cli = Cli::new(&data, None);
    cli.ok(&["owner", "create", "vendor", "--role", "seller"]);
    let name = match format {
        "json" => "\",\"address\":\"203.0.113.66\",\"x\":\"",
        _ => "x\" address=203.0.113.66 \"",
    };
    let made = cli.json(&["app", "create", "--owner", "vendor", name, "--json"]);
    let app = App::made(&address, "vendor", &made);
    (process, folder, app)
}

/// Does what each line is about, from an address of its own; returns which.
fn provoke(app: &App) -> Vec<(&'static str, &'static str)> {
    let from = |address: &str, method: &str, target: &str, body: &str| {
        request(&app.address, method, target, &[FORM, ("X-Forwarded-For", address)], body.as_bytes())
    };
    let client = |address: &str, kind: &str, params: &[(&str, &str)]| {
        let session = app.init("1.2");
        let mut all = vec![("sessionid", session.id.as_str())];
        all.extend_from_slice(params);
        from(address, "POST", "/api/1.2/", &form(&app.params(kind, &all)))
    };
    let hostile = "eve\n2026-01-01T00:00:00.000000Z  WARN claviger::guard: refused event=\"login_failed\" \
                   address=203.0.113.66\u{1b}[31m";
    client("192.0.2.1", "login", &[("username", hostile), ("pass", "hunter2"), ("hwid", HWID)]);
    client("2001:db8::2", "license", &[("key", "hunter2\naddress=203.0.113.66"), ("hwid", HWID)]);
    client("192.0.2.3", "forgot", &[("username", hostile), ("email", "hunter2@example.com")]);
    from("192.0.2.4", "GET", "/api/seller/?type=stats&sellerkey=hunter2%0aaddress=203.0.113.66", "");
    from("::ffff:192.0.2.5", "GET", "/reset/hunter2%0aaddress=203.0.113.66", "");
    from("192.0.2.6", "GET", "/dashboard/-/welcome?link=hunter2%0aaddress=203.0.113.66", "");
    client("192.0.2.1", "license", &[("key", "hunter2"), ("hwid", HWID)]);
    let browser = Browser::new(&app.address);
    let fields = [("token", &*browser.token()), ("name", hostile), ("password", "hunter2")];
    browser.post_as(
        "/dashboard/-/sign-in",
        &fields,
        &[("Sec-Fetch-Site", "same-origin"), ("X-Forwarded-For", "192.0.2.8")],
    );
    for _ in 0..32 {
        from("192.0.2.9", "GET", "/api/1.2/?type=init&name=x&ownerid=AAAAAAAAAA", "");
    }
    vec![
        ("login_failed", "192.0.2.1"),
        ("license_unknown", "2001:db8::2"),
        ("forgot_failed", "192.0.2.3"),
        ("seller_key_unknown", "192.0.2.4"),
        ("reset_link_unknown", "192.0.2.5"),
        ("invitation_unknown", "192.0.2.6"),
        ("paused", "192.0.2.1"),
        ("sign_in_failed", "192.0.2.8"),
        ("too_many_requests", "192.0.2.9"),
    ]
}

#[test]
fn fail2ban_reads_each_kind_of_line_and_nobody_forges_one() {
    let (filter, mailbox) = (filter(), Mailbox::start());
    for format in ["pretty", "json"] {
        let (mut process, _folder, app) = start(format, &mailbox);
        let mut expected: Vec<_> = provoke(&app);
        two_factor(&app, &mut expected);
        process.stop("TERM");
        let log = process.stderr();
        for (event, address) in expected {
            let told = |line: &&str| host(&filter, line) == Some(address) && line.contains(event);
            assert!(log.lines().any(|line| told(&line)), "{format}: {event} {address}\n{log}");
        }
        for line in log.lines() {
            assert_ne!(host(&filter, line), Some("203.0.113.66"), "{line}");
            assert!(!line.contains("hunter2") && !line.contains('\u{1b}'), "{line}");
            assert!(format != "json" || serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
        }
    }
}

/// A wrong code of a user who has two-factor sign-in waiting for its first one.
fn two_factor(app: &App, expected: &mut Vec<(&'static str, &'static str)>) {
    let session = app.init("1.2");
    session.register("address=203.0.113.66", "right", &app.add_license("expiry=1"));
    session.call("2faenable", &[]);
    let body = form(&app.params("2faenable", &[("sessionid", &session.id), ("code", "000000")]));
    let headers = [FORM, ("X-Forwarded-For", "192.0.2.10")];
    let reply = request(&app.address, "POST", "/api/1.2/", &headers, body.as_bytes());
    assert_eq!(reply.json()["success"], false, "{}", reply.text());
    expected.push(("two_factor_failed", "192.0.2.10"));
}

#[test]
fn an_address_has_a_bounded_number_of_lines() {
    let mailbox = Mailbox::start();
    let (mut process, _folder, app) = start("pretty", &mailbox);
    for _ in 0..200 {
        let target = "/api/seller/?type=stats&sellerkey=x";
        request(&app.address, "GET", target, &[("X-Forwarded-For", "192.0.2.1")], b"");
    }
    process.stop("TERM");
    let log = process.stderr();
    let lines = log.lines().filter(|line| line.contains("address=192.0.2.1 ")).count();
    // The minute may have turned in between.
    assert!((60..=120).contains(&lines), "{lines}\n{log}");
}
