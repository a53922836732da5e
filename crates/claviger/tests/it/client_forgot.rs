//! `forgot`, its mail, and the page behind the link.

use crate::support::{
    ALL_VERSIONS, App, HWID, Server, app::FORM, eventually, form, http::request, mailbox::Mailbox,
};

const EMAIL: &str = "alice@example.org";

fn start(mailbox: &Mailbox) -> Server {
    let from = "Shop <no-reply@example.org>";
    Server::start_with(&format!("smtp_url = {:?}\nsmtp_from = {from:?}\n", mailbox.url))
}

fn register(server: &Server, name: &str, email: &str, key: usize) {
    let params =
        [("username", name), ("pass", "old"), ("key", server.license(key)), ("email", email), ("hwid", HWID)];
    server.app.init("1.2").call("register", &params);
}

fn log_in(app: &App, pass: &str) -> String {
    let session = app.init("1.2");
    let reply = session.call("login", &[("username", "alice"), ("pass", pass), ("hwid", HWID)]);
    reply.json()["message"].as_str().expect("a message").to_owned()
}

/// The path of the link in a mail, whose lines may be folded.
fn link(mail: &str) -> String {
    let text = mail.replace("=\n", "").replace("=3D", "=");
    let start = text.find("/reset/").expect("a link");
    text[start..].split_whitespace().next().expect("a link").to_owned()
}

#[test]
fn the_rules_before_a_mail() {
    let mailbox = Mailbox::start();
    let server = start(&mailbox);
    register(&server, "alice", EMAIL, 0);
    register(&server, "bob", "", 1);
    for version in ALL_VERSIONS {
        let session = server.app.init(version);
        let forgot =
            |name: &str, email: &str| session.call("forgot", &[("username", name), ("email", email)]);
        session.fails(&forgot("nobody", EMAIL), "No user found with that username!");
        session.fails(&forgot("", EMAIL), "No user found with that username!");
        session.fails(
            &forgot("bob", EMAIL),
            "Email address not provided during register, ask developer to edit your account and change email.",
        );
        session.fails(&forgot("alice", "other@example.org"), "Email address doesn't match!");
        session.fails(&forgot("alice", ""), "Email address doesn't match!");
    }
    assert_eq!(mailbox.mails(), Vec::<String>::new());
    for version in &ALL_VERSIONS[..3] {
        let session = server.app.init(version);
        let reply = session.call("forgot", &[("username", "ALICE"), ("email", "Alice@Example.ORG")]);
        session.succeeds(&reply, "Successfully sent email to change password.", "");
    }
    let session = server.app.init("1.3");
    let reply = session.call("forgot", &[("username", "alice"), ("email", EMAIL)]);
    session.fails(&reply, "Too many emails were sent to you. Try again in an hour.");
    eventually("three mails", || (mailbox.mails().len() == 3).then_some(()));
}

#[test]
fn a_link_sets_one_password() {
    let mailbox = Mailbox::start();
    let server = start(&mailbox);
    register(&server, "alice", EMAIL, 0);
    let signed_in = server.app.init("1.2");
    signed_in.call("login", &[("username", "alice"), ("pass", "old"), ("hwid", HWID)]);
    let session = server.app.init("1.2");
    let reply = session.call("forgot", &[("username", "alice"), ("email", EMAIL)]);
    session.succeeds(&reply, "Successfully sent email to change password.", "");
    let mail = eventually("a mail", || mailbox.mails().pop());
    assert!(
        mail.contains("MAIL FROM:<no-reply@example.org>") && mail.contains("RCPT TO:<alice@example.org>"),
        "{mail}"
    );
    let path = link(&mail);

    let address = &server.app.address;
    let page = request(address, "GET", &path, &[], b"");
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(page.header("content-security-policy").expect("a policy").starts_with("default-src 'none'"));
    let post = |first: &str, second: &str| {
        let body = form(&[("password", first), ("password_again", second)]);
        request(address, "POST", &path, &[FORM], body.as_bytes())
    };
    for (first, second, problem) in [
        ("", "", "Type a password."),
        ("new", "other", "The two passwords differ."),
        (&"x".repeat(1001), &"x".repeat(1001), "This password is too long."),
    ] {
        let page = post(first, second);
        assert!(page.status == 400 && page.text().contains(problem), "{page:?}");
    }
    signed_in.is_validated();
    assert_eq!(post("new", "new").status, 200);
    signed_in.is_dead();
    assert_eq!(log_in(&server.app, "old"), "Password does not match.");
    assert_eq!(log_in(&server.app, "new"), "Logged in!");
    assert_eq!(post("newer", "newer").status, 404);
    assert_eq!(request(address, "GET", &path, &[], b"").status, 404);
    assert_eq!(request(address, "GET", "/reset/%00%ff", &[], b"").status / 100, 4);
    assert_eq!(log_in(&server.app, "new"), "Logged in!");
}
