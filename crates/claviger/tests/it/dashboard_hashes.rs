//! `/dashboard/{app}/hashes`: which builds of the program may start.

use crate::support::people::assert_kept_apart;
use crate::support::{Server, eventually};

const PAGE: &str = "/dashboard/demo-app/hashes";
const ONE: &str = "0123456789abcdef0123456789abcdef";
const OTHER: &str = "ffffffffffffffffffffffffffffffff";

fn at(act: &str) -> String {
    format!("{PAGE}/{act}")
}

#[test]
fn hashes_are_added_checked_and_removed() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    assert!(browser.get(PAGE).text().contains("No hashes"));
    let upper = format!(" {} ", ONE.to_uppercase());
    assert_eq!(browser.said(&browser.post(PAGE, &[("hash", &upper)])), "The hash is allowed.");
    browser.said(&browser.post(PAGE, &[("hash", OTHER)]));
    // Twice is once.
    browser.said(&browser.post(PAGE, &[("hash", ONE)]));
    let told = || app.seller("type=appdetails").json()["appdetails"]["hash"].clone();
    assert!(browser.get(PAGE).text().matches("class=\"id\"").count() == 2);
    let starts = |hash: &str| {
        let params = [("ver", app.version.as_str()), ("hash", hash)];
        app.client("1.1", "init", &params).json()["success"] == true
    };
    assert!(starts("nothing"));
    let asked = browser.post(&at("check"), &[("do", "check")]);
    assert!(
        asked.status == 200 && asked.text().contains("sure"),
        "it may lock programs out: {}",
        asked.text()
    );
    browser.said(&browser.post(&at("check"), &[("do", "check"), ("sure", "yes")]));
    eventually("the check", || (!starts("nothing")).then_some(()));
    assert!(starts(ONE) && starts(OTHER));
    assert!(browser.get(&format!("{PAGE}/delete?hash={OTHER}")).text().contains("Remove the hash"));
    assert_eq!(browser.said(&browser.post(&at("delete"), &[("hash", OTHER)])), "The hash is removed.");
    eventually("the removal", || (!starts(OTHER)).then_some(()));
    assert!(starts(ONE));
    let asked = browser.get(&at("reset"));
    assert!(asked.text().contains("no program may start"), "{}", asked.text());
    assert_eq!(browser.said(&browser.post(&at("reset"), &[])), "All hashes are removed.");
    assert_eq!(browser.said(&browser.post(&at("reset"), &[])), "There were no hashes.");
    assert!(browser.get(PAGE).text().contains("There is no hash: no program may start."));
    browser.said(&browser.post(&at("check"), &[("do", "uncheck")]));
    let _ = told;
    let audit = server.cli.json(&["audit", "list", &app.path(), "--json"]);
    let kinds: Vec<_> = (0..4).map(|n| audit[n]["type"].as_str().expect("a type")).collect();
    assert_eq!(kinds, ["settings", "reset-hashes", "remove-hash", "settings"]);
}

#[test]
fn the_next_hash_is_learned() {
    let server = Server::start();
    let (app, browser) = (&server.app, server.browser());
    browser.said(&browser.post(&at("check"), &[("do", "learn")]));
    browser.said(&browser.post(&at("check"), &[("do", "check"), ("sure", "yes")]));
    eventually("a program to be learned", || {
        app.client("1.1", "init", &[("ver", &app.version), ("hash", ONE)]);
        browser.get(PAGE).text().contains(ONE).then_some(())
    });
    browser.said(&browser.post(&at("check"), &[("do", "unlearn")]));
}

#[test]
fn what_is_wrong_is_told() {
    let server = Server::start();
    let browser = server.browser();
    let long = "a".repeat(5000);
    for hash in ["", "abc", "<b>", "g123456789abcdef0123456789abcdef", "\0", &long] {
        let reply = browser.post(PAGE, &[("hash", hash)]);
        assert!(
            reply.status == 422 && reply.text().contains("is no MD5 hash"),
            "{hash:.40}: {}",
            reply.text()
        );
        assert!(!reply.text().contains("<b>"));
    }
    assert_eq!(browser.post(PAGE, &[]).status, 422);
    for act in ["", "on", "check\0"] {
        assert_eq!(browser.post(&at("check"), &[("do", act)]).status, 400, "{act}");
    }
    for hash in ["", OTHER, "\0", "'"] {
        assert_eq!(browser.post(&at("delete"), &[("hash", hash)]).status, 404, "{hash}");
    }
    assert_eq!(browser.get(&at("delete?hash=%FF")).status, 404);
    assert!(browser.get(PAGE).text().contains("No hashes"));
}

#[test]
fn others_are_kept_apart() {
    let server = Server::start();
    let fields: &[(&str, &str)] = &[("hash", ONE), ("do", "check")];
    let posts = [(PAGE, fields), (&*at("check"), fields), (&*at("delete"), fields), (&*at("reset"), fields)];
    assert_kept_apart(&server, 1024, &[PAGE, &at("reset")], &posts);
    assert!(server.browser().get(PAGE).text().contains("No hashes"));
}
