//! Notices: an owner is told by mail and by calls, each once.

use crate::support::{
    Browser, Server, crypto::hmac_sha256, eventually, mailbox::Mailbox, target::Target, vendor::hostile,
};

const PAGE: &str = "/dashboard/demo-app/notices";

fn start(mailbox: &Mailbox) -> Server {
    Server::start_with(&format!(
        "smtp_url = {:?}\nsmtp_from = \"Claviger <keys@example.org>\"\noutgoing_allow = [\"127.0.0.1/32\"]\n",
        mailbox.url
    ))
}

fn save(browser: &Browser, email: &str, url: &str, more: &[(&str, &str)]) -> crate::support::Reply {
    let mut fields = vec![("email", email), ("url", url)];
    fields.extend_from_slice(more);
    if !more.iter().any(|(name, _)| *name == "refusals") {
        fields.push(("refusals", "3"));
    }
    if !more.iter().any(|(name, _)| *name == "days") {
        fields.push(("days", "7"));
    }
    browser.post(PAGE, &fields)
}

/// The link in a mail, whose lines may be broken (quoted-printable).
fn link_of(mail: &str) -> String {
    let whole = mail.replace("=\n", "").replace("=3D", "=");
    let (_, rest) = whole.split_once("/confirm?link=").expect("a link");
    rest.chars().take_while(char::is_ascii_hexdigit).collect()
}

#[test]
fn mails_come_once_the_address_is_confirmed() {
    let mailbox = Mailbox::start();
    let server = start(&mailbox);
    let browser = server.browser();
    assert_eq!(save(&browser, "me@example.org", "", &[("tell", "ending")]).status, 303);
    let mail = eventually("the link", || mailbox.mails().pop());
    assert!(mail.contains("me@example.org"), "{mail}");
    // Nothing is sent before.
    assert!(!browser.get(PAGE).text().contains("Send a test"));
    assert_eq!(browser.post(&format!("{PAGE}/test"), &[]).status, 303);
    let link = link_of(&mail);
    // Looking at the link changes nothing; another link, or another application, neither.
    let asked = browser.get(&format!("{PAGE}/confirm?link={link}"));
    assert!(asked.text().contains("Confirm the address"), "{}", asked.text());
    assert!(browser.get(PAGE).text().contains("Not confirmed yet"));
    server.create_app("second");
    assert_eq!(browser.post("/dashboard/second/notices/confirm", &[("link", &link)]).status, 400);
    for wrong in ["", "0", &link[2..], "zz"] {
        assert_eq!(browser.post(&format!("{PAGE}/confirm"), &[("link", wrong)]).status, 400, "{wrong}");
    }
    assert_eq!(browser.post(&format!("{PAGE}/confirm"), &[("link", &link)]).status, 303);
    assert!(browser.get(PAGE).text().contains("Confirmed."));
    assert_eq!(browser.post(&format!("{PAGE}/test"), &[]).status, 303);
    let test = eventually("the test", || mailbox.mails().into_iter().nth(1));
    assert!(test.contains("Notices arrive here."), "{test}");
    eventually("what came of it", || browser.get(PAGE).text().contains("arrived").then_some(()));
    // Another address is to be confirmed anew.
    assert_eq!(save(&browser, "other@example.org", "", &[]).status, 303);
    assert!(browser.get(PAGE).text().contains("Not confirmed yet"));
    assert_eq!(browser.post(&format!("{PAGE}/confirm"), &[("link", &link)]).status, 400);
}

#[test]
fn calls_are_signed_and_tell_once() {
    let mailbox = Mailbox::start();
    let (server, target) = (start(&mailbox), Target::start(&[(500, ""), (200, "")]));
    let browser = server.browser();
    let saved = save(&browser, "", &target.url, &[("tell", "ending")]);
    assert_eq!(saved.status, 200, "{}", saved.text());
    let (_, rest) = saved.text().split_once("id=\"notice-secret\">").expect("the secret");
    let secret = rest.split('<').next().expect("its end").to_owned();
    assert!(!browser.get(PAGE).text().contains(&secret), "shown once");
    let fields = [("user", "mara"), ("pass", "p"), ("sub", "default"), ("expiry", "2")];
    assert_eq!(server.app.sell("adduser", &fields).json()["success"], true);
    // The first call is refused, and tried again half a minute later.
    let seen = eventually("a call", || target.seen().into_iter().nth(1));
    let body: serde_json::Value = serde_json::from_str(&seen.body).expect("JSON");
    assert_eq!((&body["event"], &body["application"]), (&"ending".into(), &"demo-app".into()));
    assert!(body["subject"].as_str().expect("a subject").starts_with("1 subscription ends soon"), "{body}");
    let signature = format!("claviger-signature: {}", hmac_sha256(&secret, seen.body.as_bytes()));
    assert!(seen.headers.contains(&signature), "{seen:?}");
    assert_eq!(target.seen()[0].body, seen.body);
    eventually("what came of it", || browser.get(PAGE).text().contains("arrived").then_some(()));
    assert_eq!(target.seen().len(), 2, "told once");
}

#[test]
fn what_does_not_fit_is_refused_beside_the_form() {
    let mailbox = Mailbox::start();
    let server = start(&mailbox);
    let browser = server.browser();
    for (email, url, more) in [
        ("nobody", "", ("days", "7")),
        ("a b@example.org", "", ("days", "7")),
        ("", "ftp://example.org", ("days", "7")),
        ("", "http://192.168.0.1/", ("days", "7")),
        ("", "", ("days", "0")),
        ("", "", ("days", "61")),
        ("", "", ("days", "99999999999999999999")),
        ("", "", ("refusals", "-1")),
        ("", "", ("refusals", "x")),
    ] {
        let reply = save(&browser, email, url, &[more]);
        assert_eq!(reply.status, 422, "{email} {url} {more:?}");
        assert!(
            reply.text().contains("role=\"alert\"") && reply.text().contains(&format!("value=\"{email}\""))
        );
    }
    for text in hostile().into_iter().chain(["\0".into(), "é".repeat(3000)]) {
        for reply in [save(&browser, &text, "", &[]), save(&browser, "", &text, &[("tell", &text)])] {
            assert_eq!(reply.status, 422, "{text}");
        }
    }
    assert_eq!(mailbox.mails(), Vec::<String>::new());
    assert!(browser.get(PAGE).text().contains("None yet"));
}
