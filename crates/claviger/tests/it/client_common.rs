//! What holds for every request of the Client API: the checks in their order, and the signatures.

use crate::support::app::FORM;
use crate::support::expect::{assert_headers, signature_1_3};
use crate::support::http::request;
use crate::support::{
    App, ENCKEY, INVALID, Reply, SESSION_NOT_FOUND, Seal, Server, TYPE_NOT_FOUND, VERSIONS, assert_json,
    crypto, encode, eventually, form, mask_text,
};

const NO_OWNER: &str = "No OwnerID specified. Select app & copy code snippet from https://keyauth.cc/app/";
const NO_NAME: &str = "No app name specified. Select app & copy code snippet from https://keyauth.cc/app/";
const BAD_OWNER: &str =
    "OwnerID should be 10 characters long. Select app & copy code snippet from https://keyauth.cc/app/";

/// A failure from before the application is known. API 1.3 signs it with the server's default key,
/// and has no owner id to repeat but the one it was given.
fn assert_early_failure(app: &App, version: &str, reply: &Reply, message: &str) {
    if version != "1.3" {
        app.assert_failure(version, reply, Seal::Absent, message);
        return;
    }
    let expected = format!(r#"{{"success":false,"code":0,"message":"{message}","ownerid":"*"}}"#);
    let (masked, _) = mask_text(reply.text(), "ownerid");
    assert_eq!((reply.status, masked), (200, expected));
    assert_headers(reply, "application/json; charset=utf-8");
    assert_signed_by_another_key(app, reply);
}

fn assert_signed_by_another_key(app: &App, reply: &Reply) {
    let (signature, timestamp) = signature_1_3(reply);
    assert!(!crypto::ed25519_verifies(&app.public_key, signature, timestamp, &reply.body));
}

fn assert_invalid(app: &App, version: &str, reply: &Reply) {
    assert_json(reply, 200, INVALID);
    if version == "1.3" {
        assert_signed_by_another_key(app, reply);
    } else {
        app.assert_sealed(version, reply, Seal::Absent);
    }
}

#[test]
fn the_owner_id_is_the_first_thing_missed() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let requests: [&[(&str, &str)]; 5] = [
            &[],
            &[("type", "init"), ("name", &app.name)],
            &[("type", "init"), ("name", &app.name), ("ownerid", "")],
            &[("type", "init"), ("name", &app.name), ("ownerid", " \t\r\n")],
            &[("type", "init"), ("name", &app.name), ("ownerid", "0")],
        ];
        for params in requests {
            assert_early_failure(app, version, &app.post(version, params), NO_OWNER);
        }
    }
}

#[test]
fn then_the_name_is_missed() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let requests: [&[(&str, &str)]; 4] = [
            &[("ownerid", &app.owner_id)],
            &[("type", "init"), ("ownerid", &app.owner_id), ("name", "")],
            &[("type", "init"), ("ownerid", &app.owner_id), ("name", "  ")],
            // The length of the owner id is looked at later.
            &[("type", "init"), ("ownerid", "short")],
        ];
        for params in requests {
            assert_early_failure(app, version, &app.post(version, params), NO_NAME);
        }
    }
}

#[test]
fn an_owner_id_has_ten_bytes() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        for owner in ["123456789", "12345678901", "x", &"9".repeat(5000), "éééééaaaaa", "ééééé€"]
        {
            // The application is looked up later: this name is of none.
            let params = [("type", "init"), ("name", "no such app"), ("ownerid", owner)];
            assert_early_failure(app, version, &app.post(version, &params), BAD_OWNER);
        }
        // Ten bytes in five letters.
        let params = [("type", "init"), ("name", app.name.as_str()), ("ownerid", "ééééé")];
        assert_invalid(app, version, &app.post(version, &params));
    }
}

#[test]
fn an_unknown_application_is_invalid() {
    let server = Server::start();
    let app = &server.app;
    let other = server.create_app("other");
    let stranger = server.cli.json(&["owner", "create", "stranger", "--json"]);
    let stranger = stranger["owner_id"].as_str().expect("an owner id");
    for version in VERSIONS {
        let pairs = [
            ("no such app", app.owner_id.as_str()),
            (&app.name, "AAAAAAAAAA"),
            (&app.name, stranger),
            (&app.name, &swap_case(&app.owner_id)),
        ];
        for (name, owner) in pairs {
            // The type is looked at later, a session later still.
            for kind in ["init", "no such type", "check", ""] {
                let params = [("type", kind), ("name", name), ("ownerid", owner)];
                assert_invalid(app, version, &app.post(version, &params));
            }
        }
        assert_eq!(app.session_ids().len() + other.session_ids().len(), 0);
    }
}

/// Another owner id: the letters in the other case, or, if there are none, other digits.
fn swap_case(text: &str) -> String {
    let swapped: String = text
        .chars()
        .map(|c| if c.is_ascii_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() })
        .collect();
    if swapped == text { text.chars().rev().collect() } else { swapped }
}

#[test]
fn the_name_of_an_application_ignores_case() {
    let server = Server::start();
    let app = server.create_app("Mixed Case");
    for (version, name) in [("1.1", "mixed case"), ("1.2", "MIXED CASE"), ("1.3", "mIxEd CaSe")] {
        App { name: name.into(), ..app.clone() }.init(version);
    }
    assert_eq!(app.session_ids().len(), 3);
}

#[test]
fn then_an_unknown_type() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        // No session is needed to be told so, and the selector's case matters.
        for kind in ["nonsense", "", "Init", "INIT", "Check", "init check", "0"] {
            let reply = app.client(version, kind, &[]);
            app.assert_failure(version, &reply, Seal::Absent, TYPE_NOT_FOUND);
        }
        let no_type = [("name", app.name.as_str()), ("ownerid", app.owner_id.as_str())];
        app.assert_failure(version, &app.post(version, &no_type), Seal::Absent, TYPE_NOT_FOUND);
        // Neither does a session help.
        let reply = app.init(version).call("nonsense", &[]);
        app.assert_failure(version, &reply, Seal::Absent, TYPE_NOT_FOUND);
    }
}

#[test]
fn then_an_unknown_session() {
    let server = Server::start();
    let app = &server.app;
    let other = server.create_app("other");
    for version in VERSIONS {
        let of_another_app = other.init(version).id;
        let mine = app.init(version).id;
        let long = "é".repeat(2500);
        let ids = [
            "",
            "lol",
            "none",
            "0",
            "oXuqIIhtz3",
            &of_another_app,
            &mine.to_lowercase(),
            &mine.to_uppercase(),
            &mine[1..],
            &format!("{mine}A"),
            &format!("{}\0{}", &mine[..9], &mine[9..]),
            &long,
            "' OR 1=1 --",
            "99999999999999999999999999999999",
        ];
        for id in ids.into_iter().filter(|id| *id != mine) {
            for kind in ["check", "login", "register", "license", "logout", "fetchOnline", "fetchStats"] {
                let reply = app.client(version, kind, &[("sessionid", id)]);
                app.assert_failure(version, &reply, Seal::Absent, SESSION_NOT_FOUND);
            }
        }
        let reply = app.client(version, "check", &[]);
        app.assert_failure(version, &reply, Seal::Absent, SESSION_NOT_FOUND);
        // Nothing of this has hurt the two.
        assert!(app.session_ids().contains(&mine));
        assert!(other.session_ids().contains(&of_another_app));
    }
}

#[test]
fn broken_utf8_finds_no_session() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        for id in ["%FF%FE%80", "%C3", "abc%ED%A0%80", "%00", "%zz%"] {
            let body = format!("{}&sessionid={id}", form(&app.params("check", &[])));
            let reply = request(&app.address, "POST", &format!("/api/{version}/"), &[FORM], body.as_bytes());
            app.assert_failure(version, &reply, Seal::Absent, SESSION_NOT_FOUND);
        }
    }
}

#[test]
fn a_session_works_on_its_own_version_only() {
    let server = Server::start();
    for version in VERSIONS {
        let session = server.app.init(version);
        for other in VERSIONS.into_iter().filter(|other| *other != version) {
            let reply = server.app.client(other, "check", &[("sessionid", &session.id)]);
            server.app.assert_failure(other, &reply, Seal::Absent, SESSION_NOT_FOUND);
        }
        session.is_unvalidated();
    }
}

#[test]
fn values_are_trimmed() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let session = app.init(version);
        let around = |value: &str| format!(" \t\n\r\0\x0B{value}\x0B\0\r\n\t ");
        let (name, owner) = (around(&app.name), around(&app.owner_id));
        let (id, kind) = (around(&session.id), around("check"));
        let params = [("type", kind.as_str()), ("name", &name), ("ownerid", &owner), ("sessionid", &id)];
        session.fails(&app.post(version, &params), "Session is not validated");
    }
}

#[test]
fn signatures_of_1_2_know_three_keys() {
    let server = Server::start();
    let app = &server.app;
    // Before there is a session: the secret, also for failures of init.
    let reply = app.client("1.2", "init", &[("ver", "9.9"), ("enckey", ENCKEY)]);
    app.assert_failure_with("1.2", &reply, Seal::Key(&app.secret), "invalidver", r#""download":"""#);
    let reply = app.client("1.2", "init", &[("ver", "9.9")]);
    app.assert_failure_with("1.2", &reply, Seal::Key(&app.secret), "invalidver", r#""download":"""#);

    // With a session: its key, for success and failure alike.
    let session = app.init_with("1.2", Some(ENCKEY));
    session.fails(&session.call("fetchOnline", &[]), "No online users found!");
    session.fails(&session.call("login", &[("hwid", "short")]), HWID_SHORT);
    session.fails(&session.call("license", &[("key", &"k".repeat(71))]), KEY_LONG);
    session.fails(&session.call("register", &[("username", &"u".repeat(71))]), NAME_LONG);
    session.license(server.license(0));
    session.is_validated();
    session.succeeds(&session.call("logout", &[]), "Successfully logged out.", "");

    // Without a key of the client: always the words that say so.
    let session = app.init_with("1.2", None);
    session.fails(&session.call("login", &[("hwid", "short")]), HWID_SHORT);
    session.fails(&session.call("license", &[("key", &"k".repeat(71))]), KEY_LONG);
    session.fails(&session.call("register", &[("username", &"u".repeat(71))]), NAME_LONG);
    session.license(server.license(1));
    session.is_validated();
    session.succeeds(&session.call("logout", &[]), "Successfully logged out.", "");
}

#[test]
fn on_1_3_with_an_enckey_both_signatures_are_there() {
    let server = Server::start();
    let app = &server.app;
    // Before there is a session: the secret.
    let old = r#""download":"""#;
    let reply = app.client("1.3", "init", &[("ver", "9.9"), ("enckey", ENCKEY)]);
    app.assert_failure_with("1.3", &reply, Seal::Both(&app.secret), "invalidver", old);
    let reply = app.client("1.3", "init", &[("ver", "9.9"), ("enckey", " ")]);
    app.assert_failure_with("1.3", &reply, Seal::Absent, "invalidver", old);

    // With a session: its key, for success and failure alike.
    let session = app.init_with("1.3", Some(ENCKEY));
    session.fails(&session.call("fetchOnline", &[]), "No online users found!");
    session.fails(&session.call("login", &[("hwid", "short")]), HWID_SHORT);
    session.fails(&session.call("file", &[("fileid", "none")]), "File not Found");
    session.license(server.license(0));
    session.is_validated();
    let reason = "r".repeat(100);
    session.fails(&session.call("ban", &[("reason", &reason)]), "Reason must be 99 characters or less");
    session.succeeds(&session.call("logout", &[]), "Successfully logged out.", "");
    // Where 1.2 has none, 1.3 has none either.
    session.is_dead();
    app.assert_failure("1.3", &session.call("nonsense", &[]), Seal::Absent, TYPE_NOT_FOUND);
    let stranger = App { name: "no such app".into(), ..app.clone() };
    let reply = stranger.client("1.3", "init", &[("enckey", ENCKEY)]);
    assert_invalid(app, "1.3", &reply);
    assert_eq!(reply.header("signature"), None);

    // Without one, no `signature` at all, whatever the application forces on 1.2.
    server.cli.ok(&["app", "set", &app.path(), "forceEncryption=true"]);
    let session = app.init_with("1.3", None);
    session.license(server.license(1));
    session.is_validated();
    session.succeeds(&session.call("logout", &[]), "Successfully logged out.", "");
}

#[test]
fn a_switched_off_1_3_signs_as_asked() {
    let server = Server::start();
    let app = server.create_app("off");
    server.cli.ok(&["app", "set", &app.path(), "api.v1_3=false"]);
    let off = "API 1.3 is switched off for this application";
    let reply = eventually("the switch to count", || {
        let reply = app.client("1.3", "init", &[("enckey", ENCKEY)]);
        reply.text().contains(off).then_some(reply)
    });
    app.assert_failure("1.3", &reply, Seal::Both(&app.secret), off);
    app.assert_failure("1.3", &app.client("1.3", "init", &[]), Seal::Absent, off);
    app.assert_failure("1.3", &app.client("1.3", "check", &[]), Seal::Absent, off);
}

const HWID_SHORT: &str = "HWID must be 20 or more characters, change this in app settings.";
const KEY_LONG: &str = "Key must be shorter than 70 characters";
const NAME_LONG: &str = "Username must be shorter than 70 characters";

#[test]
fn every_application_signs_1_3_with_a_key_of_its_own() {
    let server = Server::start();
    let other = server.create_app("other");
    assert_ne!(other.public_key, server.app.public_key);
    for (app, foreign) in [(&server.app, &other), (&other, &server.app)] {
        let reply = app.client("1.3", "init", &[]);
        app.assert_sealed("1.3", &reply, Seal::Absent);
        assert_signed_by_another_key(foreign, &reply);
    }
}

#[test]
fn replies_in_json_are_ascii_with_plain_slashes() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        let name = format!("Zoë/😀\\\"{n}");
        session.register(&name, "pass", server.license(n));
        let reply =
            session.call("login", &[("username", &name), ("pass", "pass"), ("hwid", crate::support::HWID)]);
        assert!(reply.body.is_ascii(), "{reply:?}");
        let expected = format!(r#""username":"Zo\u00eb/\ud83d\ude00\\\"{n}","#);
        assert!(reply.text().contains(&expected), "{reply:?}");
        assert_eq!(reply.json()["info"]["username"], name.as_str());
        assert!(!reply.text().contains(r"\/"), "{reply:?}");
    }
}

#[test]
fn every_reply_has_the_headers_that_browsers_need() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        for reply in
            [app.client(version, "init", &[]), app.client(version, "check", &[]), app.post(version, &[])]
        {
            assert_headers(&reply, "application/json; charset=utf-8");
            let exposed = reply.header("access-control-expose-headers").expect("exposed headers");
            let mut exposed: Vec<_> = exposed.split(',').map(|name| name.trim().to_lowercase()).collect();
            exposed.sort();
            assert_eq!(exposed, ["signature", "x-signature-ed25519", "x-signature-timestamp"]);
        }
    }
}

#[test]
fn preflights_are_answered() {
    let server = Server::start();
    let headers = [
        ("Origin", "https://panel.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type"),
    ];
    for version in VERSIONS {
        for path in [format!("/api/{version}/"), format!("/api/{version}")] {
            let reply = request(&server.app.address, "OPTIONS", &path, &headers, b"");
            assert_eq!(reply.status, 204, "{reply:?}");
            assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{reply:?}");
        }
    }
}

#[test]
fn the_demo_does_not_limit_requests() {
    let server = Server::start();
    for _ in 0..400 {
        let reply = server.app.client("1.2", "check", &[("sessionid", &encode("none"))]);
        server.app.assert_failure("1.2", &reply, Seal::Absent, SESSION_NOT_FOUND);
    }
}
