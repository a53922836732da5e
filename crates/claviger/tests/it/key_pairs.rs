//! `app rotate-key-pair`: programs that were built with the former public key go on.

use serde_json::Value;

use crate::support::expect::signature_1_3;
use crate::support::postgres::Database;
use crate::support::second::Second;
use crate::support::{App, Reply, SESSION_NOT_FOUND, Server, crypto, eventually};

/// Whose signature a reply has.
fn signed_by(reply: &Reply, public_key: &str) -> bool {
    let (signature, timestamp) = signature_1_3(reply);
    crypto::ed25519_verifies(public_key, signature, timestamp, &reply.body)
}

fn rotate(server: &Server, more: &[&str]) -> Value {
    let path = server.app.path();
    let mut args = vec!["app", "rotate-key-pair", &path, "--yes", "--json"];
    args.extend_from_slice(more);
    server.cli.json(&args)
}

fn init(app: &App, version: Option<&str>) -> Reply {
    let version: Vec<(&str, &str)> = version.iter().map(|version| ("ver", *version)).collect();
    app.client("1.3", "init", &version)
}

/// Waits until a program of another version gets replies that the new key signs.
fn wait_for(app: &App, version: &str, public_key: &str) {
    eventually("the new key pair", || signed_by(&init(app, Some(version)), public_key).then_some(()));
}

fn session_of(reply: &Reply) -> String {
    reply.json()["sessionid"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}

fn programs_go_on(server: &Server, others: &[&App]) {
    let app = &server.app;
    let old = app.public_key.clone();
    let before = app.init("1.3");
    let told = rotate(server, &["--versions", "0.8,0.9"]);
    let new = told["public_key"].as_str().expect("a key").to_owned();
    assert_eq!(told["former_public_key"], old.as_str());
    assert_eq!(told["until"], Value::Null);
    let versions = told["versions"].as_array().expect("a list");
    for version in ["0.8", "0.9", app.version.as_str()] {
        assert!(versions.iter().any(|known| known == version), "{told}");
    }
    assert_eq!(server.cli.json(&["app", "show", &app.path(), "--json"])["public_key"], new.as_str());

    for app in others.iter().copied().chain([app]) {
        wait_for(app, "2.0", &new);
        // Sessions from before, living and dead, and new ones of programs that are out.
        let alive = before.at(&app.address).call("check", &[]);
        assert_eq!(alive.json()["message"], "Session is not validated");
        assert!(signed_by(&alive, &old), "{alive:?}");
        let started = init(app, Some(&app.version));
        assert!(signed_by(&started, &old), "{started:?}");
        let id = session_of(&started);
        for other in others.iter().copied().chain([&server.app]) {
            assert!(signed_by(&other.client("1.3", "check", &[("sessionid", &id)]), &old));
        }
        app.client("1.3", "logout", &[("sessionid", &id)]);
        let dead = app.client("1.3", "check", &[("sessionid", &id)]);
        assert_eq!(dead.json()["message"], SESSION_NOT_FOUND);
        assert!(signed_by(&dead, &old), "{dead:?}");
        // Where no program of an older version can be meant.
        assert!(signed_by(&init(app, None), &new));
        assert!(signed_by(&app.client("1.3", "check", &[("sessionid", "none")]), &new));
        assert!(signed_by(&app.client("1.3", "nonsense", &[]), &new));
    }

    // The next release: those that are out are told to be renewed, in their own way.
    server.cli.ok(&["app", "set", &app.path(), "version=2.0"]);
    eventually("the new version", || (init(app, Some("2.0")).json()["success"] == true).then_some(()));
    let renewed = init(app, Some("2.0"));
    assert!(signed_by(&renewed, &new), "{renewed:?}");
    assert!(signed_by(&app.client("1.3", "check", &[("sessionid", &session_of(&renewed))]), &new));
    for version in ["0.8", app.version.as_str()] {
        let outdated = init(app, Some(version));
        assert_eq!(outdated.json()["message"], "invalidver");
        assert!(signed_by(&outdated, &old), "{version}");
    }
    assert!(signed_by(&before.call("check", &[]), &old));

    // Once more: three public keys are out.
    let third = rotate(server, &[])["public_key"].as_str().expect("a key").to_owned();
    wait_for(app, "3.0", &third);
    assert!(signed_by(&init(app, Some("2.0")), &new));
    assert!(signed_by(&init(app, Some("0.9")), &old));
    assert!(signed_by(&before.call("check", &[]), &old));
    assert!(signed_by(&app.client("1.3", "check", &[("sessionid", &session_of(&renewed))]), &new));

    let ended = server.cli.ok(&["app", "end-key-pairs", &app.path(), "--yes"]);
    assert!(ended.starts_with("2 former key pairs"), "{ended}");
    eventually("the end", || signed_by(&init(app, Some("2.0")), &third).then_some(()));
    assert!(signed_by(&before.call("check", &[]), &third));
    assert!(signed_by(&init(app, Some("0.9")), &third));
}

#[test]
fn programs_that_are_out_go_on() {
    programs_go_on(&Server::start(), &[]);
}

#[test]
fn programs_that_are_out_go_on_at_every_node() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    programs_go_on(&first, &[&second.app]);
}

#[test]
fn a_key_that_was_stolen_ends_at_once() {
    let server = Server::start();
    let before = server.app.init("1.3");
    let told = rotate(&server, &["--grace", "0"]);
    let new = told["public_key"].as_str().expect("a key");
    eventually("the new key pair", || signed_by(&before.call("check", &[]), new).then_some(()));
    assert!(signed_by(&init(&server.app, Some(&server.app.version)), new));
    // And stays gone after a restart.
    let server = server.restart();
    assert!(signed_by(&init(&server.app, Some(&server.app.version)), new));
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let server = Server::start();
    let (path, long) = (server.app.path(), "v".repeat(41));
    for (args, says) in [
        (vec!["--versions", &long], "no version has more than 40 bytes"),
        (vec!["--grace", "-1"], "-1"),
        (vec!["--grace", "99999999999"], "99999999999"),
    ] {
        let mut all = vec!["app", "rotate-key-pair", &path, "--yes"];
        all.extend(args);
        let outcome = server.cli.run(&all);
        assert!(outcome.code != Some(0) && outcome.stderr.contains(says), "{outcome:?}");
    }
    let refused = server.cli.fails(&["app", "rotate-key-pair", "demo/nothing", "--yes"]);
    assert!(refused.contains("there is no application"), "{refused}");
    assert!(server.cli.fails(&["app", "rotate-key-pair", &path]).contains("add --yes"));
    assert!(signed_by(&init(&server.app, Some("9")), &server.app.public_key));
    for _ in 0..8 {
        rotate(&server, &[]);
    }
    let full = server.cli.fails(&["app", "rotate-key-pair", &path, "--yes"]);
    assert!(full.contains("8 former key pairs still sign"), "{full}");
}

#[test]
fn other_versions_of_the_api_and_other_applications_notice_nothing() {
    let server = Server::start();
    let other = server.create_app("other");
    let (session, beside) = (server.app.init("1.2"), other.init("1.3"));
    rotate(&server, &[]);
    session.is_unvalidated();
    beside.is_unvalidated();
    server.app.init("1.2").is_unvalidated();
}

#[test]
fn strangers_decide_nothing() {
    let server = Server::start();
    let (app, path) = (&server.app, server.app.path());
    let first = app.version.clone();
    assert_eq!(init(app, Some(&first)).json()["success"], true);
    server.cli.ok(&["app", "set", &path, "version=1.9"]);
    eventually("the version", || (init(app, Some("1.9")).json()["success"] == true).then_some(()));
    // More than a pair keeps, and the version that is to be the next.
    for version in ["2.0", "!", "~"] {
        assert_eq!(init(app, Some(version)).json()["message"], "invalidver");
    }
    eventually("the counts", || {
        let outdated = server.count("report_counts WHERE kind = 'outdated' AND name = '2.0'");
        let had = server.count("report_counts WHERE kind = 'version'");
        (outdated == 1 && had == 2).then_some(())
    });
    let told = rotate(&server, &["--versions", "0.9"]);
    let new = told["public_key"].as_str().expect("a key").to_owned();
    assert_eq!(told["versions"], serde_json::json!(["1.9", "0.9", first]), "{told}");
    for former in ["0.9", &first] {
        let refused = server.cli.fails(&["app", "set", &path, &format!("version={former}")]);
        assert!(refused.contains("are answered with the former key pair 0"), "{refused}");
    }
    server.cli.ok(&["app", "set", &path, "version=2.0"]);
    eventually("the next version", || {
        let started = init(app, Some("2.0"));
        (started.json()["success"] == true && signed_by(&started, &new)).then_some(())
    });
    assert!(signed_by(&init(app, Some(&first)), &app.public_key));
    // Nobody is answered by it any more.
    server.cli.ok(&["app", "end-key-pairs", &path, "--yes"]);
    server.cli.ok(&["app", "set", &path, "version=0.9"]);
}
