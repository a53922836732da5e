//! `kill`, `killall` and `fetchallsessions`, to the byte as their documentation shows them.

use std::sync::Barrier;
use std::thread;

use crate::support::http::request;
use crate::support::{
    App, KEY_NOT_FOUND, NOT_AUTHORIZED, Server, VERSIONS, assert_json, assert_text, encode, eventually, now,
};

const KILLED: &str = r#"{"success":true,"message":"Successfully killed session!"}"#;
const NOT_KILLED: &str = r#"{"success":false,"message":"Failed to kill session!"}"#;
const KILLED_ALL: &str = r#"{"success":true,"message":"Successfully killed all sessions!"}"#;
const NONE_KILLED: &str = r#"{"success":false,"message":"Failed to kill all sessions!"}"#;
const NONE_FOUND: &str = r#"{"success":false,"message":"No sessions found"}"#;

/// The two spellings of the path.
const PATHS: [&str; 2] = ["/api/seller/", "/api/seller"];

/// The three types, with what else they need.
const TYPES: [&str; 3] = ["type=kill&sessid=oXuqIIhtz3", "type=killall", "type=fetchallsessions"];

#[test]
fn kill() {
    let server = Server::start();
    let app = &server.app;
    for path in PATHS {
        for method in ["GET", "POST"] {
            let id = app.init("1.2").id;
            let target = format!("{path}?sellerkey={}&type=kill&sessid={id}", app.seller_key);
            let reply = request(&app.address, method, &target, &[], b"");
            assert_json(&reply, 200, KILLED);
            assert_eq!(reply.header("location"), None);
            // Once.
            assert_json(&request(&app.address, method, &target, &[], b""), 200, NOT_KILLED);
        }
    }
}

#[test]
fn kill_all() {
    let server = Server::start();
    let app = &server.app;
    for path in PATHS {
        for method in ["GET", "POST"] {
            let sessions = VERSIONS.map(|version| app.init(version));
            let target = format!("{path}?sellerkey={}&type=killall", app.seller_key);
            assert_json(&request(&app.address, method, &target, &[], b""), 200, KILLED_ALL);
            for session in sessions {
                session.is_dead();
                assert_json(&app.kill(&session.id), 200, NOT_KILLED);
            }
            assert_json(&request(&app.address, method, &target, &[], b""), 200, NONE_KILLED);
        }
    }
}

#[test]
fn list() {
    let server = Server::start();
    let app = &server.app;
    let before = now();
    let id = app.init("1.2").id;
    let after = now();
    for path in PATHS {
        for method in ["GET", "POST"] {
            let target = format!("{path}?sellerkey={}&type=fetchallsessions", app.seller_key);
            let reply = request(&app.address, method, &target, &[], b"");
            let expiry = reply.json()["sessions"][0]["expiry"].as_str().expect("a string").to_owned();
            let made = expiry.parse::<i64>().expect("Unix seconds") - 21_600;
            assert!((before..=after).contains(&made), "{made} is not in {before}..={after}");
            assert_json(
                &reply,
                200,
                &format!(
                    r#"{{"success":true,"message":"Successfully retrieved sessions","sessions":[{{"id":"{id}","credential":null,"expiry":"{expiry}","validated":"0","ip":"127.0.0.1"}}]}}"#
                ),
            );
        }
    }
}

#[test]
fn the_list_shows_who_signed_in() {
    let server = Server::start();
    let app = &server.app;
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let sessions = [app.init(version), app.init(version), app.init(version)];
        let expiry: Vec<String> = {
            let list = app.seller("type=fetchallsessions").json();
            (0..3).map(|row| list["sessions"][row]["expiry"].as_str().expect("a string").to_owned()).collect()
        };
        let key = server.license(n);
        let name = format!("Zoë \\\"{n}\"/");
        sessions[1].license(key);
        sessions[2].register(&name, "pass", server.license(10 + n));
        let row = |n: usize, credential: &str, validated: u8| {
            format!(
                r#"{{"id":"{}","credential":{credential},"expiry":"{}","validated":"{validated}","ip":"127.0.0.1"}}"#,
                sessions[n].id, expiry[n]
            )
        };
        let name = name.replace('\\', r"\\").replace('"', r#"\""#);
        let rows = [row(0, "null", 0), row(1, &format!(r#""{key}""#), 1), row(2, &format!(r#""{name}""#), 1)]
            .join(",");
        let expected =
            format!(r#"{{"success":true,"message":"Successfully retrieved sessions","sessions":[{rows}]}}"#);
        assert_json(&app.seller("type=fetchallsessions"), 200, &expected);
        app.seller("type=killall");
    }
}

#[test]
fn nothing_to_list() {
    let server = Server::start();
    let app = &server.app;
    assert_json(&app.seller("type=fetchallsessions"), 406, NONE_FOUND);
    let id = app.init("1.1").id;
    app.kill(&id);
    assert_json(&app.seller("type=fetchallsessions"), 406, NONE_FOUND);
    app.init("1.1").call("logout", &[]);
    assert_json(&app.seller("type=fetchallsessions"), 406, NONE_FOUND);
    app.init("1.1");
    app.seller("type=killall");
    assert_json(&app.seller("type=fetchallsessions"), 406, NONE_FOUND);
}

#[test]
fn an_unknown_key() {
    let server = Server::start();
    let session = server.app.init("1.3");
    let key = &server.app.seller_key;
    let wrong = [
        "sellerkeyhere".to_owned(),
        "0".repeat(32),
        "é".repeat(16),
        key[..31].to_owned(),
        format!("{key}0"),
        key.to_uppercase(),
        key.repeat(1000),
        "%".to_owned(),
        "' OR 1=1 --".to_owned(),
    ];
    for query in TYPES {
        for path in PATHS {
            let without = [format!("{path}?{query}"), format!("{path}?sellerkey=&{query}")];
            let with = wrong
                .iter()
                .filter(|wrong| *wrong != key)
                .map(|wrong| format!("{path}?sellerkey={}&{query}", encode(wrong)));
            for target in without.into_iter().chain(with) {
                for method in ["GET", "POST"] {
                    let reply = request(&server.app.address, method, &target, &[], b"");
                    assert_json(&reply, 404, KEY_NOT_FOUND);
                }
            }
        }
    }
    session.is_unvalidated();
}

#[test]
fn an_owner_who_may_not() {
    let server = Server::start();
    let session = server.app.init("1.3");
    server.cli.ok(&["owner", "set-role", "demo", "developer"]);
    eventually("the server to obey", || (server.app.seller("type=setseller").status == 403).then_some(()));
    for query in TYPES {
        for path in PATHS {
            for method in ["GET", "POST"] {
                let target = format!("{path}?sellerkey={}&{query}", server.app.seller_key);
                let reply = request(&server.app.address, method, &target, &[], b"");
                assert_json(&reply, 403, NOT_AUTHORIZED);
            }
        }
    }
    assert_json(&server.app.kill(&session.id), 403, NOT_AUTHORIZED);
    session.is_unvalidated();
}

#[test]
fn what_cannot_be_killed() {
    let server = Server::start();
    let app = &server.app;
    let other = server.create_app("other");
    let live = app.init("1.2");
    let foreign = other.init("1.2");
    let logged_out = app.init("1.2");
    logged_out.call("logout", &[]);
    let killed = app.init("1.2");
    app.kill(&killed.id);
    let ids = [
        "",
        " ",
        "oXuqIIhtz3",
        "0",
        "null",
        "undefined",
        &logged_out.id,
        &killed.id,
        &foreign.id,
        &live.id[1..],
        &live.id[..31],
        &format!("{}x", live.id),
        &format!("x{}", live.id),
        "%",
        "*",
        "_",
    ];
    for id in ids {
        assert_json(&app.kill(id), 200, NOT_KILLED);
    }
    assert_json(&app.seller("type=kill"), 200, NOT_KILLED);
    assert_json(&app.seller("type=kill&sessid"), 200, NOT_KILLED);
    assert_json(&app.seller(&format!("type=kill&id={}", live.id)), 200, NOT_KILLED);
    live.is_unvalidated();
    foreign.is_unvalidated();
    assert_eq!(app.session_ids(), [live.id.as_str()]);
    assert_eq!(other.session_ids(), [foreign.id.as_str()]);
}

#[test]
fn the_alias_of_sessid() {
    let server = Server::start();
    let app = &server.app;
    let id = app.init("1.2").id;
    assert_json(&app.seller(&format!("type=kill&session={id}")), 200, KILLED);
    assert_json(&app.seller(&format!("type=kill&session={id}")), 200, NOT_KILLED);
}

#[test]
fn killed_means_dead() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let fresh = server.app.init(version);
        let signed_in = server.app.init(version);
        signed_in.license(server.license(n));
        let bystander = server.app.init(version);
        for session in [fresh, signed_in] {
            assert_json(&server.app.kill(&session.id), 200, KILLED);
            session.is_dead();
            bystander.is_unvalidated();
        }
        // Killing blocks nobody.
        server.app.init(version).license(server.license(n));
    }
}

#[test]
fn killing_all_spares_the_future_and_other_applications() {
    let server = Server::start();
    let app = &server.app;
    let other = server.create_app("other");
    let foreign = other.init("1.3");
    for round in 0..5 {
        let dead = app.init("1.3");
        assert_json(&app.seller("type=killall"), 200, KILLED_ALL);
        let live = VERSIONS.map(|version| app.init(version));
        dead.is_dead();
        for session in &live {
            session.is_unvalidated();
        }
        assert_eq!(app.session_ids(), live.map(|session| session.id), "round {round}");
    }
    foreign.is_unvalidated();
    assert_eq!(other.session_ids(), [foreign.id.as_str()]);
}

#[test]
fn one_of_two_kills_wins() {
    const RIVALS: usize = 4;
    let server = Server::start();
    for _ in 0..25 {
        let id = server.app.init("1.1").id;
        let start = Barrier::new(RIVALS);
        let replies: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..RIVALS)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        server.app.kill(&id)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a reply")).collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.text() == KILLED);
        assert_eq!(won.len(), 1);
        for reply in lost {
            assert_json(&reply, 200, NOT_KILLED);
        }
    }
}

#[test]
fn one_of_kill_and_logout_wins() {
    let server = Server::start();
    for _ in 0..25 {
        let session = server.app.init("1.1");
        let start = Barrier::new(2);
        let wins = thread::scope(|scope| {
            let kill = scope.spawn(|| {
                start.wait();
                server.app.kill(&session.id).text() == KILLED
            });
            start.wait();
            let logged_out = session.call("logout", &[]).json()["success"] == true;
            usize::from(kill.join().expect("a reply")) + usize::from(logged_out)
        });
        assert_eq!(wins, 1);
        session.is_dead();
    }
}

#[test]
fn a_session_made_while_all_are_killed_is_whole_or_dead() {
    let server = Server::start();
    let app = &server.app;
    for _ in 0..10 {
        let start = Barrier::new(5);
        let made: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        [app.init("1.1"), app.init("1.1"), app.init("1.1")]
                    })
                })
                .collect();
            start.wait();
            app.seller("type=killall");
            threads.into_iter().flat_map(|thread| thread.join().expect("sessions")).collect()
        });
        let listed = app.session_ids();
        for session in made {
            if listed.contains(&session.id) {
                session.is_unvalidated();
                assert_json(&app.kill(&session.id), 200, KILLED);
            }
            session.is_dead();
        }
        assert_eq!(app.session_ids(), Vec::<String>::new());
    }
}

#[test]
fn plain_text() {
    let server = Server::start();
    let app = &server.app;
    let text = |query: &str| app.seller(&format!("{query}&format=text"));
    assert_text(&text("type=fetchallsessions"), 406, "No sessions found");
    assert_text(&text("type=killall"), 200, "Failed to kill all sessions!");
    assert_text(&text("type=kill"), 200, "Failed to kill session!");
    let id = app.init("1.2").id;
    assert_text(&text(&format!("type=kill&sessid={id}")), 200, "Successfully killed session!");
    app.init("1.2");
    // A list stays JSON.
    assert_json(&text("type=fetchallsessions"), 200, app.seller("type=fetchallsessions").text());
    assert_text(&text("type=killall"), 200, "Successfully killed all sessions!");
    let stranger = App { seller_key: "0".repeat(32), ..app.clone() };
    assert_text(&stranger.seller("type=killall&format=text"), 404, "Seller Key Not Found");
    // Every other format is JSON.
    for format in ["json", "JSON", "xml", ""] {
        assert_json(&app.seller(&format!("type=killall&format={format}")), 200, NONE_KILLED);
    }
}

#[test]
fn head_acts_on_nothing() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.3");
    for path in PATHS {
        let head = |query: &str| {
            let target = format!("{path}?sellerkey={}&{query}", app.seller_key);
            request(&app.address, "HEAD", &target, &[], b"")
        };
        assert_eq!(head(&format!("type=kill&sessid={}", session.id)).status, 200);
        assert_eq!(head("type=killall").status, 200);
        assert_eq!(head("type=add&expiry=1&amount=5").status, 200);
        let stranger = request(&app.address, "HEAD", &format!("{path}?type=killall"), &[], b"");
        assert_eq!(stranger.status, 404, "{stranger:?}");
        assert_eq!(stranger.header("access-control-allow-origin"), Some("*"));
    }
    session.is_unvalidated();
    assert_eq!(app.seller("type=stats").json()["totalkeys"], "100");
}

#[test]
fn preflights_are_answered() {
    let server = Server::start();
    let headers = [("Origin", "https://shop.example"), ("Access-Control-Request-Method", "POST")];
    for path in PATHS {
        let reply = request(&server.app.address, "OPTIONS", path, &headers, b"");
        assert_eq!(reply.status, 204, "{reply:?}");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
        let list = |name: &str| {
            let value = reply.header(name).unwrap_or_else(|| panic!("no {name}: {reply:?}"));
            let mut names: Vec<_> = value.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
            names.sort();
            names
        };
        assert_eq!(list("access-control-allow-methods"), ["get", "options", "post"]);
        assert_eq!(list("access-control-allow-headers"), ["authorization", "content-type"]);
    }
}

#[test]
fn other_methods_are_not_allowed() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.3");
    for path in PATHS {
        for method in ["PUT", "DELETE", "PATCH", "TRACE", "KILL"] {
            let target = format!("{path}?sellerkey={}&type=killall", app.seller_key);
            let reply = request(&app.address, method, &target, &[], b"");
            assert_eq!(reply.status, 405, "{method}: {reply:?}");
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{method}: {reply:?}");
        }
    }
    session.is_unvalidated();
}
