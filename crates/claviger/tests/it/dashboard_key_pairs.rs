//! `/dashboard/{app}/app-settings/key-pairs`: another key pair, who needs the former ones, and their end.

use serde_json::Value;

use crate::support::expect::signature_1_3;
use crate::support::people::manager;
use crate::support::{Browser, Reply, Server, crypto, escaped, eventually};

const PAGE: &str = "/dashboard/demo-app/app-settings/key-pairs";
const ROTATE: &str = "/dashboard/demo-app/app-settings/key-pairs/rotate";
const END: &str = "/dashboard/demo-app/app-settings/key-pairs/end";
/// Permissions to change settings.
const SETTINGS: i64 = 1024;

fn public_key(server: &Server) -> String {
    let shown = server.cli.json(&["app", "show", &server.app.path(), "--json"]);
    shown["public_key"].as_str().expect("a key").to_owned()
}

fn former(server: &Server) -> Vec<Value> {
    let listed = server.cli.json(&["app", "key-pairs", &server.app.path(), "--json"]);
    listed.as_array().expect("a list").clone()
}

fn signed_by(reply: &Reply, public_key: &str) -> bool {
    let (signature, timestamp) = signature_1_3(reply);
    crypto::ed25519_verifies(public_key, signature, timestamp, &reply.body)
}

fn init(server: &Server, version: &str) -> Reply {
    server.app.client("1.3", "init", &[("ver", version)])
}

fn shows(page: &Reply, texts: &[&str]) {
    assert_eq!(page.status, 200, "{}", page.text());
    for text in texts {
        assert!(page.text().contains(text), "{text}: {}", page.text());
    }
}

fn rotate(browser: &Browser, former: &str, grace: &str, versions: &str) -> Reply {
    browser.post(ROTATE, &[("former", former), ("grace", grace), ("versions", versions)])
}

fn leads_back(reply: &Reply) {
    assert_eq!((reply.status, reply.header("location")), (303, Some(PAGE)), "{}", reply.text());
}

#[test]
fn a_key_pair_is_replaced_and_the_former_one_ended_once_nobody_needs_it() {
    let server = Server::start();
    let (browser, old) = (server.browser(), server.app.public_key.clone());
    shows(&browser.get(PAGE), &[&old, "No former key pairs", "Draw a new key pair"]);
    shows(&browser.get(ROTATE), &[&old, "for a year"]);
    leads_back(&rotate(&browser, &old, "always", " 0.8, ,0.9<b>"));
    let new = public_key(&server);
    assert_ne!(new, old);
    let said = "programs that are out go on with the former one";
    let version = &server.app.version;
    let page = browser.get(PAGE);
    shows(&page, &[&new, &old, said, &escaped("0.9<b>"), "without end", "The version that is set"]);
    assert!(!page.text().contains("0.9<b>"));
    let listed = former(&server);
    assert_eq!(listed.len(), 1, "{listed:?}");
    let [row] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!((row["public_key"].as_str(), row["signs"].as_bool()), (Some(&*old), Some(true)));
    assert_eq!(row["until"], Value::Null);
    for known in ["0.8", "0.9<b>", version] {
        assert!(row["versions"].as_array().expect("a list").contains(&known.into()), "{row}");
    }

    // Programs that are out go on, and are counted; those of the next version have the new key.
    eventually("the new key pair", || signed_by(&init(&server, "2.0"), &new).then_some(()));
    assert!(signed_by(&init(&server, version), &old) && signed_by(&init(&server, version), &old));
    assert!(signed_by(&init(&server, "0.8"), &old));
    let (started, outdated) = eventually("the counts", || {
        let row = former(&server).swap_remove(0);
        let counts = (row["started"].as_i64()?, row["outdated"].as_i64()?);
        (counts.0 >= 2 && counts.1 >= 1).then_some(counts)
    });
    assert_eq!((started, outdated), (2, 1));
    server.cli.ok(&["app", "set", &server.app.path(), "version=2.0"]);
    eventually("the version", || {
        (!browser.get(PAGE).text().contains("The version that is set")).then_some(())
    });

    let number = listed[0]["number"].to_string();
    let ask = browser.get(&format!("{END}?number={number}"));
    shows(&ask, &["0.8", "started 2 times, and told once", "cannot be brought back"]);
    leads_back(&browser.post(END, &[("number", &number)]));
    shows(&browser.get(PAGE), &["The former key pair signs no more.", "ended"]);
    eventually("the end", || signed_by(&init(&server, "0.8"), &new).then_some(()));
    // It ended once.
    assert_eq!(browser.post(END, &[("number", &number)]).status, 404);
    let log = server.cli.json(&["audit", "list", &server.app.path(), "--json"]);
    let log = log.to_string();
    assert!(log.contains("rotate-key-pair") && log.contains("end-key-pair"), "{log}");
    assert!(log.contains(&format!("public key: {old} → {new}")), "{log}");
}

#[test]
fn what_is_unfit_changes_nothing_and_is_kept() {
    let server = Server::start();
    let (browser, old) = (server.browser(), server.app.public_key.clone());
    let long = "v".repeat(41);
    for (key, grace, versions, says) in [
        ("", "always", "", "Another key pair was drawn meanwhile"),
        (&*"0".repeat(64), "always", "", "Another key pair was drawn meanwhile"),
        (&old, "", "", "Choose how long"),
        (&old, "-1", "", "Choose how long"),
        (&old, "0", &long, "No version has more than 40 bytes"),
    ] {
        let reply = rotate(&browser, key, grace, versions);
        assert_eq!(reply.status, 422, "{says}: {}", reply.text());
        assert!(reply.text().contains(says) && reply.text().contains(versions), "{}", reply.text());
    }
    for number in ["", "0", "x", "-1", "99999999999999999999"] {
        assert_eq!(browser.get(&format!("{END}?number={number}")).status, 404, "{number}");
        assert_eq!(browser.post(END, &[("number", number)]).status, 404, "{number}");
    }
    assert_eq!(public_key(&server), old);
    // Sent twice, it is done once; a key that was stolen signs for nobody.
    leads_back(&rotate(&browser, &old, "0", ""));
    assert_eq!(rotate(&browser, &old, "0", "").status, 422);
    let new = public_key(&server);
    eventually("the new key pair", || signed_by(&init(&server, &server.app.version), &new).then_some(()));
    shows(&browser.get(PAGE), &[&new, &old, "ended"]);
    let refused = server.cli.fails(&["app", "end-key-pairs", &server.app.path(), "--number", "0", "--yes"]);
    assert!(refused.contains("no key pair 0 of demo/demo-app signs"), "{refused}");
}

#[test]
fn managers_look_and_the_owner_draws() {
    let server = Server::start();
    let looking = manager(&server, "looking", SETTINGS);
    let page = looking.get(PAGE);
    shows(&page, &[&server.app.public_key]);
    assert!(!page.text().contains("Draw a new key pair"), "{}", page.text());
    assert_eq!(looking.get(ROTATE).status, 403);
    assert_eq!(rotate(&looking, &server.app.public_key, "always", "").status, 403);
    assert_eq!(public_key(&server), server.app.public_key);
}

#[test]
fn where_one_key_pair_signs_for_all_there_is_nothing_to_draw() {
    let server = Server::start_with("single_signing_key = true");
    let page = server.browser().get(PAGE);
    let key = server.cli.json(&["app", "show", &server.app.path(), "--json"])["server_public_key"].clone();
    shows(&page, &[key.as_str().expect("a key"), "single_signing_key"]);
    assert!(!page.text().contains("Draw a new key pair"));
}
