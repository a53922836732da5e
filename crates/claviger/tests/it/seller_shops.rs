//! `add` as shops call it (`docs/protocol/seller.md`).

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Barrier;
use std::thread;

use crate::support::http::{form, multipart, request};
use crate::support::postgres::Database;
use crate::support::{App, Reply, Server, assert_json, assert_text, eventually};

const JSON: (&str, &str) = ("Content-Type", "application/json");
/// What the demo brings along.
const DEMO: u64 = 100;

/// As SellAuth's documentation shows it, shortened.
const SELLAUTH: &str = r#"{"event":"INVOICE.ITEM.DELIVER-DYNAMIC","id":10042,"unique_id":"8e32b8f24c4a0-0000000010042","status":"partially_completed","price":"25.00","currency":"USD","amount":1,"gateway":"STRIPE","email":"john.doe@example.com","ip":"203.0.113.42","shop_id":1,"customer":{"id":501,"email":"john.doe@example.com"},"payments":[{"id":9001,"amount":"25.00"}],"item":{"id":70001,"invoice_id":10042,"product_id":7,"variant_id":8,"quantity":2,"price":"12.50","note":"x","custom_fields":{"mask":"HACKED"}}}"#;
const SELLIX: &str = r#"{"event":"product:dynamic","data":{"uniqid":"ae1-2","type":"SHOPPING_CART","quantity":5,"cart":[{"uniqid":"p1","unit_quantity":3},{"uniqid":"p2","unit_quantity":2}],"note":"x","level":"9"}}"#;

/// Runs a test on SQLite, then on PostgreSQL.
fn on_both(test: impl Fn(Server)) {
    test(Server::start());
    let database = Database::create();
    test(Server::start_on(&database.url));
}

/// The target that a vendor gives a shop.
fn target(app: &App, query: &str) -> String {
    app.seller_target(&format!("type=add&format=text&expiry=1&mask=SHOP-******{query}"))
}

fn shop(app: &App, query: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    let headers: Vec<_> = [JSON].iter().chain(headers).copied().collect();
    request(&app.address, "POST", &target(app, query), &headers, body.as_bytes())
}

/// The keys of a success in text mode.
fn keys(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let keys: Vec<String> = reply.text().split("\r\n").map(String::from).collect();
    assert!(keys.iter().all(|key| key.starts_with("SHOP-") && key.len() == 11), "{keys:?}");
    keys
}

/// How many licenses there are besides the demo's.
fn made(app: &App) -> u64 {
    let stats = app.seller("type=stats").json();
    stats["totalkeys"].as_str().expect("a number").parse::<u64>().expect("a number") - DEMO
}

#[test]
fn carts_and_items() {
    on_both(|server| {
        let app = &server.app;
        assert_eq!(keys(&shop(app, "&amount=9", &[], SELLAUTH)).len(), 2);
        for (product, count) in [("p1", 3), ("p2", 2)] {
            let reply = shop(app, "", &[("X-Sellix-Product-Id", product)], SELLIX);
            assert_eq!(keys(&reply).len(), count, "{product}");
        }
        let unclear = "The order has several products and does not say which is to be delivered";
        assert_text(&shop(app, "", &[], SELLIX), 422, unclear);
        assert_text(&shop(app, "", &[("X-Sellix-Product-Id", "p3")], SELLIX), 422, unclear);
        let flat = r#"{"invoiceId":"i","quantity":4,"amount":9}"#;
        assert_eq!(keys(&shop(app, "", &[], flat)).len(), 4);
        let out_of_range = r#"{"data":{"quantity":1e999},"amount":5,"mask":"HACKED"}"#;
        assert_eq!(keys(&shop(app, "&amount=2", &[], out_of_range)).len(), 2);
        assert_eq!(made(app), 2 + 3 + 2 + 4 + 2);
    });
}

#[test]
fn fields_of_a_payload_are_no_parameters() {
    on_both(|server| {
        let app = &server.app;
        let fields = [
            ("event", "order:paid"),
            ("amount", "7"),
            ("mask", "HACKED"),
            ("note", "hacked"),
            ("level", "9"),
            ("owner", "hacker"),
            ("character", "2"),
            ("expiry", "9999"),
            ("type", "killall"),
            ("format", "json"),
            ("sellerkey", "0"),
        ];
        let json = serde_json::Map::from_iter(fields.map(|(name, value)| (name.to_owned(), value.into())));
        let (multipart_type, multipart) = multipart(&fields);
        let session = app.init("1.1");
        for (content_type, body) in [
            ("application/json", serde_json::Value::from(json).to_string().into_bytes()),
            ("application/x-www-form-urlencoded", form(&fields).into_bytes()),
            (multipart_type.as_str(), multipart),
        ] {
            let send = |target: &str| {
                request(&app.address, "POST", target, &[("Content-Type", content_type)], &body)
            };
            let made = keys(&send(&target(app, "")));
            assert_eq!(made.len(), 1);
            let info = app.seller(&format!("type=info&key={}", made[0])).json();
            assert_eq!(
                (&info["level"], &info["createdby"], &info["duration"]),
                (&"1".into(), &"SellerAPI".into(), &"86400".into()),
                "{info}"
            );
            let note = app.seller(&format!("type=fetchnote&key={}", made[0])).json();
            assert_ne!(note["note"], "hacked");
            // What the address lacks is not taken from them.
            assert_text(&send(&app.seller_target("type=add&format=text")), 406, "Expiry not set");
            assert_eq!(send("/api/seller/?type=add&expiry=1").status, 404);
        }
        session.is_unvalidated();
    });
}

#[test]
fn failures_are_no_products() {
    on_both(|server| {
        let app = &server.app;
        let query = |query: &str| app.seller_target(query);
        let too_many = r#"{"data":{"id":1,"quantity":101}}"#;
        let post = |target: &str, body: &str| request(&app.address, "POST", target, &[JSON], body.as_bytes());
        app.seller("type=add&expiry=1&mask=TAKEN");
        for (reply, status, text) in [
            (shop(app, "", &[], too_many), 400, "You can only generate 100 licenses at a time"),
            // What cannot be read is not taken for a body that is no shop's, whose fields are parameters.
            (shop(app, "", &[], r#"{"data":{"id":"\ud800"},"amount":5}"#), 400, "The body is not valid JSON"),
            (shop(app, "&amount=101", &[], ""), 400, "You can only generate 100 licenses at a time"),
            (post(&query("type=add&format=text&expiry=1&mask=TAKEN"), ""), 400, "License already exists"),
            (
                post(&query("type=add&format=text&expiry=1&mask=TAKEN"), SELLAUTH),
                400,
                "Can't do custom key with amount greater than one",
            ),
            (post(&query("type=add&format=text&expiry=1&level=1234567890123"), ""), 400, "Level too long"),
            (
                post(&query(&format!("type=add&format=text&expiry=1&note={}", "x".repeat(70))), ""),
                400,
                "Note must be less than 69 characters",
            ),
            (post(&query("type=add&format=text&expiry=x"), ""), 400, "Expiry must a number of days"),
            (post(&query("type=add&format=text"), ""), 406, "Expiry not set"),
            (post(&query("type=ad&format=text"), SELLAUTH), 400, "Type doesn't exist"),
            (post(&query("format=text"), ""), 400, "Type not specified"),
            (post("/api/seller/?type=add&format=text&expiry=1", ""), 404, "Seller Key Not Found"),
            (
                app.seller("type=add&format=text&expiry=1&amount=101"),
                400,
                "You can only generate 100 licenses at a time",
            ),
        ] {
            assert_text(&reply, status, text);
        }
        // A shop that forgot the format gets JSON, and a status too.
        let json = r#"{"success":false,"message":"You can only generate 100 licenses at a time"}"#;
        assert_json(&post(&query("type=add&expiry=1"), too_many), 400, json);
        // Bots that ask for JSON get what they know.
        assert_json(&app.seller("type=add&expiry=1&amount=101"), 200, json);
        assert_json(&app.seller("type=ad"), 200, r#"{"success":false,"message":"Type doesn't exist"}"#);
        assert_text(&app.seller("type=killall&format=text"), 200, "Failed to kill all sessions!");
        assert_eq!(made(app), 1);
    });
}

#[test]
fn a_repeated_event_gets_the_same_keys() {
    on_both(|server| {
        let (app, other) = (&server.app, server.create_app("other"));
        let first = shop(app, "", &[], SELLAUTH);
        for _ in 0..3 {
            assert_eq!(keys(&shop(app, "", &[], SELLAUTH)), keys(&first));
        }
        // Only what tells deliveries apart counts.
        let later = SELLAUTH.replace("partially_completed", "completed").replace("john", "joe");
        assert_eq!(keys(&shop(app, "", &[], &later)), keys(&first));
        let mut all: BTreeSet<String> = keys(&first).into_iter().collect();
        let item = SELLAUTH.replace("70001", "70002");
        let order = SELLAUTH.replace("8e32b8f24c4a0", "8e32b8f24c4a1");
        let quantity = SELLAUTH.replace(r#""quantity":2"#, r#""quantity":3"#);
        for (app, query, body) in [
            (app, "", item.as_str()),
            (app, "", &order),
            (app, "", &quantity),
            (app, "&level=2", SELLAUTH),
            (app, "&note=x", SELLAUTH),
            (&other, "", SELLAUTH),
        ] {
            let made = keys(&shop(app, query, &[], body));
            assert!(made.iter().all(|key| all.insert(key.clone())), "{query} {body}");
            assert_eq!(keys(&shop(app, query, &[], body)), made);
        }
        assert_eq!(made(app), 2 + 2 + 2 + 3 + 2 + 2);
        // Without an id each is new.
        let anonymous = r#"{"data":{"quantity":1}}"#;
        assert_ne!(shop(app, "", &[], anonymous).text(), shop(app, "", &[], anonymous).text());
        // A failure is not remembered.
        let big = r#"{"data":{"id":"big","quantity":100}}"#;
        assert_eq!(shop(app, "", &[], &big.replace("100", "101")).status, 400);
        assert_eq!(keys(&shop(app, "", &[], big)).len(), 100);
        // In JSON as well, with the status of several.
        let json = |body: &str| {
            request(&app.address, "POST", &app.seller_target("type=add&expiry=1"), &[JSON], body.as_bytes())
        };
        let several = json(SELLAUTH);
        assert_eq!(several.status, 302, "{several:?}");
        assert_json(&json(SELLAUTH), 302, several.text());
    });
}

#[test]
fn any_caller_may_name_an_event() {
    on_both(|server| {
        let (app, other) = (&server.app, server.create_app("other"));
        let long = "x".repeat(2000);
        for key in ["k1", "  k2 ", "ключ", long.as_str()] {
            let send = |app: &App, query: &str| {
                request(&app.address, "GET", &target(app, query), &[("Idempotency-Key", key)], b"")
            };
            let first = keys(&send(app, "&amount=3"));
            assert_eq!(keys(&send(app, "&amount=3")), first);
            assert_ne!(keys(&send(&other, "&amount=3")), first);
            let conflict = "This Idempotency-Key was used with other parameters";
            for changed in ["&amount=2", "", "&amount=3&level=2", "&amount=3&owner=x"] {
                assert_text(&send(app, changed), 409, conflict);
            }
            let json = app.seller_target("type=add&expiry=1&mask=SHOP-******");
            let reply = request(&app.address, "GET", &json, &[("Idempotency-Key", key)], b"");
            assert_json(&reply, 409, &format!(r#"{{"success":false,"message":"{conflict}"}}"#));
        }
        assert_eq!(made(app), 4 * 3);
        // It comes before the payload's own ids.
        let by = |key: &str, body: &str| keys(&shop(app, "", &[("idempotency-key", key)], body));
        assert_eq!(by("a", SELLAUTH), by("a", &SELLAUTH.replace("70001", "70002")));
        assert_ne!(by("a", SELLAUTH), by("b", SELLAUTH));
        assert_ne!(by("b", SELLAUTH), keys(&shop(app, "", &[], SELLAUTH)));
        // A blank one is none.
        let blank = || request(&app.address, "GET", &target(app, ""), &[("Idempotency-Key", " ")], b"");
        assert_ne!(keys(&blank()), keys(&blank()));
        // Other types do not know it.
        let verify = app.seller_target("type=setseller");
        assert_eq!(request(&app.address, "GET", &verify, &[("Idempotency-Key", "a")], b"").status, 200);
    });
}

#[test]
fn what_was_deleted_does_not_come_back() {
    on_both(|server| {
        let app = &server.app;
        let first = keys(&shop(app, "", &[], SELLAUTH));
        app.seller(&format!("type=ban&key={}&reason=x", first[0]));
        assert_eq!(keys(&shop(app, "", &[], SELLAUTH)), first);
        app.seller(&format!("type=del&key={}", first[0]));
        assert_eq!(keys(&shop(app, "", &[], SELLAUTH)), first[1..]);
        app.seller(&format!("type=del&key={}", first[1]));
        let gone = "The licenses that were made for this event are deleted";
        assert_text(&shop(app, "", &[], SELLAUTH), 410, gone);
        assert_eq!(made(app), 0);
    });
}

#[test]
fn repetitions_cost_nothing() {
    let run = |server: &Server| {
        let app = &server.app;
        app.seller("type=addAccount&role=Reseller&user=rita&pass=p&email=r@x.example&keylevels=1");
        app.seller("type=setbalance&username=rita&day=5");
        let first = keys(&shop(app, "&owner=rita", &[], SELLAUTH));
        for _ in 0..3 {
            assert_eq!(keys(&shop(app, "&owner=rita", &[], SELLAUTH)), first);
        }
        let balance = app.seller("type=getbalance&username=rita").text().to_owned();
        assert!(balance.contains(r#""day":"3""#), "{balance}");
        // The daily limit counts what was made; a repetition is served beyond it.
        assert_text(
            &shop(app, "", &[], &SELLIX.replace("SHOPPING_CART", "PRODUCT")),
            429,
            "You can only generate 104 keys per 24 hours with SellerAPI.",
        );
        assert_eq!(keys(&shop(app, "&owner=rita", &[], SELLAUTH)), first);
        let rows = server.cli.json(&["audit", "list", &app.path(), "--json"]);
        let changes: Vec<&str> = rows
            .as_array()
            .expect("a list")
            .iter()
            .filter(|row| row["type"] == "add")
            .map(|row| row["changes"].as_str().expect("a text"))
            .collect();
        let again = "the same event again: the same licenses";
        assert_eq!(changes, [again, again, again, again, ""]);
    };
    run(&Server::start_with("seller_daily_licenses = 104\n"));
    let database = Database::create();
    run(&Server::start_on_with(&database.url, "seller_daily_licenses = 104\n"));
}

/// Sends a request and hangs up after so many bytes of the reply.
fn hang_up(app: &App, body: &str, after: usize) {
    let mut stream = TcpStream::connect(&app.address).expect("a connection");
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        target(app, ""),
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).expect("a request");
    stream.read_exact(&mut vec![0; after]).expect("a reply");
}

#[test]
fn a_lost_reply_costs_no_license() {
    on_both(|mut server| {
        let mut bought = 0;
        for round in 0..6 {
            let body = SELLAUTH.replace("10042", &format!("{round}"));
            // Nothing is read, or something, so that the licenses are made.
            hang_up(&server.app, &body, usize::from(round % 2 == 1));
            bought += 2;
            if round % 2 == 1 {
                assert_eq!(made(&server.app), bought);
            }
            if round == 3 {
                server = server.crash_and_restart();
            }
            let first = keys(&shop(&server.app, "", &[], &body));
            assert_eq!(keys(&shop(&server.app, "", &[], &body)), first);
            let listed = server.app.seller("type=fetchallkeys&format=text");
            assert!(first.iter().all(|key| listed.text().contains(key)), "{listed:?}");
            eventually("as many as were bought", || (made(&server.app) == bought).then_some(()));
        }
    });
}

#[test]
fn concurrent_repetitions_make_one_set() {
    on_both(|server| one_set(&[&server.app, &server.app, &server.app, &server.app]));
}

/// Callers send the same event at once, wherever: all get the same keys.
pub fn one_set(apps: &[&App]) {
    let before = made(apps[0]);
    for round in 0..10 {
        let body = SELLAUTH.replace("10042", &format!("{round}"));
        let start = Barrier::new(apps.len());
        let replies: Vec<Vec<String>> = thread::scope(|scope| {
            let send = |app: &App| {
                start.wait();
                keys(&shop(app, "", &[], &body))
            };
            let threads: Vec<_> = apps.iter().map(|app| scope.spawn(move || send(app))).collect();
            threads.into_iter().map(|thread| thread.join().expect("keys")).collect()
        });
        assert!(replies.iter().all(|keys| keys.len() == 2 && *keys == replies[0]), "{replies:?}");
        assert_eq!(made(apps[0]) - before, 2 * (round + 1));
    }
}
