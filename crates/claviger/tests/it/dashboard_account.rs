//! A person's account: password, two-factor sign-in, passkeys, where one is signed in, the log.

use crate::{
    client_two_factor::code,
    support::{Browser, Reply, Server, without_ages},
};

const ACCOUNT: &str = "/dashboard/-/account";
const SIGN_IN: &str = "/dashboard/-/sign-in";
const NEW: &str = "four words that differ";

fn assert_to(reply: &Reply, to: &str) {
    assert_eq!((reply.status, reply.header("location")), (303, Some(to)), "{}", reply.text());
}

/// What stands between two texts on a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("{before}: {page}"));
    rest.split_once(after).unwrap_or_else(|| panic!("{after}: {page}")).0
}

/// Switches two-factor sign-in on; the secret and the recovery codes.
fn switch_on(browser: &Browser) -> (String, Vec<String>) {
    assert_to(&browser.post("/dashboard/-/account/two-factor/begin", &[]), "/dashboard/-/account/two-factor");
    let page = browser.get("/dashboard/-/account/two-factor");
    let secret = between(page.text(), "<code id=\"secret\" class=\"break\">", "</code>").to_owned();
    assert!(page.text().contains("<svg ") && page.text().contains("otpauth://totp/"), "{}", page.text());
    let wrong = browser.post("/dashboard/-/account/two-factor/confirm", &[("code", "000000")]);
    assert!(wrong.status == 422 && wrong.text().contains(&secret), "{}", wrong.text());
    let codes = browser.post("/dashboard/-/account/two-factor/confirm", &[("code", &code(&secret, 0))]);
    assert_eq!(codes.status, 200, "{}", codes.text());
    let list = between(codes.text(), "<ol class=\"codes\">", "</ol>");
    let codes: Vec<String> =
        list.split("<code>").skip(1).map(|rest| rest.split('<').next().unwrap_or_default().into()).collect();
    assert_eq!(codes.len(), 10, "{list}");
    (secret, codes)
}

/// Shows the password; the ticket of the form for the code.
fn ticket(server: &Server, browser: &Browser) -> String {
    let password = server.demo.dashboard.password.as_str();
    let reply = browser.post(SIGN_IN, &[("name", "demo"), ("password", password), ("next", ACCOUNT)]);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.text().contains(&format!("value=\"{ACCOUNT}\"")), "{}", reply.text());
    between(reply.text(), "name=\"ticket\" value=\"", "\"").to_owned()
}

fn with_code(browser: &Browser, ticket: &str, code: &str) -> Reply {
    browser.post("/dashboard/-/sign-in/code", &[("ticket", ticket), ("code", code), ("next", ACCOUNT)])
}

#[test]
fn a_code_is_asked_for_after_the_password() {
    let server = Server::start();
    let (secret, codes) = switch_on(&server.browser());
    let browser = Browser::new(&server.app.address);
    let first = ticket(&server, &browser);
    assert_eq!(browser.get(ACCOUNT).status, 303, "the password alone is not enough");
    let wrong = with_code(&browser, &first, "<b>");
    assert!(wrong.status == 422 && wrong.text().contains("wrong or was used before"), "{}", wrong.text());
    let right = code(&secret, 1);
    assert_to(&with_code(&browser, &first, &right), ACCOUNT);
    // The same code, and the same form.
    let other = Browser::new(&server.app.address);
    let second = ticket(&server, &other);
    assert_eq!(with_code(&other, &second, &right).status, 422);
    let again = with_code(&other, &first, &codes[0]);
    assert!(again.status == 422 && again.text().contains("begin again"), "{}", again.text());
    // A recovery code, once.
    assert_to(&with_code(&other, &second, &codes[1]), ACCOUNT);
    let third = Browser::new(&server.app.address);
    let ticket = ticket(&server, &third);
    assert_eq!(with_code(&third, &ticket, &codes[1]).status, 422);
    let account = other.get(ACCOUNT);
    assert!(account.text().contains("recovery code"), "{}", account.text());
    let log = other.get("/dashboard/-/account-logs");
    for event in ["two-factor sign-in on", "sign-in failed", "password, recovery code"] {
        assert!(log.text().contains(event), "{event}: {}", log.text());
    }
    // Switched off, the password is enough.
    assert_to(&other.post("/dashboard/-/account/two-factor/end", &[]), ACCOUNT);
    assert_eq!(browser.get(ACCOUNT).status, 303, "other browsers are signed out");
    server.browser();
}

#[test]
fn the_password_is_changed_and_others_are_signed_out() {
    let server = Server::start();
    let (browser, other) = (server.browser(), server.browser());
    for bad in ["", "short", "demodemodemo", "password1"] {
        let reply = browser.post("/dashboard/-/account/password", &[("password", bad)]);
        assert_eq!(reply.status, 422, "{bad}");
        assert!(reply.text().contains("role=\"alert\""), "{}", reply.text());
    }
    assert_eq!(other.get(ACCOUNT).status, 200);
    assert_to(&browser.post("/dashboard/-/account/password", &[("password", NEW)]), ACCOUNT);
    assert_eq!((browser.get(ACCOUNT).status, other.get(ACCOUNT).status), (200, 303));
    Browser::signed_in(&server.app.address, "demo", NEW);
    let old = server.demo.dashboard.password.as_str();
    let reply = Browser::new(&server.app.address).post(SIGN_IN, &[("name", "demo"), ("password", old)]);
    assert_eq!(reply.status, 422);
}

#[test]
fn browsers_are_signed_out_one_by_one_or_all() {
    let server = Server::start();
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], NEW);
    let (browser, second, third) = (server.browser(), server.browser(), server.browser());
    let stranger = Browser::signed_in(&server.app.address, "other", NEW);
    let page = browser.get(ACCOUNT);
    let id = between(page.text(), "name=\"id\" value=\"", "\"").to_owned();
    // Another person's is not there.
    stranger.post("/dashboard/-/account/sign-ins/end", &[("id", &id)]);
    assert_eq!((second.get(ACCOUNT).status, third.get(ACCOUNT).status), (200, 200));
    assert_to(&browser.post("/dashboard/-/account/sign-ins/end", &[("id", &id)]), ACCOUNT);
    let left = [second.get(ACCOUNT).status, third.get(ACCOUNT).status];
    assert_eq!(left.iter().filter(|status| **status == 200).count(), 1, "{left:?}");
    assert_to(&browser.post("/dashboard/-/account/sign-ins/end-others", &[]), ACCOUNT);
    assert_eq!((second.get(ACCOUNT).status, third.get(ACCOUNT).status), (303, 303));
    assert_eq!((browser.get(ACCOUNT).status, stranger.get(ACCOUNT).status), (200, 200));
    for broken in ["", "x", "-1", "99999999999999999999", "1 OR 1=1"] {
        let reply = browser.post("/dashboard/-/account/sign-ins/end", &[("id", broken)]);
        assert!([303, 404].contains(&reply.status), "{broken}");
    }
    assert_eq!(stranger.get(ACCOUNT).status, 200);
}

#[test]
fn a_copy_of_the_cookie_is_worth_nothing_after_a_proof() {
    let server = Server::start();
    let browser = server.browser();
    let copy = browser.clone();
    let password = server.demo.dashboard.password.as_str();
    let wrong = browser.post("/dashboard/-/confirm", &[("password", "wrong"), ("next", ACCOUNT)]);
    assert_eq!((wrong.status, copy.get(ACCOUNT).status), (422, 200));
    assert_to(&browser.post("/dashboard/-/confirm", &[("password", password), ("next", ACCOUNT)]), ACCOUNT);
    assert_eq!((browser.get(ACCOUNT).status, copy.get(ACCOUNT).status), (200, 303));
    let copy = browser.clone();
    switch_on(&browser);
    assert_eq!((browser.get(ACCOUNT).status, copy.get(ACCOUNT).status), (200, 303));
    let signed_out = browser.post("/dashboard/-/sign-out", &[]);
    assert_eq!(signed_out.header("clear-site-data"), Some("\"cache\""));
}

#[test]
fn the_operator_signs_a_person_out_everywhere() {
    let server = Server::start();
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], NEW);
    let (browser, second) = (server.browser(), server.browser());
    let other = Browser::signed_in(&server.app.address, "other", NEW);
    server.cli.ok(&["owner", "sign-out", "Demo"]);
    let seen = [&browser, &second, &other].map(|browser| browser.get(ACCOUNT).status);
    assert_eq!(seen, [303, 303, 200]);
    let log = server.browser().get("/dashboard/-/account-logs");
    assert!(log.text().contains("2, by the operator"), "{}", log.text());
    let refused = server.cli.fails(&["owner", "sign-out", "nobody"]);
    assert!(refused.contains("there is no owner, manager or reseller `nobody`"), "{refused}");
}

#[test]
fn forms_of_the_account_take_nothing_from_others() {
    let server = Server::start();
    server.cli.ok_with_input(&["owner", "create", "other", "--password-stdin"], NEW);
    let browser = server.browser();
    let stranger = Browser::signed_in(&server.app.address, "other", NEW);
    let (token, foreign) = (browser.token(), stranger.token());
    let before = without_ages(browser.get(ACCOUNT).text()).replace(&token, "");
    for path in [
        "/dashboard/-/account/looks",
        "/dashboard/-/account/sign-ins/end",
        "/dashboard/-/account/sign-ins/end-others",
        "/dashboard/-/account/password",
        "/dashboard/-/account/two-factor/begin",
        "/dashboard/-/account/two-factor/confirm",
        "/dashboard/-/account/two-factor/recovery",
        "/dashboard/-/account/two-factor/end",
        "/dashboard/-/account/passkeys",
        "/dashboard/-/account/passkeys/question",
        "/dashboard/-/account/passkeys/remove",
        "/dashboard/-/confirm",
        "/dashboard/-/confirm/code",
        "/dashboard/-/confirm/passkey",
    ] {
        let nobody = Browser::new(&server.app.address);
        let fields = [("password", NEW), ("theme", "dark"), ("id", "1")];
        let reply = nobody.post(path, &fields);
        assert!(
            reply.status == 303 && reply.header("location").is_some_and(|to| to.starts_with(SIGN_IN)),
            "{path}: {}",
            reply.status
        );
        for (token, site) in [("", "same-origin"), (&foreign, "same-origin"), (&token, "cross-site")] {
            let fields = [&fields[..], &[("token", token)]].concat();
            let reply = browser.post_as(path, &fields, &[("Sec-Fetch-Site", site)]);
            assert_eq!(reply.status, 403, "{path} {site}");
        }
    }
    assert_eq!(without_ages(browser.get(ACCOUNT).text()).replace(&token, ""), before);
}

#[test]
fn passkeys_are_offered_where_browsers_allow_them() {
    let server = Server::start();
    let browser = server.browser();
    let page = browser.get("/dashboard/-/account/passkeys");
    assert!(
        page.text().contains("names") || page.text().contains("with a name and HTTPS"),
        "{}",
        page.text()
    );
    let question = browser.post("/dashboard/-/account/passkeys/question", &[]);
    assert_eq!(question.status, 422, "{}", question.text());
    let server = Server::start_with("public_url = \"http://localhost:8080\"\n");
    let browser = server.browser();
    let question = browser.post("/dashboard/-/account/passkeys/question", &[]);
    assert_eq!(question.status, 200, "{}", question.text());
    let json = question.json();
    assert!(json["ticket"].as_str().is_some_and(|ticket| ticket.len() > 64), "{json}");
    assert!(json["options"].to_string().contains("\"name\":\"demo\""), "{json}");
    let ticket = json["ticket"].as_str().unwrap_or_default();
    for answer in ["", "{}", "<b>", "\0"] {
        let fields = [("ticket", ticket), ("answer", answer), ("name", "x")];
        let reply = browser.post("/dashboard/-/account/passkeys", &fields);
        assert!(reply.status == 422 && reply.text().contains("not accepted"), "{}", reply.text());
    }
    let nobody = Browser::new(&server.app.address);
    let question = nobody.post("/dashboard/-/sign-in/question", &[]);
    assert!(question.json()["options"].to_string().contains("challenge"));
    let reply = nobody.post("/dashboard/-/sign-in/passkey", &[("ticket", "00"), ("answer", "{}")]);
    assert!(reply.status == 422 && reply.text().contains("begin again"), "{}", reply.text());
    for id in ["", "x", "7"] {
        let reply = browser.get(&format!("/dashboard/-/account/passkeys/remove?id={id}"));
        assert_eq!(reply.status, 404);
    }
}

#[test]
fn looks_are_kept_and_hostile_ones_refused() {
    let server = Server::start();
    let browser = server.browser();
    let looks = |theme: &str, zone: &str| {
        browser.post("/dashboard/-/account/looks", &[("theme", theme), ("zone", zone)])
    };
    assert_to(&looks("dark", "Europe/Berlin"), ACCOUNT);
    let page = browser.get(ACCOUNT);
    assert!(page.text().contains("data-theme=\"dark\" data-zone=\"Europe/Berlin\""), "{}", page.text());
    let hostile = "\"><script>alert(1)</script>";
    let reply = looks("dark", hostile);
    assert_eq!(reply.status, 422);
    assert!(!reply.text().contains("<script>alert"), "{}", reply.text());
    assert_to(&looks(hostile, ""), ACCOUNT);
    assert!(browser.get(ACCOUNT).text().contains("data-theme=\"system\" data-zone=\"\""));
}

#[test]
fn everybody_reads_what_they_may_do() {
    let server = Server::start();
    let page = server.browser().get(ACCOUNT);
    assert!(page.text().contains("claviger owner set-role demo seller"), "{}", page.text());
    server.cli.ok(&["owner", "set-role", "demo", "tester"]);
    let page = server.browser().get(ACCOUNT);
    assert!(page.text().contains("everything but the Seller API"), "{}", page.text());
}

#[test]
fn the_log_goes_back_page_by_page() {
    let server = Server::start();
    let browser = server.browser();
    for _ in 0..30 {
        server.browser().post("/dashboard/-/sign-out", &[]);
    }
    let rows = |page: &Reply| page.text().matches("<td class=\"tight\">").count();
    let page = browser.get("/dashboard/-/account-logs");
    assert_eq!(rows(&page), 50, "{}", page.text());
    let older = between(page.text(), "href=\"/dashboard/-/account-logs?", "\"");
    let last = browser.get(&format!("/dashboard/-/account-logs?{older}"));
    assert_eq!(rows(&last), 11, "{}", last.text());
    assert!(!last.text().contains("rel=\"next\""));
}
