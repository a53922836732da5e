//! What customers do in the panel: redeem, free devices, end sessions, change what they sign in with.

use std::{fs, thread};

use crate::support::panel::{Customer, turn_on};
use crate::support::people::manager;
use crate::support::proxied::on_both;
use crate::support::vendor::{PASS, hostile};
use crate::support::{HWID, OTHER_HWID, Reply, Server, escaped, now};

/// Texts that no form means.
fn odd() -> Vec<String> {
    let mut all =
        vec![String::new(), "\0".into(), "é".repeat(15_000), "-1".into(), "' OR 1=1 --".into(), "<b>".into()];
    all.extend(hostile().into_iter().filter(|text| text.len() < 1000));
    all
}

fn assert_problem(reply: &Reply, told: &str) {
    let alert = reply.text().split("role=\"alert\"").nth(1).and_then(|rest| rest.split("</").next());
    assert!(
        reply.status == 422 && alert.is_some_and(|alert| alert.contains(told)),
        "{told}: {} {alert:?}",
        reply.status
    );
}

#[test]
fn a_license_is_redeemed_once() {
    on_both(|server| {
        let app = &server.app;
        turn_on(server, app, &[], &[]);
        app.add_user("alice");
        let customer = Customer::signed_in(app, "alice", PASS);
        let before = app.expiry("alice", 0);
        let key = app.add_license("expiry=5");
        for text in odd() {
            assert_problem(&customer.post("redeem", &[("key", &text)]), "There is no such license key.");
        }
        // Two windows at once: one of them has it.
        let token = customer.token();
        let fields = [("token", token.as_str()), ("key", &key)];
        let replies: Vec<u16> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    let customer = customer.clone();
                    scope.spawn(move || {
                        customer.post_as("redeem", &fields, &[("Sec-Fetch-Site", "same-origin")]).status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a reply")).collect()
        });
        assert_eq!(replies.iter().filter(|status| **status == 303).count(), 1, "{replies:?}");
        assert_eq!(app.expiry("alice", 0), before + 5 * 86_400);
        assert_problem(&customer.post("redeem", &[("key", &key)]), "This license key was used before.");
        let banned = app.add_license("expiry=5");
        app.sell("ban", &[("key", &banned), ("reason", "x")]);
        assert_problem(&customer.post("redeem", &[("key", &banned)]), "This license key is banned.");
        let other_level = app.add_license("expiry=5&level=99");
        assert_problem(&customer.post("redeem", &[("key", &other_level)]), "The vendor has no subscription");
        let fresh = app.add_license("expiry=5");
        customer
            .says(&customer.post("redeem", &[("key", &format!(" {fresh} "))]), "The license is redeemed.");
        // The key that was typed is kept for correction, and shown as text.
        let reply = customer.post("redeem", &[("key", "<b>\"x")]);
        assert!(reply.text().contains(&format!("value=\"{}\"", escaped("<b>\"x"))), "{}", reply.text());
    });
}

#[test]
fn a_customer_without_time_comes_back_by_a_license() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    app.sell("delsub", &[("user", "alice"), ("sub", "default")]);
    let customer = Customer::signed_in(app, "alice", PASS);
    assert!(customer.get("").text().contains("You have no subscription."));
    let key = app.add_license("expiry=3");
    customer.says(&customer.post("redeem", &[("key", &key)]), "The license is redeemed.");
    let home = customer.get("");
    // The last second of three days may have passed.
    assert!(["2 days left", "3 days left"].iter().any(|left| home.text().contains(left)), "{}", home.text());
    assert_eq!(app.login_says("alice", HWID), "Logged in!");
}

#[test]
fn devices_are_freed_within_the_vendors_limits() {
    on_both(|server| {
        let app = &server.app;
        turn_on(server, app, &[], &[]);
        app.add_user("alice");
        let customer = Customer::signed_in(app, "alice", PASS);
        assert!(customer.get("").text().contains("No device is bound."));
        let session = app.sign_in("alice");
        let home = customer.get("");
        assert!(home.text().contains(&format!("<code dir=\"ltr\">{HWID}</code>")), "{}", home.text());
        assert_eq!(app.login_says("alice", OTHER_HWID), "HWID doesn't match. Ask for a HWID reset");
        let ask = customer.get(&format!("devices/free?device={HWID}"));
        for part in ["Free this device?", HWID, "you have to wait 7 days", "Running programs are signed out."]
        {
            assert!(ask.text().contains(part), "{part}: {}", ask.text());
        }
        for text in odd().into_iter().filter(|text| !text.is_empty()) {
            assert_problem(
                &customer.post("devices/free", &[("device", &text)]),
                "This device is not bound any more.",
            );
        }
        // Two at once free it once.
        let token = customer.token();
        let fields = [("token", token.as_str()), ("device", HWID)];
        let replies: Vec<u16> = thread::scope(|scope| {
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let customer = customer.clone();
                    scope.spawn(move || {
                        customer.post_as("devices/free", &fields, &[("Sec-Fetch-Site", "same-origin")]).status
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a reply")).collect()
        });
        assert_eq!(replies.iter().filter(|status| **status == 303).count(), 1, "{replies:?}");
        session.is_dead();
        let until =
            app.userdata("alice")["cooldown"].as_str().expect("a time").parse::<i64>().expect("a number");
        assert!((until - now() - 604_800).abs() < 60, "{until}");
        assert_eq!(app.login_says("alice", OTHER_HWID), "Logged in!");
        // The next one has to wait, whatever the form says.
        let home = customer.get("");
        assert!(
            home.text().contains("You can free devices again 20") && !home.text().contains("devices/free")
        );
        assert_eq!(customer.get(&format!("devices/free?device={OTHER_HWID}")).status, 303);
        let refused = customer.post("devices/free", &[("device", OTHER_HWID)]);
        assert_problem(&refused, "You can free devices again 20");
        assert_eq!(app.login_says("alice", HWID), "HWID doesn't match. Ask for a HWID reset");
        // The vendor shortens it.
        app.sell("setcooldown", &[("user", "alice"), ("cooldown", "0")]);
        app.sell("addhwiduser", &[("user", "alice"), ("hwid", "second-device-of-alice")]);
        let ask = customer.get("devices/free");
        assert!(ask.text().contains("Free all 2 devices?"), "{}", ask.text());
        // Of two, one stays.
        customer.says(
            &customer.post("devices/free", &[("device", "second-device-of-alice")]),
            "The device is free.",
        );
        assert_eq!(app.login_says("alice", HWID), "HWID doesn't match. Ask for a HWID reset");
        assert_eq!(app.login_says("alice", OTHER_HWID), "Logged in!");
        app.sell("setcooldown", &[("user", "alice"), ("cooldown", "0")]);
        app.sell("addhwiduser", &[("user", "alice"), ("hwid", "second-device-of-alice")]);
        customer.says(&customer.post("devices/free", &[]), "2 devices are free.");
        assert_eq!(app.login_says("alice", HWID), "Logged in!");
    });
}

#[test]
fn sessions_end_and_nobody_elses() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    app.add_user("bob");
    let customer = Customer::signed_in(app, "alice", PASS);
    assert!(customer.get("").text().contains("No program is running."));
    let (first, second, others) = (app.sign_in("alice"), app.sign_in("alice"), app.sign_in("bob"));
    let anonymous = app.init("1.2");
    let home = customer.get("");
    assert!(
        home.text().contains(&first.id)
            && home.text().contains(&second.id)
            && !home.text().contains(&others.id)
    );
    let mut ids = vec![others.id.clone(), anonymous.id.clone()];
    ids.extend(odd());
    for id in ids {
        assert_problem(
            &customer.post("sessions/end", &[("session", &id)]),
            "This session has ended already.",
        );
    }
    others.is_validated();
    customer.says(&customer.post("sessions/end", &[("session", &first.id)]), "The session has ended.");
    first.is_dead();
    second.is_validated();
    let third = app.sign_in("alice");
    customer.says(&customer.post("sessions/end-all", &[]), "2 sessions have ended.");
    second.is_dead();
    third.is_dead();
    others.is_validated();
    assert!(customer.is_in(), "the browser stays signed in");
    // Other browsers.
    let other = Customer::signed_in(app, "alice", PASS);
    let bob = Customer::signed_in(app, "bob", PASS);
    customer.says(&customer.post("browsers/end", &[]), "One other browser is signed out.");
    assert!(customer.is_in() && !other.is_in() && bob.is_in());
}

#[test]
fn passwords_are_changed_by_whoever_knows_them() {
    on_both(|server| {
        let app = &server.app;
        turn_on(server, app, &[], &[]);
        app.add_user("alice");
        let (customer, other) =
            (Customer::signed_in(app, "alice", PASS), Customer::signed_in(app, "alice", PASS));
        let session = app.sign_in("alice");
        const NEW: &str = "  a newer one \u{1F980} ";
        let change = |old: &str, new: &str| customer.post("password", &[("old", old), ("new", new)]);
        assert_problem(&change("wrong", NEW), "This is not your password.");
        assert_problem(&change("", NEW), "This is not your password.");
        assert_problem(&change(PASS, "seven c"), "A password has at least 8 characters.");
        assert_problem(&change(PASS, "   seven c   "), "A password has at least 8 characters.");
        assert_problem(&change(PASS, &"x".repeat(1001)), "A password has at most 1000 bytes.");
        session.is_validated();
        let before = customer.browser.cookies();
        customer.says(&change(PASS, NEW), "Your password is changed.");
        assert!(customer.is_in() && !other.is_in());
        session.is_dead();
        // A copy of the cookie from before is worth nothing.
        let stolen = Customer { browser: crate::support::Browser::new(&app.address), ..customer.clone() };
        let reply = stolen.browser.send("GET", &stolen.base, &[("Cookie", &before)], b"");
        assert_eq!(reply.status, 303);
        assert_eq!(app.login("alice", NEW.trim(), HWID).json()["message"], "Logged in!");
        assert_eq!(app.login("alice", PASS, HWID).json()["message"], "Password does not match.");
        Customer::signed_in(app, "alice", NEW);
    });
}

#[test]
fn files_are_given_by_whoever_may_see_them_and_while_they_are_offered() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    let path = server.folder().join("loader.exe");
    fs::write(&path, "what it holds").expect("a file");
    server.cli.ok(&[
        "file",
        "add",
        &app.path(),
        path.to_str().expect("a path"),
        "--public",
        "--id",
        "loader",
    ]);
    // Who may change the panel, but sees no files, must not give any to a customer, who may be the same person.
    const PAGE: &str = "/dashboard/demo-app/customers-panel";
    let give = [("file", "loader"), ("all", "on")];
    let without = manager(&server, "without", 4095 & !64);
    let page = without.get(PAGE);
    assert!(page.status == 200 && !page.text().contains("loader.exe"), "{}", page.text());
    assert_eq!(without.post(&format!("{PAGE}/file"), &give).status, 403);
    let customer = Customer::signed_in(app, "alice", PASS);
    assert_eq!(customer.get("downloads/loader").status, 404);
    let with = manager(&server, "with", 1024 | 64);
    assert!(with.get(PAGE).text().contains("loader.exe"));
    assert_eq!(with.post(&format!("{PAGE}/file"), &give).status, 303);
    let link = || {
        let reply = customer.get("downloads/loader");
        assert_eq!(reply.status, 303, "{}", reply.text());
        reply.header("location").expect("a link").to_owned()
    };
    let first = link();
    assert_eq!(customer.browser.get(&first).text(), "what it holds");
    // What the vendor offers no more, no link gives.
    turn_on(&server, app, &["downloads"], &[]);
    assert_eq!(customer.get("downloads/loader").status, 404);
    assert_ne!(customer.browser.get(&first).status, 200);
    turn_on(&server, app, &[], &[]);
    let second = link();
    assert_eq!(customer.browser.get(&second).status, 200);
    let off = [("light", "#2f5bd0"), ("dark", "#86a8ff"), ("language", "en")];
    assert_eq!(server.browser().post(PAGE, &off).status, 303);
    assert_ne!(customer.browser.get(&second).status, 200);
}
