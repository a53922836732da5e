//! Every type of the Seller API (`docs/protocol/seller.md`), on both databases.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::postgres::Database;
use crate::support::{App, Server, encode};

/// Types, aliases and retired types of the protocol.
const COUNT: usize = 110 + 11 + 2;

/// The first line of the tables in the documentation that list types.
const HEAD: &str = "| Type | Parameters | Success | Failures |";

/// What answers a type that does not exist.
const UNKNOWN: &str = "Type doesn't exist";

/// Every name in the documentation's tables of types.
pub fn documented() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/protocol");
    let pages = fs::read_dir(folder).expect("the documentation").map(|entry| entry.expect("a page").path());
    let pages =
        pages.filter(|page| page.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"se")));
    pages.flat_map(|page| names(&fs::read_to_string(page).expect("a text"))).collect()
}

/// The names in the first cells of a page's tables of types.
fn names(page: &str) -> Vec<String> {
    let mut in_table = false;
    let mut names = Vec::new();
    for line in page.lines() {
        in_table = line.starts_with(HEAD.trim_end_matches('|')) || (in_table && line.starts_with('|'));
        let cell = line.split('|').nth(1).filter(|_| in_table).unwrap_or_default();
        // Names stand between backticks, whatever is between those.
        names.extend(cell.split('`').skip(1).step_by(2).map(String::from));
    }
    names
}

#[test]
fn the_documentation_has_them_all() {
    let documented = documented();
    assert_eq!(documented.len(), COUNT, "{documented:?}");
}

#[test]
fn none_is_unknown() {
    let server = Server::start();
    for name in documented() {
        for name in [name.clone(), name.to_lowercase(), name.to_uppercase()] {
            let reply = server.app.seller(&format!("type={name}"));
            assert_ne!(reply.json()["message"], UNKNOWN, "{name}: {reply:?}");
        }
    }
    for gone in ["check", "dellallusers"] {
        assert_eq!(server.app.seller(&format!("type={gone}")).json()["message"], UNKNOWN);
    }
}

/// Parameters that give every type something to do.
pub const PARAMS: &[(&str, &str)] = &[
    ("user", "alice"),
    ("username", "alice"),
    ("currentUsername", "alice"),
    ("newUsername", "alice2"),
    ("sub", "default"),
    ("subscription", "default"),
    ("expiry", "3"),
    ("seconds", "5"),
    ("cooldown", "5"),
    ("time", "5"),
    ("key", "KEY"),
    ("mask", "KEY"),
    ("pass", "password"),
    ("reason", "why"),
    ("var", "rank"),
    ("data", "192.0.2.7"),
    ("name", "main"),
    ("level", "2"),
    ("varid", "main"),
    ("authed", "0"),
    ("ip", "192.0.2.7"),
    ("hwid", "device"),
    ("blacktype", "ip"),
    ("delay", "1"),
    ("value", "run"),
    ("text", "Run"),
    ("baseurl", "https://example.org/"),
    ("webid", "hook"),
    ("hash", "0123456789abcdef0123456789abcdef"),
    ("role", "Manager"),
    ("email", "alice@example.org"),
    ("ver", "1.1"),
    ("limit", "2"),
    ("include", "subscriptions"),
    ("sessid", "x"),
    ("id", "x"),
    ("fileid", "x"),
];

/// Calls every type with these parameters: none fails by the server's fault.
fn call_all(app: &App, names: &BTreeSet<String>, params: &[(&str, &str)]) {
    let query: Vec<String> = params.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let query = query.join("&");
    for name in names {
        let reply = app.seller(&format!("type={name}&{query}"));
        assert!(reply.status < 500 || is_protocols_own(name), "{name}: {reply:?}");
        assert_ne!(reply.json()["message"], "Error: internal error", "{name}");
    }
}

/// These types answer 500 where they find nothing to change.
fn is_protocols_own(name: &str) -> bool {
    ["addtime", "resetpw", "changepw"].contains(&name)
}

/// Goes through all types: with something to do, in an order that makes things before it deletes them, and with
/// hostile values.
fn walk(server: &Server) {
    let names = documented();
    let (making, rest): (BTreeSet<String>, BTreeSet<String>) =
        names.into_iter().partition(|name| name.starts_with("add") || name.starts_with("set"));
    let app = server.create_app("types");
    app.seller("type=adduser&user=alice&sub=default&expiry=3");
    app.seller("type=add&mask=KEY&expiry=3");
    for _ in 0..2 {
        call_all(&app, &making, PARAMS);
        call_all(&app, &rest, PARAMS);
    }
    let everybody: Vec<(&str, &str)> =
        PARAMS.iter().map(|&(name, value)| (name, if name == "user" { "all" } else { value })).collect();
    app.seller("type=adduser&user=alice&sub=default&expiry=3");
    call_all(&app, &making, &everybody);
    call_all(&app, &rest, &everybody);
    let long = "é".repeat(100);
    for value in ["", "\0", "a\0b", "'\"\\;--", "-1", "1e300", "99999999999999999999", "NaN", &long] {
        let hostile: Vec<(&str, &str)> = PARAMS.iter().map(|&(name, _)| (name, value)).collect();
        call_all(&app, &making, &hostile);
        call_all(&app, &rest, &hostile);
    }
}

#[test]
fn none_fails_by_the_servers_fault() {
    walk(&Server::start());
}

#[test]
fn none_fails_by_the_servers_fault_on_postgres() {
    let database = Database::create();
    walk(&Server::start_on(&database.url));
}
