//! Several seller keys of an application: made, changed, rotated and revoked by the command line, obeyed by all nodes.

use serde_json::Value;

use crate::support::http::request;
use crate::support::postgres::Database;
use crate::support::server::{Process, claviger};
use crate::support::{App, KEY_NOT_FOUND, Reply, Server, assert_json, eventually, now};

const RESTRICTED: &str =
    r#"{"success":false,"message":"Restricted. Only authorized IPs may use this seller key!"}"#;

fn secret(made: &Value) -> String {
    let key = made["seller_key"].as_str().expect("a key").to_owned();
    assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    key
}

/// Makes a key.
fn add(server: &Server, name: &str, more: &[&str]) -> App {
    let path = server.app.path();
    let made = server.cli.json(&[&["app", "seller-key", "add", &path, name, "--json"], more].concat());
    App { seller_key: secret(&made), ..server.app.clone() }
}

fn list(server: &Server) -> Vec<Value> {
    let rows = server.cli.json(&["app", "seller-key", "list", &server.app.path(), "--json"]);
    rows.as_array().expect("a list").clone()
}

fn named(server: &Server, name: &str) -> Value {
    list(server).into_iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("no key {name}"))
}

fn works(app: &App) -> bool {
    app.seller("type=setseller").status == 200
}

#[test]
fn keys_are_made_and_listed() {
    let server = Server::start();
    let first = list(&server);
    assert_eq!(first.len(), 1);
    assert_eq!((&first[0]["name"], &first[0]["rights"]), (&"main".into(), &"all".into()));
    assert_eq!(first[0]["secrets"][0]["hint"], server.app.seller_key[28..]);
    let bot = add(&server, "  Bot  ", &["--rights", "Sessions,READ", "--from", "127.0.0.1, 10.0.0.0/8"]);
    assert!(works(&bot) && works(&server.app));
    let row = named(&server, "Bot");
    assert_eq!((&row["rights"], &row["until"]), (&"sessions,read".into(), &Value::Null));
    assert_eq!(row["from"], serde_json::json!(["127.0.0.1", "10.0.0.0/8"]));
    assert_eq!(row["secrets"][0]["hint"], bot.seller_key[28..]);
    let table = server.cli.ok(&["app", "seller-key", "list", &server.app.path()]);
    assert!(table.contains("sessions,read") && table.contains(&bot.seller_key[28..]), "{table}");
    assert!(
        !table.contains(&bot.seller_key) && !Value::from(list(&server)).to_string().contains(&bot.seller_key)
    );
    // The audit log knows which key it was.
    let full = add(&server, "shop", &[]);
    assert_eq!(full.seller("type=addsub&name=gold&level=2").json()["success"], true);
    let audit = server.cli.json(&["audit", "list", &server.app.path(), "--json"]);
    assert_eq!(audit[0]["key"], full.seller_key[28..]);
}

#[test]
fn unfit_keys_are_refused_with_a_sentence_and_change_nothing() {
    let server = Server::start();
    let path = server.app.path();
    add(&server, "Bot", &[]);
    let before = list(&server);
    let long = "x".repeat(51);
    let many = (0..51).map(|n| format!("10.0.0.{n}")).collect::<Vec<_>>().join(",");
    for (args, sentence) in [
        (&["bOT"][..], "there is a seller key `bOT` already"),
        (&[""], "the name must not be empty"),
        (&[" \u{200b}"], "the name must not be empty"),
        (&[&long], "the name has at most 50 bytes"),
        (&["a\nb"], "must not hold line ends"),
        (&["\u{202e}x"], "must not hold line ends"),
        (&["x", "--rights", "everything"], "is no right of a seller key"),
        (&["x", "--rights", ""], "a key needs a right"),
        (&["x", "--from", "nowhere"], "nowhere"),
        (&["x", "--from", "10.0.0.0/33"], "10.0.0.0/33"),
        (&["x", "--from", &many], "at most 50 addresses"),
        (&["x", "--until", "1999-01-01"], "still to come"),
        (&["x", "--days=-1"], "days"),
    ] {
        let said = server.cli.fails(&[&["app", "seller-key", "add", &path], args].concat());
        assert!(said.contains(sentence), "{args:?}: {said}");
    }
    for (args, sentence) in [
        (&["set", &path, "main", "--rename", "BOT"][..], "there is a seller key `BOT` already"),
        (&["set", &path, "main", "--from", "x"], "x"),
        (&["set", &path, "main", "--until", "1999-01-01"], "still to come"),
        (&["set", &path, "main"], "required"),
        (&["set", &path, "nobody", "--rights", "read"], "there is no seller key `nobody`"),
        (&["rotate", &path, "nobody", "--yes"], "there is no seller key `nobody`"),
        (&["rotate", &path, "main", "--grace=-1", "--yes"], "grace"),
        (&["revoke", &path, "nobody", "--yes"], "there is no seller key `nobody`"),
        (&["revoke", &path, "main"], "--yes"),
    ] {
        let said = server.cli.fails(&[&["app", "seller-key"], args].concat());
        assert!(said.contains(sentence), "{args:?}: {said}");
    }
    assert_eq!(list(&server), before);
}

#[test]
fn there_are_fifty_at_most() {
    let server = Server::start();
    let path = server.app.path();
    for n in 1..50 {
        server.cli.ok(&["app", "seller-key", "add", &path, &format!("key {n}")]);
    }
    let said = server.cli.fails(&["app", "seller-key", "add", &path, "one more"]);
    assert!(said.contains("at most 50 seller keys"), "{said}");
    assert_eq!(list(&server).len(), 50);
    server.cli.ok(&["app", "seller-key", "revoke", &path, "key 7", "--yes"]);
    server.cli.ok(&["app", "seller-key", "add", &path, "one more"]);
}

#[test]
fn a_change_is_obeyed_by_a_running_server() {
    let server = Server::start();
    let path = server.app.path();
    let bot = add(&server, "Bot", &[]);
    assert!(works(&bot));
    let set = |args: &[&str]| server.cli.ok(&[&["app", "seller-key", "set", &path, "bot"], args].concat());
    set(&["--rights", "read", "--rename", "bot"]);
    let denied = || bot.seller("type=killall").status == 403;
    eventually("the rights to be taken", || denied().then_some(()));
    assert!(works(&bot));
    set(&["--rights", "all"]);
    eventually("the rights to be given back", || (!denied()).then_some(()));
    set(&["--from", "203.0.113.0/24"]);
    eventually("the address to be refused", || (!works(&bot)).then_some(()));
    assert_json(&bot.seller("type=setseller"), 423, RESTRICTED);
    set(&["--from", ""]);
    eventually("any address to be let in", || works(&bot).then_some(()));
    let soon = (now() + 2).to_string();
    set(&["--until", &soon]);
    eventually("the end of the key", || (!works(&bot)).then_some(()));
    assert!(now() >= soon.parse::<i64>().expect("a second"), "not before its end");
    assert_json(&bot.seller("type=setseller"), 404, KEY_NOT_FOUND);
    set(&["--until", "never"]);
    eventually("the key without an end", || works(&bot).then_some(()));
    assert_eq!(named(&server, "bot")["until"], Value::Null);
    server.cli.ok(&["app", "seller-key", "revoke", &path, "BOT", "--yes"]);
    eventually("the key to be gone", || (!works(&bot)).then_some(()));
    assert_json(&bot.seller("type=setseller"), 404, KEY_NOT_FOUND);
    assert!(works(&server.app), "the other key is as it was");
}

#[test]
fn a_rotation_may_overlap() {
    let server = Server::start();
    let path = server.app.path();
    let bot = add(&server, "Bot", &["--rights", "sessions"]);
    let rotate = |more: &[&str]| {
        let args = [&["app", "seller-key", "rotate", &path, "Bot", "--yes", "--json"], more].concat();
        App { seller_key: secret(&server.cli.json(&args)), ..server.app.clone() }
    };
    let second = rotate(&["--grace", "3600"]);
    eventually("the second secret", || works(&second).then_some(()));
    assert!(works(&bot));
    assert_eq!(second.seller("type=fetchallkeys").status, 403, "the rights are the key's");
    let hints: Vec<Value> = named(&server, "Bot")["secrets"].as_array().expect("secrets").clone();
    assert_eq!((hints.len(), &hints[0]["hint"]), (2, &second.seller_key[28..].into()));
    assert!(hints[1]["until"].as_i64().is_some_and(|until| until > now()), "{hints:?}");
    let third = rotate(&[]);
    eventually("the third secret", || works(&third).then_some(()));
    eventually("the older ones to end", || (!works(&bot) && !works(&second)).then_some(()));
    assert!(works(&server.app), "the other key is as it was");
    for _ in 0..4 {
        rotate(&["--grace", "3600"]);
    }
    let said = server.cli.fails(&["app", "seller-key", "rotate", &path, "Bot", "--grace", "60", "--yes"]);
    assert!(said.contains("rotate without overlap"), "{said}");
    eventually("one without overlap", || works(&rotate(&[])).then_some(()));
    assert_eq!(named(&server, "Bot")["secrets"].as_array().map(Vec::len), Some(1));
}

#[test]
fn addresses_are_checked_besides_those_of_the_application() {
    let server = Server::start_with("trusted_proxies = [\"127.0.0.1\"]\n");
    let bot = add(&server, "Bot", &["--from", "203.0.113.0/24,2001:db8::/32"]);
    let from = |app: &App, address: &str| -> Reply {
        let headers = [("X-Forwarded-For", address)];
        request(&app.address, "GET", &app.seller_target("type=setseller"), &headers, b"")
    };
    for (address, allowed) in
        [("203.0.113.9", true), ("2001:db8::1", true), ("::ffff:203.0.113.9", true), ("198.51.100.1", false)]
    {
        assert_eq!(from(&bot, address).status == 200, allowed, "{address}");
        assert_eq!(from(&server.app, address).status, 200, "{address}");
    }
    assert_json(&from(&bot, "what is this"), 423, RESTRICTED);
    server.cli.ok(&["app", "set", &server.app.path(), "sellerApiWhitelist=203.0.113.9,198.51.100.1"]);
    eventually("the whitelist", || (from(&bot, "203.0.113.8").status == 423).then_some(()));
    assert_eq!(from(&bot, "203.0.113.9").status, 200);
    assert_eq!(from(&bot, "198.51.100.1").status, 423);
    assert_eq!(from(&server.app, "198.51.100.1").status, 200);
}

#[test]
fn the_last_use_is_told_after_the_server_stopped() {
    let mut server = Server::start_with("trusted_proxies = [\"127.0.0.1\"]\n");
    let bot = add(&server, "Bot", &["--from", "203.0.113.9"]);
    assert_eq!(named(&server, "Bot")["last_used"], Value::Null);
    let start = now();
    let from = |address: &str| {
        let headers = [("X-Forwarded-For", address)];
        request(&bot.address, "GET", &bot.seller_target("type=setseller"), &headers, b"").status
    };
    assert_eq!((from("203.0.113.9"), from("203.0.113.10")), (200, 423));
    server.process.stop("TERM");
    let row = named(&server, "Bot");
    assert_eq!(row["last_ip"], "203.0.113.9", "what was refused is no use: {row}");
    assert!((start..=now()).contains(&row["last_used"].as_i64().expect("a second")), "{row}");
}

#[test]
fn every_node_obeys() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    let path = server.app.path();
    let bot = add(&server, "Bot", &[]);
    let folder = server.folder().join("second");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::copy(server.data().join("master.key"), folder.join("master.key")).expect("the master key");
    let mut command = claviger();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--database", &database.url, "--data-dir"])
        .arg(&folder);
    let mut other = Process::spawn(command, server.folder());
    let there = bot.at(&other.wait_for_address());
    assert!(works(&bot) && works(&there));
    server.cli.ok(&["app", "seller-key", "set", &path, "Bot", "--rights", "read"]);
    for node in [&bot, &there] {
        eventually("the rights to be taken", || (node.seller("type=killall").status == 403).then_some(()));
    }
    server.cli.ok(&["app", "seller-key", "revoke", &path, "Bot", "--yes"]);
    for node in [&bot, &there] {
        eventually("the key to be gone", || (!works(node)).then_some(()));
    }
}
