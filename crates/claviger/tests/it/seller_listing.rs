//! `fetchallsessions` with pages and filters, and when it is long.

use std::collections::BTreeSet;
use std::thread;

use crate::support::app::row_ids;
use crate::support::{Server, VERSIONS, assert_json, encode};

const NONE_FOUND: &str = r#"{"success":false,"message":"No sessions found"}"#;
const EMPTY_PAGE: &str = r#"{"success":true,"message":"Successfully retrieved sessions","sessions":[]}"#;

fn invalid(name: &str) -> String {
    format!(r#"{{"success":false,"message":"Invalid parameter: {name}"}}"#)
}

#[test]
fn oldest_first() {
    let server = Server::start();
    let mut ids: Vec<String> =
        VERSIONS.into_iter().cycle().take(12).map(|version| server.app.init(version).id).collect();
    assert_eq!(server.app.session_ids(), ids);
    for gone in [7, 0, 9] {
        server.app.kill(&ids.remove(gone));
        assert_eq!(server.app.session_ids(), ids);
    }
    ids.push(server.app.init("1.1").id);
    assert_eq!(server.app.session_ids(), ids);
}

#[test]
fn pages() {
    let server = Server::start();
    let app = &server.app;
    let ids: Vec<String> = (0..7).map(|_| app.init("1.1").id).collect();
    for limit in [1, 2, 3, 6, 7, 8, 10_000] {
        let mut seen = Vec::new();
        let mut cursor = None;
        loop {
            let more =
                cursor.as_deref().map(|cursor| format!("&cursor={}", encode(cursor))).unwrap_or_default();
            let reply = app.seller(&format!("type=fetchallsessions&limit={limit}{more}"));
            let rows = row_ids(&reply);
            assert!(!rows.is_empty() && rows.len() <= limit, "{reply:?}");
            seen.extend(rows);
            let page = reply.json();
            let Some(next) = page.get("cursor") else {
                assert!(reply.text().ends_with("}]}"), "{reply:?}");
                break;
            };
            let next = next.as_str().expect("a string").to_owned();
            assert!(reply.text().ends_with(&format!(r#"}}],"cursor":"{next}"}}"#)), "{reply:?}");
            assert!(seen.len() < ids.len(), "a cursor although nothing is left: {reply:?}");
            cursor = Some(next);
        }
        assert_eq!(seen, ids, "limit {limit}");
    }
}

#[test]
fn a_later_page_may_be_empty() {
    let server = Server::start();
    let app = &server.app;
    let ids: Vec<String> = (0..3).map(|_| app.init("1.1").id).collect();
    let first = app.seller("type=fetchallsessions&limit=2");
    assert_eq!(row_ids(&first), ids[..2]);
    let cursor = encode(first.json()["cursor"].as_str().expect("a cursor"));
    app.kill(&ids[2]);
    let second = app.seller(&format!("type=fetchallsessions&limit=2&cursor={cursor}"));
    assert_json(&second, 200, EMPTY_PAGE);
    app.seller("type=killall");
    assert_json(&app.seller("type=fetchallsessions&limit=2"), 406, NONE_FOUND);
}

#[test]
fn what_is_killed_between_pages_is_not_shown() {
    let server = Server::start();
    let app = &server.app;
    let ids: Vec<String> = (0..6).map(|_| app.init("1.1").id).collect();
    let first = app.seller("type=fetchallsessions&limit=2");
    let cursor = encode(first.json()["cursor"].as_str().expect("a cursor"));
    // Also the session at which the page ended.
    app.kill(&ids[1]);
    app.kill(&ids[2]);
    let new = app.init("1.1").id;
    let rest = row_ids(&app.seller(&format!("type=fetchallsessions&limit=100&cursor={cursor}")));
    assert_eq!(rest, [ids[3].as_str(), &ids[4], &ids[5], &new]);
}

#[test]
fn bad_limits_and_cursors() {
    let server = Server::start();
    let app = &server.app;
    for empty in [true, false] {
        if !empty {
            app.init("1.1");
        }
        for limit in ["0", "10001", "-1", "1.5", "ten", "99999999999999999999999", "1e3", "0x10", "2,"] {
            let reply = app.seller(&format!("type=fetchallsessions&limit={}", encode(limit)));
            assert_json(&reply, 400, &invalid("limit"));
        }
        for cursor in ["x", "0", "!", "é", "' OR 1=1 --", &"A".repeat(5000)] {
            let reply = app.seller(&format!("type=fetchallsessions&limit=5&cursor={}", encode(cursor)));
            assert_json(&reply, 400, &invalid("cursor"));
        }
    }
}

#[test]
fn filters() {
    let server = Server::start();
    let app = &server.app;
    let sessions: Vec<_> = (0..6).map(|_| app.init("1.3")).collect();
    let id = |n: usize| sessions[n].id.clone();
    sessions[1].register("alice", "p", server.license(0));
    sessions[3].register("bob & co", "p", server.license(1));
    sessions[4].license(server.license(2));
    sessions[5].call("login", &[("username", "alice"), ("pass", "p"), ("hwid", crate::support::HWID)]);
    let find = |query: &str| row_ids(&app.seller(&format!("type=fetchallsessions&{query}")));
    assert_eq!(find("credential=alice"), [id(1), id(5)]);
    assert_eq!(find("credential=bob%20%26%20co"), [id(3)]);
    assert_eq!(find(&format!("credential={}", encode(server.license(2)))), [id(4)]);
    assert_eq!(find("validated=0"), [id(0), id(2)]);
    assert_eq!(find("validated=1"), [id(1), id(3), id(4), id(5)]);
    for here in ["127.0.0.1", "127.0.0.1%2F32", "127.0.0.0%2F8", "0.0.0.0%2F0", "127.0.0.0/24"] {
        assert_eq!(find(&format!("ip={here}")), [id(0), id(1), id(2), id(3), id(4), id(5)], "{here}");
    }
    assert_eq!(find("validated=1&credential=alice&ip=127.0.0.1"), [id(1), id(5)]);
    // Names in any case, and addresses in any spelling.
    assert_eq!(find("credential=ALICE"), [id(1), id(5)]);
    assert_eq!(find(&format!("credential={}", encode(server.license(2).to_lowercase()))), [id(4)]);
    for here in ["::ffff:127.0.0.1", "::FFFF:7f00:1", "0:0:0:0:0:ffff:127.0.0.0%2F104", "::ffff:0:0%2F96"] {
        assert_eq!(find(&format!("validated=0&ip={here}")), [id(0), id(2)], "{here}");
    }
    for none in [
        "credential=carol",
        "credential=ali",
        "credential=alice1",
        "credential=%25",
        "ip=127.0.0.2",
        "ip=10.0.0.0/8",
        "ip=2001:db8::/32",
        "ip=::/0",
        "ip=::ffff:127.0.0.2",
        "validated=0&credential=alice",
        "credential=' OR 1=1 --",
    ] {
        let none = none.replace(' ', "%20");
        let reply = app.seller(&format!("type=fetchallsessions&{none}"));
        assert_json(&reply, 406, NONE_FOUND);
    }
    // Empty values are none at all.
    assert_eq!(find("credential=&validated=&ip=&limit=&cursor=").len(), 6);
}

#[test]
fn pages_of_filtered_rows() {
    let server = Server::start();
    let app = &server.app;
    let mut alice = Vec::new();
    app.init("1.1").register("alice", "p", server.license(0));
    app.seller("type=killall");
    for n in 0..9 {
        let session = app.init("1.1");
        if n % 2 == 0 {
            session.call("login", &[("username", "alice"), ("pass", "p"), ("hwid", crate::support::HWID)]);
            alice.push(session.id);
        }
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let reply = app.seller(&format!("type=fetchallsessions&credential=alice&limit=2&cursor={cursor}"));
        seen.extend(row_ids(&reply));
        match reply.json().get("cursor") {
            Some(next) => cursor = encode(next.as_str().expect("a string")),
            None => break,
        }
        assert!(seen.len() <= alice.len(), "{seen:?}");
    }
    assert_eq!(seen, alice);
}

#[test]
fn a_long_list_is_complete() {
    const THREADS: usize = 8;
    const EACH: usize = 400;
    let server = Server::start();
    let made: BTreeSet<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                let make =
                    || (0..EACH).map(|_| server.app.try_init().expect("a session")).collect::<Vec<_>>();
                scope.spawn(make)
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("sessions")).collect()
    });
    assert_eq!(made.len(), THREADS * EACH);
    let listed = server.app.session_ids();
    assert!(listed.is_sorted(), "ids sort by creation");
    assert_eq!(listed.len(), made.len());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), made);
    // Ending them all takes one request, and none is left over.
    server.app.seller("type=killall");
    assert_json(&server.app.seller("type=fetchallsessions"), 406, NONE_FOUND);
}
