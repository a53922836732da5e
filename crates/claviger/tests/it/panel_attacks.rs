//! What strangers and neighbours send to panels and to the tables of the dashboard: floods of guesses, addresses that lead
//! elsewhere, values that no page of ours sends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::support::http::{form, request};
use crate::support::panel::{Customer, turn_on};
use crate::support::proxied::on_both;
use crate::support::vendor::PASS;
use crate::support::{App, HWID, Server, encode};

/// Guesses of one stranger, from many networks, by name and by key; the statuses of the answers.
fn guess(app: &App, worker: u32, rounds: u32) -> Vec<u16> {
    let customer = Customer::new(app);
    let (token, cookies) = (customer.token(), customer.browser.cookies());
    let mut seen = Vec::new();
    for round in 0..rounds {
        let from = format!("2001:db8:{worker:x}:{round:x}::1");
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Sec-Fetch-Site", "same-origin"),
            ("X-Forwarded-For", from.as_str()),
            ("Cookie", cookies.as_str()),
        ];
        let (text, other) =
            (format!("guess-{worker}-{round}"), if round % 2 == 0 { "alice" } else { "nobody" });
        for (rest, fields) in [
            ("sign-in", [("token", token.as_str()), ("name", other), ("password", text.as_str())].to_vec()),
            ("sign-in/key", [("token", token.as_str()), ("key", text.as_str())].to_vec()),
        ] {
            let target = format!("{}{rest}", customer.base);
            seen.push(request(&app.address, "POST", &target, &headers, form(&fields).as_bytes()).status);
        }
    }
    seen
}

/// A flood at one panel takes neither another application's panel nor its programs their place, and lets nobody in.
#[test]
fn guesses_at_a_panel_hold_up_no_neighbour() {
    on_both(|server| {
        let neighbour = server.create_app("neighbour");
        turn_on(server, &server.app, &[], &[]);
        turn_on(server, &neighbour, &[], &[]);
        for app in [&server.app, &neighbour] {
            app.add_user("alice");
        }
        let (over, app) = (AtomicBool::new(false), &server.app);
        thread::scope(|scope| {
            let flood: Vec<_> = (0..8).map(|worker| scope.spawn(move || guess(app, worker, 20))).collect();
            let honest = scope.spawn(|| {
                let mut rounds = 0;
                while !over.load(Ordering::Relaxed) || rounds < 3 {
                    let customer = Customer::signed_in(&neighbour, "alice", PASS);
                    assert!(customer.is_in());
                    let login = neighbour.login("alice", PASS, HWID);
                    assert_eq!(login.json()["success"], true, "{login:?}");
                    rounds += 1;
                }
            });
            let statuses: Vec<u16> =
                flood.into_iter().flat_map(|worker| worker.join().expect("a stranger")).collect();
            over.store(true, Ordering::Relaxed);
            honest.join().expect("an honest customer");
            assert!(statuses.iter().all(|status| [422, 429, 503].contains(status)), "{statuses:?}");
        });
    });
}

#[test]
fn no_address_of_a_panel_leads_to_another_site() {
    let server = Server::start();
    turn_on(&server, &server.app, &[], &[]);
    server.app.add_user("alice");
    let customer = Customer::signed_in(&server.app, "alice", PASS);
    for target in [
        "/panel/DEMO/demo-app//evil.example/",
        "/panel/DEMO/demo-app/%2f%2fevil.example",
        "/panel/DEMO/demo-app/\\evil.example",
        "/panel//evil.example/demo-app/",
        "/panel/demo/demo-app//evil.example",
        "/panel/demo/demo-app/?lang=//evil.example",
        "/panel/demo/demo-app/sign-in?next=//evil.example",
        "/panel/demo/DEMO-APP/sign-in?next=https://evil.example",
        "/panel/demo/DEMO-APP/%0d%0aSet-Cookie:x=y",
    ] {
        let reply = customer.browser.get(target);
        let to = reply.header("location").unwrap_or("/panel/");
        assert!(reply.status < 500 && to.starts_with("/panel/"), "{target}: {reply:?}");
        assert!(reply.headers.iter().all(|(_, value)| value != "x=y"), "{target}: {reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{target}");
    }
    for (name, password) in [("alice", PASS), ("alice\r\nLocation: //evil.example", PASS)] {
        let reply = Customer::new(&server.app).post("sign-in", &[("name", name), ("password", password)]);
        let to = reply.header("location").unwrap_or("/panel/");
        assert!(reply.status < 500 && to.starts_with("/panel/"), "{reply:?}");
    }
}

/// Whatever stands in an address is answered: told to be wrong, or taken for nothing; never a failure of the server.
#[test]
fn tables_answer_whatever_is_asked() {
    const FIELDS: [&str; 10] = ["after", "before", "at", "text", "user", "key", "name", "ip", "from", "kind"];
    let hostile: Vec<String> = ["%00", "a%00b", "%FF%FE", "9223372036854775808", "-9223372036854775808"]
        .into_iter()
        .map(str::to_owned)
        .chain([encode("' OR 1=1 --\"<b>"), encode("é".repeat(2000))])
        .collect();
    on_both(|server| {
        server.app.add_user("alice");
        server.app.sell("black", &[("ip", "203.0.113.9")]);
        server.app.sell("addvar", &[("name", "motd"), ("data", "x"), ("authed", "0")]);
        let browser = server.browser();
        for page in [
            "licenses",
            "licenses/count",
            "licenses/export",
            "licenses/change",
            "users",
            "users/count",
            "users/export",
            "users/change",
            "sessions",
            "sessions/export",
            "logs",
            "logs/export",
            "tokens",
            "blacklist",
            "whitelist",
            "mutes",
            "chats",
            "variables",
            "files",
            "subscriptions",
            "webhooks/log",
            "webhooks/messages",
            "jobs",
            "audit-log",
            "audit-log/export",
            "seller-logs",
            "reports",
            "reports/export",
            "find",
            "hashes",
            "team",
        ] {
            for field in FIELDS {
                for value in &hostile {
                    let orders: &[&str] =
                        if matches!(page, "licenses" | "users") { &["", "&order=name"] } else { &[""] };
                    for order in orders {
                        let target = format!("/dashboard/demo-app/{page}?{field}={value}{order}");
                        let reply = browser.get(&target);
                        assert!(reply.status < 500, "{target}: {} {}", reply.status, reply.text());
                        assert!(!reply.text().contains("<b>"), "{target}: {}", reply.text());
                    }
                }
            }
        }
    });
}
