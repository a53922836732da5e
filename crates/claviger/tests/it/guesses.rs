//! Guessing from many addresses at once, and what strangers cannot do to others by it.

use std::thread;

use crate::support::{
    App, HWID, OTHER_HWID, Reply, Session,
    app::FORM,
    cli::Cli,
    eventually, form,
    http::request,
    server::{Process, claviger},
};

/// A server behind a proxy, with an application.
struct Guarded {
    process: Process,
    folder: tempfile::TempDir,
    app: App,
}

impl Guarded {
    fn start(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let mut command = claviger();
        command.args(["serve", "--listen", "127.0.0.1:0", "--trusted-proxies", "127.0.0.1"]).args(flags);
        command.arg("--data-dir").arg(&data);
        let mut process = Process::spawn(command, folder.path());
        let address = process.wait_for_address();
        let cli = Cli::new(&data, None);
        cli.ok(&["owner", "create", "vendor", "--role", "seller"]);
        let app = create(&cli, &address, "app");
        Self { process, folder, app }
    }

    fn cli(&self) -> Cli {
        Cli::new(&self.folder.path().join("data"), None)
    }

    /// A request of the Client API from an address.
    fn from(
        &self,
        app: &App,
        address: &str,
        session: &Session,
        kind: &str,
        params: &[(&str, &str)],
    ) -> Reply {
        let mut all = vec![("sessionid", session.id.as_str())];
        all.extend_from_slice(params);
        let body = form(&app.params(kind, &all));
        request(&app.address, "POST", "/api/1.2/", &[FORM, ("X-Forwarded-For", address)], body.as_bytes())
    }

    fn login(&self, app: &App, address: &str, name: &str, pass: &str, hwid: &str) -> Reply {
        let session = app.init_with("1.2", None);
        self.from(app, address, &session, "login", &[("username", name), ("pass", pass), ("hwid", hwid)])
    }

    fn register(&self, app: &App, address: &str, name: &str) {
        let (session, key) = (app.init_with("1.2", None), app.add_license("expiry=1"));
        let params = [("username", name), ("pass", "right"), ("key", &key), ("hwid", HWID)];
        assert_eq!(self.from(app, address, &session, "register", &params).status, 200);
    }

    fn sell(&self, address: &str, key: &str) -> u16 {
        let target = format!("/api/seller/?sellerkey={key}&type=setseller");
        request(&self.app.address, "GET", &target, &[("X-Forwarded-For", address)], b"").status
    }
}

fn create(cli: &Cli, address: &str, name: &str) -> App {
    let made = cli.json(&["app", "create", "--owner", "vendor", name, "--json"]);
    App::made(address, "vendor", &made)
}

fn message(reply: &Reply) -> String {
    let text = reply.json()["message"].as_str().expect("a message").to_owned();
    text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect::<String>().replace("##", "#")
}

#[test]
fn a_site_has_sixteen_times_the_budget_of_an_address() {
    let mut t = Guarded::start(&["--login-failures-address", "2"]);
    let app = t.app.clone();
    t.register(&app, "2001:db8:0:fffe::1", "alice");
    let session = app.init_with("1.2", None);
    let guess = |address: &str| {
        t.from(&app, address, &session, "license", &[("key", "guess"), ("hwid", HWID)]).status
    };
    // 300 networks of one site, at first in as many /56 as there are.
    let statuses: Vec<u16> =
        (0..300).map(|net| guess(&format!("2001:db8:0:{:x}::1", net % 250 * 256))).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 32, "{statuses:?}");
    assert!(statuses[32..].iter().all(|status| *status == 429));
    // The site is paused, its neighbours are not, nor is whoever comes back to where they were.
    assert_eq!(t.login(&app, "2001:db8:0:abcd::1", "alice", "right", HWID).status, 429);
    assert_eq!(guess("2001:db8:1::1"), 200);
    let alice = t.login(&app, "2001:db8:0:fffe::2", "alice", "right", OTHER_HWID);
    assert_eq!((alice.status, message(&alice)), (200, "HWID doesn't match. Ask for a HWID reset".into()));
    assert_eq!(message(&t.login(&app, "2001:db8:0:fffe::2", "alice", "right", HWID)), "Logged in!");
    t.process.stop("TERM");
}

#[test]
fn strangers_together_lock_nobody_out() {
    let mut t = Guarded::start(&["--login-failures-app", "10"]);
    let (app, other) = (t.app.clone(), create(&t.cli(), &t.app.address, "other"));
    t.register(&app, "192.0.2.1", "alice");
    t.register(&app, "192.0.2.2", "bob");
    t.register(&other, "192.0.2.3", "carl");
    let session = app.init_with("1.2", None);
    let guess = |host: u32, kind: &str, params: &[(&str, &str)]| {
        t.from(&app, &format!("198.51.100.{host}"), &session, kind, params).status
    };
    let statuses: Vec<u16> = (0..100)
        .map(|host| match host % 2 {
            0 => guess(host, "license", &[("key", "guess"), ("hwid", HWID)]),
            _ => guess(
                host,
                "login",
                &[("username", &format!("user-{host}")), ("pass", "guess"), ("hwid", HWID)],
            ),
        })
        .collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10, "{statuses:?}");
    let paused = t.login(&app, "203.0.113.1", "alice", "right", OTHER_HWID);
    assert_eq!(
        (paused.status, message(&paused)),
        (429, "Too many failed attempts. Try again in # seconds.".into())
    );
    // At home, or with one of the user's devices elsewhere, or where somebody else got in.
    for (address, name) in [("192.0.2.1", "alice"), ("203.0.113.2", "bob")] {
        assert_eq!(
            message(&t.login(&app, address, name, "right", HWID)),
            "Logged in!",
            "{name} at {address}"
        );
    }
    let neighbour = t.login(&app, "192.0.2.1", "bob", "right", OTHER_HWID);
    assert_eq!(message(&neighbour), "HWID doesn't match. Ask for a HWID reset");
    assert_eq!(message(&t.login(&other, "203.0.113.4", "carl", "right", HWID)), "Logged in!");
    t.process.stop("TERM");
}

#[test]
fn a_pause_does_not_tell_who_is_there() {
    let mut t = Guarded::start(&["--login-failures-user", "3"]);
    let app = t.app.clone();
    t.register(&app, "192.0.2.1", "alice");
    t.cli().ok(&["app", "set", &app.path(), "hideUnknownUsers=true"]);
    let mut stranger = 0;
    eventually("the setting to hold", || {
        stranger += 1;
        let reply = t.login(&app, "203.0.113.9", &format!("stranger-{stranger}"), "wrong", HWID);
        (message(&reply) == "Password does not match.").then_some(())
    });
    let tries = |name: &str, net: u32| -> Vec<(u16, String, bool)> {
        let one = |host: u32| {
            let reply = t.login(&app, &format!("198.51.{net}.{host}"), name, "wrong", OTHER_HWID);
            (reply.status, message(&reply), reply.header("retry-after").is_some())
        };
        (0..5).map(one).collect()
    };
    let known = tries("alice", 1);
    assert_eq!(known, tries("nobody", 2));
    assert_eq!(known.iter().map(|(status, ..)| *status).collect::<Vec<_>>(), [200, 200, 200, 429, 429]);
    t.process.stop("TERM");
}

#[test]
fn a_right_seller_key_is_not_told_apart_where_keys_are_guessed() {
    let mut t = Guarded::start(&["--seller-unknown-key-rate", "3"]);
    let made = t.cli().json(&["app", "seller-key", "add", "vendor/app", "second", "--json"]);
    let second = made["seller_key"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let wrong = |digit: u32| format!("{digit:0>32}");
    assert_eq!(t.sell("192.0.2.1", &t.app.seller_key), 200);
    let guesses: Vec<u16> = (0..40).map(|digit| t.sell("192.0.2.1", &wrong(digit))).collect();
    assert_eq!(guesses[..3], [404, 404, 404]);
    assert!(guesses[3..].iter().all(|status| *status == 429), "{guesses:?}");
    // A bot that worked there goes on; who just came is told nothing, right or wrong.
    assert_eq!(t.sell("192.0.2.1", &second), 429);
    assert_eq!(t.sell("192.0.2.1", &t.app.seller_key), 200);
    assert_eq!(t.sell("192.0.2.2", &second), 200);
    assert_eq!(t.sell("192.0.2.2", &wrong(1)), 404);
    t.process.stop("TERM");
}

#[test]
fn a_flood_of_passwords_fills_its_own_queue_only() {
    let flags = ["--rate-limits", "false", "--hash-threads", "1"];
    let mut t = Guarded::start(&flags);
    let (app, other) = (t.app.clone(), create(&t.cli(), &t.app.address, "other"));
    t.register(&app, "192.0.2.1", "alice");
    t.register(&other, "192.0.2.3", "carl");
    let (full, queue) = std::sync::mpsc::channel();
    let statuses = thread::scope(|scope| {
        let flood: Vec<_> = (0..220)
            .map(|net| {
                let (t, app, full) = (&t, &app, full.clone());
                scope.spawn(move || {
                    let reply =
                        t.login(app, &format!("2001:db8:0:{net:x}::1"), &format!("user-{net}"), "x", HWID);
                    if reply.status == 503 {
                        assert!(reply.header("retry-after").is_some());
                        let _ = full.send(());
                    }
                    reply.status
                })
            })
            .collect();
        queue.recv().expect("one that finds the queue full");
        assert_eq!(message(&t.login(&other, "2001:db8:0:1::1", "carl", "right", HWID)), "Logged in!");
        assert_eq!(message(&t.login(&app, "192.0.2.1", "alice", "right", HWID)), "Logged in!");
        flood.into_iter().map(|one| one.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert!(statuses.iter().all(|status| [200, 503].contains(status)), "{statuses:?}");
    t.process.stop("TERM");
}
