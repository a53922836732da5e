//! The operator's commands, on the data folder of a running server.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::server::claviger;
use crate::support::{App, ENCKEY, INVALID, KEY_NOT_FOUND, Seal, Server, assert_json, eventually};

/// The object in a list whose field has this value.
fn find<'a>(list: &'a Value, field: &str, value: &str) -> Option<&'a Value> {
    list.as_array().expect("a list").iter().find(|object| object[field] == value)
}

#[test]
fn owners() {
    let server = Server::start();
    let cli = &server.cli;
    let made = cli.json(&["owner", "create", "alice", "--json"]);
    assert_eq!(made["name"], "alice");
    let owner_id = made["owner_id"].as_str().expect("an owner id");
    assert!(owner_id.len() == 10 && owner_id.bytes().all(|b| b.is_ascii_alphanumeric()), "{owner_id}");
    cli.ok(&["owner", "create", "bob", "--role", "developer"]);

    let list = cli.json(&["owner", "list", "--json"]);
    assert_eq!(list.as_array().map(Vec::len), Some(3));
    assert_eq!(find(&list, "name", "alice").expect("alice")["owner_id"], owner_id);
    assert_eq!(find(&list, "name", "bob").expect("bob")["role"], "developer");
    assert_eq!(find(&list, "name", "demo").expect("demo")["owner_id"], server.app.owner_id.as_str());
    let table = cli.ok(&["owner", "list"]);
    assert!(table.contains("alice") && table.contains("bob") && table.contains("demo"), "{table}");

    cli.ok(&["owner", "set-role", "bob", "tester"]);
    let list = cli.json(&["owner", "list", "--json"]);
    assert_eq!(find(&list, "name", "bob").expect("bob")["role"], "tester");
    cli.fails(&["owner", "create", "alice"]);
}

#[test]
fn applications() {
    let server = Server::start();
    let cli = &server.cli;
    cli.ok(&["owner", "create", "alice"]);
    let app = server.create_app_of("alice", "My app");
    assert_eq!((app.name.as_str(), app.version.as_str()), ("My app", "1.0"));
    assert!(app.secret.len() == 64 && app.public_key.len() == 64 && app.seller_key.len() == 32, "{app:?}");
    // The running server knows it.
    eventually("the application", || (app.seller("type=setseller").status == 200).then_some(()));
    app.init("1.2").is_unvalidated();

    let list = cli.json(&["app", "list", "--json"]);
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert!(find(&list, "name", "My app").is_some() && find(&list, "name", &server.app.name).is_some());
    assert!(cli.ok(&["app", "list"]).contains("My app"));

    let shown = cli.json(&["app", "show", "alice/My app", "--json"]);
    for (field, value) in [
        ("owner_id", &app.owner_id),
        ("name", &app.name),
        ("secret", &app.secret),
        ("public_key", &app.public_key),
        ("version", &app.version),
    ] {
        assert_eq!(shown[field], value.as_str(), "{shown}");
    }
    // The seller key was shown once.
    assert!(!shown.to_string().contains(&app.seller_key), "{shown}");
    assert!(!cli.ok(&["app", "show", "alice/My app"]).contains(&app.seller_key));
    assert!(!cli.ok(&["app", "list", "--json"]).contains(&app.seller_key));

    cli.fails(&["app", "create", "--owner", "alice", "My app"]);
    cli.fails(&["app", "create", "--owner", "nobody", "My app"]);
    cli.ok(&["app", "create", "--owner", "demo", "My app"]);
}

#[test]
fn rotating_the_secret() {
    let server = Server::start();
    let app = &server.app;
    let made = server.cli.json(&["app", "rotate-secret", &app.path(), "--yes", "--json"]);
    let secret = made["secret"].as_str().expect("a secret").to_owned();
    assert!(secret.len() == 64 && secret != app.secret, "{secret}");
    eventually("the server to use the new secret", || {
        (app.seller("type=appdetails").json()["appdetails"]["secret"] == secret.as_str()).then_some(())
    });
    let reply = app.client("1.2", "init", &[("enckey", ENCKEY)]);
    app.assert_sealed("1.2", &reply, Seal::Key(&secret));
    assert_eq!(server.cli.json(&["app", "show", &app.path(), "--json"])["secret"], secret.as_str());
}

#[test]
fn renaming_an_application() {
    let server = Server::start();
    let app = &server.app;
    app.init("1.2");
    let sentence = server.cli.fails(&["app", "rename", &app.path(), "a\u{7}b", "--yes"]);
    assert!(sentence.contains("the name of an application"), "{sentence}");
    let said = server.cli.ok(&["app", "rename", &app.path(), "Loader & \"Co\"", "--yes"]);
    assert_eq!(said, format!("{} is now demo/Loader & \"Co\"\n", app.path()));
    let renamed = App { name: "Loader & \"Co\"".into(), ..app.clone() };
    eventually("the server to know the new name", || {
        (renamed.seller("type=appdetails").json()["appdetails"]["name"] == renamed.name.as_str())
            .then_some(())
    });
    renamed.init("1.2");
    let reply = app.client("1.1", "init", &[]);
    assert!(reply.text().contains("KeyAuth_Invalid"), "{reply:?}");
}

#[test]
fn rotating_the_seller_key() {
    let server = Server::start();
    let old = server.app.clone();
    let rotate = |more: &[&str]| {
        let path = server.app.path();
        let args = [&["app", "rotate-seller-key", &path, "--yes", "--json"], more].concat();
        let made = server.cli.json(&args);
        let seller_key = made["seller_key"].as_str().expect("a key").to_owned();
        assert!(seller_key.len() == 32 && seller_key.bytes().all(|b| b.is_ascii_hexdigit()), "{seller_key}");
        App { seller_key, ..server.app.clone() }
    };
    let works = |app: &App| app.seller("type=setseller").status == 200;

    // With a grace, both work for a while.
    let second = rotate(&["--grace", "3600"]);
    eventually("the second key", || works(&second).then_some(()));
    assert!(works(&old));
    // Without, the old one is refused.
    let third = rotate(&[]);
    eventually("the third key", || works(&third).then_some(()));
    eventually("the second key to be refused", || (!works(&second)).then_some(()));
    assert_json(&second.seller("type=setseller"), 404, KEY_NOT_FOUND);
    let fourth = rotate(&["--grace", "0"]);
    eventually("the fourth key", || works(&fourth).then_some(()));
    eventually("the third key to be refused", || (!works(&third)).then_some(()));
}

#[test]
fn deleting_an_application() {
    let server = Server::start();
    let app = server.create_app("doomed");
    let session = app.init("1.1");
    server.cli.ok(&["app", "delete", &app.path(), "--yes"]);
    eventually("the application to be gone", || {
        let reply = app.client("1.1", "init", &[]);
        (reply.text() == INVALID).then_some(())
    });
    eventually("its programs to be told", || (session.call("check", &[]).text() == INVALID).then_some(()));
    eventually("its seller key to be gone", || (app.seller("type=setseller").status == 404).then_some(()));
    assert_json(&app.seller("type=setseller"), 404, KEY_NOT_FOUND);
    let list = server.cli.json(&["app", "list", "--json"]);
    assert!(find(&list, "name", "doomed").is_none(), "{list}");
    server.cli.fails(&["app", "show", &app.path()]);
    // Its name is free again, and nothing of the old one is found in the new one.
    let again = server.create_app("doomed");
    assert_eq!(again.session_ids(), Vec::<String>::new());
    assert_eq!(again.seller("type=stats").json()["totalkeys"], "0");
    assert_eq!(server.app.seller("type=setseller").status, 200);
}

#[test]
fn sessions() {
    let server = Server::start();
    let (app, cli) = (&server.app, &server.cli);
    let path = app.path();
    assert_eq!(cli.json(&["session", "list", &path, "--json"]), Value::Array(Vec::new()));
    let sessions = ["1.1", "1.2", "1.3", "1.3"].map(|version| app.init(version));
    sessions[1].license(server.license(0));
    let list = cli.json(&["session", "list", &path, "--json"]);
    let rows = list.as_array().expect("a list");
    let ids: Vec<_> = rows.iter().map(|row| row["id"].as_str().expect("an id")).collect();
    assert_eq!(ids, sessions.each_ref().map(|session| session.id.as_str()));
    assert_eq!(rows[1]["credential"], server.license(0));
    assert_eq!(rows[0]["credential"], Value::Null);
    assert!(cli.ok(&["session", "list", &path]).contains(&sessions[2].id));

    cli.ok(&["session", "kill", &path, &sessions[0].id, "--yes"]);
    eventually("the server to notice", || {
        (!sessions[0].call("check", &[]).text().contains("not validated")).then_some(())
    });
    sessions[0].is_dead();
    sessions[2].is_unvalidated();
    assert!(!app.session_ids().contains(&sessions[0].id));
    cli.fails(&["session", "kill", &path, &sessions[0].id, "--yes"]);
    cli.fails(&["session", "kill", &path, "no-such-session", "--yes"]);

    cli.ok(&["session", "kill-all", &path, "--yes"]);
    eventually("the list to be empty", || app.session_ids().is_empty().then_some(()));
    for session in &sessions {
        session.is_dead();
    }
    assert_eq!(cli.json(&["session", "list", &path, "--json"]), Value::Array(Vec::new()));
    let new = app.init("1.2");
    new.is_unvalidated();
    assert_eq!(app.session_ids(), [new.id]);
}

#[test]
fn an_unknown_application_is_named() {
    let server = Server::start();
    let id = server.app.init("1.1").id;
    for path in ["demo/no-such-app", "nobody/demo-app"] {
        for args in [
            &["app", "show", path][..],
            &["app", "rename", path, "other", "--yes"],
            &["app", "rotate-secret", path, "--yes"],
            &["app", "rotate-seller-key", path, "--yes"],
            &["app", "delete", path, "--yes"],
            &["session", "list", path],
            &["session", "kill", path, &id, "--yes"],
            &["session", "kill-all", path, "--yes"],
        ] {
            let sentence = server.cli.fails(args);
            assert!(
                sentence.contains(path.split('/').next_back().expect("a name"))
                    || sentence.contains("nobody"),
                "{args:?}: {sentence}"
            );
        }
    }
    for path in ["demo", "", "/", "a/b/c"] {
        server.cli.fails(&["app", "show", path]);
    }
    assert_eq!(server.app.session_ids(), [id]);
}

#[test]
fn nothing_is_destroyed_without_a_yes() {
    let server = Server::start();
    let app = &server.app;
    let session = app.init("1.2");
    let path = app.path();
    // Nobody is there to answer the question.
    for args in [
        &["app", "delete", &path][..],
        &["app", "rename", &path, "other"],
        &["app", "rotate-secret", &path],
        &["app", "rotate-seller-key", &path],
        &["session", "kill", &path, &session.id],
        &["session", "kill-all", &path],
    ] {
        let outcome = server.cli.run(args);
        assert_ne!(outcome.code, Some(0), "{args:?}: {outcome:?}");
    }
    session.is_unvalidated();
    assert_eq!(app.seller("type=appdetails").json()["appdetails"]["secret"], app.secret.as_str());
}

#[test]
fn secrets_are_not_in_the_data_folder() {
    let server = Server::start();
    let app = server.create_app("discreet");
    server.app.init("1.2").register("alice", "a password to look for", server.license(0));
    server.cli.ok(&["app", "show", &app.path()]);
    let rotated = server.cli.json(&["app", "rotate-seller-key", &app.path(), "--yes", "--json"]);
    let data = server.data();
    let secrets = [
        app.seller_key.as_bytes().to_vec(),
        hex::decode(&app.seller_key).expect("hex"),
        rotated["seller_key"].as_str().expect("a key").as_bytes().to_vec(),
        app.secret.as_bytes().to_vec(),
        hex::decode(&app.secret).expect("hex"),
        b"a password to look for".to_vec(),
    ];
    let look = || {
        let mut files = 0;
        for entry in fs::read_dir(&data).expect("the data folder") {
            let path = entry.expect("a file").path();
            let bytes = fs::read(&path).expect("a readable file");
            files += 1;
            for (n, secret) in secrets.iter().enumerate() {
                let found = bytes.windows(secret.len()).any(|window| window == secret);
                assert!(!found, "secret {n} is in {}", path.display());
            }
        }
        assert!(files >= 3, "the data folder holds {files} files");
    };
    look();
    // Also when the server has tidied up.
    let server = server.restart();
    look();
    drop(server);
}

#[test]
fn the_master_key_is_for_the_owner_of_the_folder() {
    let server = Server::start();
    let mode = fs::metadata(server.data().join("master.key")).expect("a master key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn completions() {
    for shell in ["bash", "zsh", "fish"] {
        let script = claviger().args(["completions", shell]).output().expect("output");
        assert_eq!(script.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&script.stdout).contains("rotate-seller-key"));
    }
}
