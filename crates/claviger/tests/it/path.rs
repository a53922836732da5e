//! The whole path of a session, once for each way of keeping data.

use crate::support::{
    HWID, Info, NOT_AUTHORIZED, Seal, Server, VERSIONS, assert_json, assert_logged_in, encode, eventually,
};

/// A program initialises, somebody signs in, the vendor lists and kills, the program notices.
pub fn walk(server: &Server) {
    let app = &server.app;
    let none = r#"{"success":false,"message":"No sessions found"}"#;
    assert_json(&app.seller("type=fetchallsessions"), 406, none);

    let sessions = VERSIONS.map(|version| app.init(version));
    for (n, session) in sessions.iter().enumerate() {
        session.is_unvalidated();
        let key = server.license(n);
        let reply = session.call("license", &[("key", key), ("hwid", HWID)]);
        assert_logged_in(session, &reply, Info { username: key, key, hwid: Some(HWID) });
        session.is_validated();
    }
    let alice = app.init("1.3");
    alice.register("Älice", "pass", server.license(10));
    let again = app.init("1.3");
    let reply = again.call("login", &[("username", "älice"), ("pass", "pass"), ("hwid", HWID)]);
    let info = Info { username: r"\u00c4lice", key: server.license(10), hwid: Some(HWID) };
    assert_logged_in(&again, &reply, info);
    again.fails(
        &again.call("login", &[("username", "Älice"), ("pass", "Pass"), ("hwid", HWID)]),
        "Password does not match.",
    );
    again.fails(
        &again.call("license", &[("key", server.license(10)), ("hwid", HWID)]),
        "License key has already been used",
    );

    let mut live: Vec<_> =
        sessions.iter().chain([&alice, &again]).map(|session| session.id.clone()).collect();
    assert_eq!(app.session_ids(), live);
    let list = app.seller("type=fetchallsessions&credential=%C3%84lice&limit=1").json();
    assert_eq!(list["sessions"][0]["id"], alice.id.as_str(), "{list}");
    let cursor = encode(list["cursor"].as_str().expect("a cursor"));
    let list = app.seller(&format!("type=fetchallsessions&credential=%C3%84lice&limit=1&cursor={cursor}"));
    assert_eq!(list.json()["sessions"][0]["id"], again.id.as_str(), "{list:?}");
    assert_eq!(
        app.seller("type=fetchallsessions&ip=127.0.0.0/8&validated=1").json()["sessions"][4]["id"],
        again.id.as_str()
    );

    let killed = r#"{"success":true,"message":"Successfully killed session!"}"#;
    assert_json(&app.kill(&again.id), 200, killed);
    again.is_dead();
    assert_json(&app.kill(&again.id), 200, r#"{"success":false,"message":"Failed to kill session!"}"#);
    alice.succeeds(&alice.call("logout", &[]), "Successfully logged out.", "");
    alice.is_dead();
    live.truncate(3);
    assert_eq!(app.session_ids(), live);

    let killed_all = r#"{"success":true,"message":"Successfully killed all sessions!"}"#;
    assert_json(&app.seller("type=killall"), 200, killed_all);
    for session in &sessions {
        session.is_dead();
    }
    assert_json(&app.seller("type=fetchallsessions"), 406, none);
    let failed = r#"{"success":false,"message":"Failed to kill all sessions!"}"#;
    assert_json(&app.seller("type=killall"), 200, failed);

    let stats = app.seller("type=stats").json();
    assert_eq!((&stats["used"], &stats["unused"]), (&"4".into(), &"96".into()), "{stats}");
    let made = app.seller("type=add&expiry=1&amount=3");
    assert_eq!(made.status, 302);
    let key = made.json()["keys"][2].as_str().expect("a key").to_owned();
    assert_eq!(app.seller(&format!("type=verify&key={key}")).status, 200);
    let session = app.init("1.2");
    session.license(&key);
    session.is_validated();

    let other = server.create_app("other");
    let foreign = other.init("1.3");
    let reply = app.client("1.3", "check", &[("sessionid", &foreign.id)]);
    app.assert_failure("1.3", &reply, Seal::Absent, crate::support::SESSION_NOT_FOUND);
    assert_eq!(other.session_ids(), [foreign.id]);

    server.cli.ok(&["owner", "set-role", "demo", "developer"]);
    let reply = eventually("the server to obey", || {
        let reply = app.seller("type=killall");
        (reply.status == 403).then_some(reply)
    });
    assert_json(&reply, 403, NOT_AUTHORIZED);
    server.cli.ok(&["owner", "set-role", "demo", "seller"]);
    eventually("the server to obey", || (app.seller("type=setseller").status == 200).then_some(()));
}

#[test]
fn on_sqlite() {
    walk(&Server::start());
}
