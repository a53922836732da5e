//! API 1.0: what is encrypted, what is plain, and what cannot be read.

use crate::support::{
    ENCKEY, SESSION_NOT_FOUND, Server, assert_json, eventually,
    http::request,
    v1_0::{INIT_IV, decrypt, encrypt},
};

#[test]
fn the_whole_exchange_by_hand() {
    let server = Server::start();
    let app = &server.app;
    let [name, owner] = [&app.name, &app.owner_id].map(hex::encode);
    let secret = app.secret.as_str();
    let init = app.post(
        "1.0",
        &[
            ("type", &hex::encode("init")),
            ("name", &name),
            ("ownerid", &owner),
            ("init_iv", INIT_IV),
            ("ver", &encrypt(secret, "1.0").to_uppercase()),
            ("enckey", &encrypt(secret, ENCKEY)),
        ],
    );
    let body = decrypt(secret, init.text()).expect("encrypted with the secret");
    assert!(body.starts_with(r#"{"success":true,"message":"Initialized","sessionid":""#), "{body}");
    assert!(body.ends_with(r#"/panel/demo/demo-app/"}}"#), "no newSession, no nonce: {body}");
    let id = serde_json::from_str::<serde_json::Value>(&body).expect("JSON")["sessionid"].clone();
    let id = hex::encode(id.as_str().expect("an id"));
    let call = |params: &[(&str, &str)]| {
        let common = [("name", name.as_str()), ("ownerid", &owner), ("init_iv", INIT_IV), ("sessionid", &id)];
        app.post("1.0", &[&common[..], params].concat())
    };
    let check = call(&[("type", &hex::encode("check"))]);
    let body = decrypt(ENCKEY, check.text()).expect("encrypted with the enckey");
    assert_eq!(body, r#"{"success":false,"message":"Session is not validated"}"#);
    // A parameter that cannot be read is missing.
    for pass in ["not hex", "00", &encrypt("another key", "p")] {
        let login = [
            ("type", hex::encode("license")),
            ("key", pass.to_owned()),
            ("hwid", encrypt(ENCKEY, &"h".repeat(30))),
        ];
        let login: Vec<(&str, &str)> = login.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = decrypt(ENCKEY, call(&login).text()).expect("encrypted");
        assert_eq!(body, r#"{"success":false,"message":"Invalid license key"}"#, "{pass}");
    }
}

#[test]
fn what_stays_plain() {
    let server = Server::start();
    let app = &server.app;
    let [name, owner] = [&app.name, &app.owner_id].map(hex::encode);
    let failure = |message: &str| format!(r#"{{"success":false,"message":"{message}"}}"#);
    let none = "No OwnerID specified. Select app & copy code snippet from https://keyauth.cc/app/";
    let target = format!("/api/1.0/?type=init&name={name}&ownerid={owner}");
    assert_json(&request(&app.address, "GET", &target, &[], b""), 200, &failure(none));
    assert_json(&app.post("1.0", &[("ownerid", "zz"), ("name", &name)]), 200, &failure(none));
    let common = [("name", name.as_str()), ("ownerid", owner.as_str()), ("init_iv", INIT_IV)];
    let call = |kind: &str| app.post("1.0", &[&common[..], &[("type", kind)]].concat());
    assert_json(&call(&hex::encode("nonsense")), 200, &failure("Unhandled Type"));
    assert_json(&call("init"), 200, &failure("Unhandled Type"));
    assert_json(&call(&hex::encode("check")), 200, &failure(SESSION_NOT_FOUND));
    let unknown = app.post("1.0", &[("name", &hex::encode("x")), ("ownerid", &owner)]);
    assert_eq!(unknown.text(), "KeyAuth_Invalid");
}

#[test]
fn init_wants_the_version_and_the_key() {
    let server = Server::start();
    let app = &server.app;
    let fails = |params: &[(&str, &str)], message: &str| {
        let reply = app.client("1.0", "init", params);
        assert!(
            reply.text().starts_with(&format!(r#"{{"success":false,"message":"{message}""#)),
            "{reply:?}"
        );
    };
    fails(&[("ver", "1.0")], "No encryption key supplied, encryption is forced.");
    fails(&[("enckey", ENCKEY)], "invalidver");
    fails(&[("enckey", ENCKEY), ("ver", "2.0")], "invalidver");
}

#[test]
fn a_session_stays_in_its_version() {
    let server = Server::start();
    let session = server.app.init("1.0");
    for version in ["1.1", "1.2", "1.3"] {
        let reply = server.app.client(version, "check", &[("sessionid", &session.id)]);
        assert_eq!(reply.json()["message"], SESSION_NOT_FOUND);
    }
    session.is_unvalidated();
}

#[test]
fn a_ban_is_told_in_secret() {
    let server = Server::start();
    server.cli.ok(&["app", "ban", &server.app.path(), "--yes"]);
    let message = "This application has been banned from KeyAuth.cc for violating terms.";
    eventually("the ban", || server.app.client("1.1", "init", &[]).text().contains(message).then_some(()));
    let sent = [("type", hex::encode("init")), ("name", hex::encode(&server.app.name))];
    let params = [
        ("type", sent[0].1.as_str()),
        ("name", &sent[1].1),
        ("ownerid", &hex::encode(&server.app.owner_id)),
        ("init_iv", INIT_IV),
    ];
    let reply = server.app.post("1.0", &params);
    let body = decrypt(&server.app.secret, reply.text()).expect("encrypted with the secret");
    assert_eq!(body, format!(r#"{{"success":false,"message":"{message}"}}"#));
}
