//! Signing in through an identity provider: what is believed, what is refused, linking, and showing that it is still you.

use std::thread;

use serde_json::json;

use crate::support::by_provider::{
    ACCOUNT, PASSWORD, PROVIDER, back, field, identities, is_signed_in, link, sent, settings, sign_in,
    unlink, walk,
};
use crate::support::issuer::{Issuer, Says};
use crate::support::proxied::on_both_with;
use crate::support::{Browser, Reply, Server, escaped};

#[test]
fn a_linked_account_signs_in() {
    let issuer = Issuer::start();
    on_both_with(&settings(&issuer, ""), |server| {
        let page = Browser::new(&server.app.address).get("/dashboard/-/sign-in");
        assert!(page.text().contains("Sign in with Acme SSO"), "{}", page.text());
        let (stranger, refused) = sign_in(server, &issuer, json!({}));
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("Nobody here is linked"), "{}", refused.text());
        assert!(!is_signed_in(&stranger));
        let owner = server.browser();
        let linked = link(&owner, &issuer, json!({}));
        assert_eq!(linked.header("location"), Some(ACCOUNT), "{}", linked.text());
        assert!(owner.get(ACCOUNT).text().contains("rita@example.org"));
        // As the standard has it, with what only this server knows.
        let exchanges = issuer.exchanges.lock().expect("no panic").clone();
        let (body, authorization) = exchanges.last().expect("an exchange");
        for part in ["grant_type=authorization_code", "code=c0de", "code_verifier=", "callback"] {
            assert!(body.contains(part), "{part}: {body}");
        }
        assert_eq!(authorization, "Basic Y2xhdmlnZXI6aHVzaCslMjYraHVzaA==");
        let (browser, reply) = sign_in(server, &issuer, json!({}));
        assert_eq!(reply.header("location"), Some("/dashboard/"), "{}", reply.text());
        assert!(is_signed_in(&browser));
        let log = browser.get("/dashboard/-/account-logs").text().to_owned();
        for words in ["signed in by identity provider", "identity linked", "Acme SSO"] {
            assert!(log.contains(words), "{words}: {log}");
        }
        // Linked once: not with another account too.
        server.cli.ok_with_input(
            &["owner", "create", &format!("other{}", server.app.address.len()), "--password-stdin"],
            PASSWORD,
        );
        let other =
            Browser::signed_in(&server.app.address, &format!("other{}", server.app.address.len()), PASSWORD);
        let again = link(&other, &issuer, json!({}));
        assert_eq!(again.status, 303);
        assert!(
            other
                .get(ACCOUNT)
                .text()
                .contains(&escaped("is linked already, with yours or with somebody else's"))
        );
        // Unlinked, it opens nothing.
        let id = identities(&owner).remove(0);
        unlink(&other, &id);
        assert!(is_signed_in(&sign_in(server, &issuer, json!({})).0), "another person's");
        assert_eq!(unlink(&owner, &id).status, 303);
        assert_eq!(sign_in(server, &issuer, json!({})).1.status, 422);
        for broken in ["", "x", "-1", "99999999999999999999"] {
            let reply = unlink(&owner, broken);
            assert!([303, 404].contains(&reply.status), "{broken}");
        }
    });
}

#[test]
fn what_is_not_right_is_refused() {
    let issuer = Issuer::start();
    let server = Server::start_with(&settings(&issuer, ""));
    link(&server.browser(), &issuer, json!({}));
    let browser = || Browser::new(&server.app.address);
    let start = format!("{PROVIDER}/sign-in");
    let now = crate::support::now();
    for (what, claims) in [
        ("issuer", json!({ "iss": "https://evil.example" })),
        ("issuer with a slash", json!({ "iss": format!("{}/", issuer.url) })),
        ("audience", json!({ "aud": "another" })),
        ("audiences", json!({ "aud": ["another"] })),
        ("several without azp", json!({ "aud": ["claviger", "another"] })),
        ("azp", json!({ "azp": "another" })),
        ("expired", json!({ "exp": now - 100 })),
        ("old", json!({ "iat": now - 3600 })),
        ("future", json!({ "iat": now + 3600 })),
        ("not yet", json!({ "nbf": now + 3600 })),
        ("nonce", json!({ "nonce": "another" })),
        ("no nonce", json!({ "nonce": null })),
        ("no subject", json!({ "sub": "" })),
        ("no issuer", json!({ "iss": null })),
        ("another type", json!({ "exp": "never" })),
    ] {
        let browser = browser();
        let reply = walk(&browser, &issuer, &start, Says { claims, ..Says::default() });
        assert_eq!(reply.status, 422, "{what}: {}", reply.text());
        assert!(reply.text().contains("cannot be believed"), "{what}: {}", reply.text());
        assert!(!is_signed_in(&browser), "{what}");
    }
    for (what, says) in [
        ("forged", Says { forged: true, ..Says::default() }),
        ("unsigned", Says { unsigned: true, ..Says::default() }),
        ("none", Says { head: json!({ "alg": "none" }), unsigned: true, ..Says::default() }),
        ("shared key", Says { head: json!({ "alg": "HS256" }), ..Says::default() }),
        ("another way", Says { head: json!({ "alg": "RS256" }), ..Says::default() }),
        ("unknown key", Says { head: json!({ "kid": "two" }), ..Says::default() }),
        ("crit", Says { head: json!({ "crit": ["exp"] }), ..Says::default() }),
    ] {
        let browser = browser();
        let reply = walk(&browser, &issuer, &start, says);
        assert!(reply.status == 422 && !is_signed_in(&browser), "{what}: {}", reply.text());
    }
    // It still works, several audiences with azp too.
    let claims = json!({ "aud": ["claviger", "another"], "azp": "claviger" });
    assert!(is_signed_in(&sign_in(&server, &issuer, claims).0));
}

#[test]
fn a_provider_that_never_answers_is_told_of_and_holds_up_nobody() {
    let issuer = Issuer::start();
    let server = Server::start_with(&settings(&issuer, ""));
    let owner = server.browser();
    link(&owner, &issuer, json!({}));
    issuer.says(Says { silent: true, ..Says::default() });
    thread::scope(|scope| {
        let walk = || {
            let browser = Browser::new(&server.app.address);
            back(&browser, &sent(&browser, &format!("{PROVIDER}/sign-in")), "")
        };
        let waiting: Vec<_> = (0..4).map(|_| scope.spawn(walk)).collect();
        assert!(is_signed_in(&server.browser()));
        server.app.init("1.2");
        for reply in waiting {
            let reply = reply.join().expect("an answer");
            assert_eq!(reply.status, 503, "{}", reply.text());
            assert!(reply.text().contains("Acme SSO cannot be reached"), "{}", reply.text());
        }
    });
    issuer.says(Says::default());
    assert!(is_signed_in(&sign_in(&server, &issuer, json!({})).0));
}

#[test]
fn a_way_there_is_gone_once_by_one_browser() {
    let issuer = Issuer::start();
    let server = Server::start_with(&settings(&issuer, ""));
    link(&server.browser(), &issuer, json!({}));
    let start = format!("{PROVIDER}/sign-in");
    let go = |browser: &Browser| {
        let to = sent(browser, &start);
        issuer.says(Says { nonce: field(&to, "nonce"), ..Says::default() });
        to
    };
    let refused = |browser: &Browser, reply: &Reply, what: &str| {
        assert_eq!(reply.status, 422, "{what}: {}", reply.text());
        assert!(!is_signed_in(browser), "{what}");
    };
    // Another browser with a stolen address.
    let (victim, thief) = (Browser::new(&server.app.address), Browser::new(&server.app.address));
    let to = go(&victim);
    thief.get("/dashboard/-/sign-in");
    refused(&thief, &back(&thief, &to, ""), "another browser");
    assert_eq!(back(&victim, &to, "").status, 303, "nothing was used up by it");
    assert!(is_signed_in(&victim));
    // The same again, signed out.
    victim.post("/dashboard/-/sign-out", &[]);
    refused(&victim, &back(&victim, &to, ""), "replayed");
    let browser = Browser::new(&server.app.address);
    let to = go(&browser);
    refused(&browser, &back(&browser, &to, "&iss=https%3A%2F%2Fevil.example"), "mixed up");
    refused(&browser, &back(&browser, &to, ""), "used up by it");
    for state in ["", "x", "00", "%00", "%FF", &"a".repeat(20_000)] {
        let reply = browser.get(&format!("{PROVIDER}/callback?code=x&state={state}"));
        refused(&browser, &reply, state);
    }
    let to = go(&browser);
    let denied =
        browser.get(&format!("{PROVIDER}/callback?error=access_denied&state={}", field(&to, "state")));
    refused(&browser, &denied, "denied");
    assert!(denied.text().contains("did not let you in"), "{}", denied.text());
    let to = go(&browser);
    refused(&browser, &browser.get(&format!("{PROVIDER}/callback?state={}", field(&to, "state"))), "no code");
    assert_eq!(browser.get("/dashboard/-/provider/nobody/sign-in").status, 404);
    assert_eq!(browser.get("/dashboard/-/provider/%00/callback?code=x&state=x").status, 404);
    // No other site begins it.
    let elsewhere = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
    let led = browser.send("GET", &start, &elsewhere, b"");
    assert_eq!(led.header("location"), Some("/dashboard/-/sign-in?next=%2Fdashboard%2F"), "{}", led.text());
    // Elsewhere it leads nowhere.
    let to = sent(&browser, &format!("{start}?next=https%3A%2F%2Fevil.example%2F"));
    issuer.says(Says { nonce: field(&to, "nonce"), ..Says::default() });
    assert_eq!(back(&browser, &to, "").header("location"), Some("/dashboard/"));
}

#[test]
fn it_is_still_you_by_a_provider() {
    let issuer = Issuer::start();
    let server = Server::start_with(&settings(&issuer, ""));
    let browser = server.browser();
    link(&browser, &issuer, json!({}));
    let age = || {
        let database = rusqlite::Connection::open(server.data().join("claviger.db")).expect("the database");
        database.busy_timeout(std::time::Duration::from_secs(30)).expect("patience");
        database.execute("UPDATE people_sign_ins SET proved = 0", []).expect("a change");
    };
    age();
    let asked = browser.get("/dashboard/demo-app/seller-settings/new");
    let confirm = browser.get(asked.header("location").expect("the question"));
    assert!(confirm.text().contains("Acme SSO"), "{}", confirm.text());
    let start = format!("{PROVIDER}/prove?next=/dashboard/demo-app/seller-settings/new");
    let to = sent(&browser, &start);
    assert!(to.contains("prompt=login") && to.contains("max_age=0"), "{to}");
    let now = crate::support::now();
    for claims in
        [json!({}), json!({ "auth_time": now - 1000 }), json!({ "auth_time": now, "sub": "somebody" })]
    {
        walk(&browser, &issuer, &start, Says { claims, ..Says::default() });
        assert_eq!(browser.get("/dashboard/demo-app/seller-settings/new").status, 303);
    }
    let before = browser.clone();
    let claims = json!({ "auth_time": now });
    let reply = walk(&browser, &issuer, &start, Says { claims, ..Says::default() });
    assert_eq!(reply.header("location"), Some("/dashboard/demo-app/seller-settings/new"), "{}", reply.text());
    assert_eq!(browser.get("/dashboard/demo-app/seller-settings/new").status, 200);
    assert!(!is_signed_in(&before), "a copy of the cookie is worth nothing");
}
