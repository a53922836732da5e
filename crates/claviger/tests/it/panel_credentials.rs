//! What customers sign in with, changed by themselves: the e-mail address, two-factor sign-in, a forgotten password.

use crate::client_two_factor::code;
use crate::support::app::FORM;
use crate::support::http::request;
use crate::support::mailbox::Mailbox;
use crate::support::panel::{Customer, turn_on};
use crate::support::proxied::on_both;
use crate::support::vendor::{PASS, hostile};
use crate::support::{App, HWID, Reply, Server, eventually, form};

const EMAIL: &str = "alice@example.org";
const WRONG_CODE: &str = "This code is wrong or was used before.";

fn assert_problem(reply: &Reply, told: &str) {
    let alert = reply.text().split("role=\"alert\"").nth(1).and_then(|rest| rest.split("</").next());
    assert!(
        reply.status == 422 && alert.is_some_and(|alert| alert.contains(told)),
        "{told}: {} {alert:?} {}",
        reply.status,
        reply.text()
    );
}

fn mailing(mailbox: &Mailbox) -> Server {
    Server::start_with(&format!("smtp_url = {:?}\nsmtp_from = \"shop@example.org\"\n", mailbox.url))
}

/// The path of the link in a mail, whose lines may be folded.
fn link(mail: &str) -> String {
    let text = mail.replace("=\n", "").replace("=3D", "=");
    let start = text.find("/reset/").expect("a link");
    text[start..].split_whitespace().next().expect("a link").to_owned()
}

/// What a link in a mail says to a new password.
fn choose(app: &App, path: &str, password: &str) -> u16 {
    let body = form(&[("password", password), ("password_again", password)]);
    request(&app.address, "POST", path, &[FORM], body.as_bytes()).status
}

#[test]
fn addresses_are_set_by_whoever_knows_the_password() {
    on_both(|server| {
        let app = &server.app;
        turn_on(server, app, &[], &[]);
        app.add_user("alice");
        app.add_user("bob");
        let customer = Customer::signed_in(app, "alice", PASS);
        let set =
            |email: &str, password: &str| customer.post("email", &[("email", email), ("password", password)]);
        assert!(customer.get("email").text().contains("No e-mail address is set."));
        assert_problem(&set(EMAIL, "wrong"), "This is not your password.");
        assert_problem(&set(EMAIL, ""), "This is not your password.");
        let mut unfit: Vec<String> =
            ["alice", "alice@", "@x", "a b@example.org\nBcc: b@x.example", "al\0ice@example.org", "a\tb@x"]
                .map(str::to_owned)
                .into();
        unfit.extend(hostile());
        unfit.push(format!("{}@example.org", "x".repeat(10_000)));
        for email in unfit {
            assert_problem(&set(&email, PASS), "This is no e-mail address.");
        }
        // What was typed is kept, as text.
        let kept = set("<b>\"", PASS);
        assert!(kept.text().contains("value=\"&#60;b&#62;&#34;\"") && !kept.text().contains("<b>\""));
        assert!(customer.get("email").text().contains("No e-mail address is set."), "nothing was changed");
        customer.says(&set(EMAIL, PASS), "The e-mail address is set.");
        let page = customer.get("email");
        // Only a hash is kept, so nothing can show it.
        assert!(page.text().contains("An e-mail address is set.") && !page.text().contains(EMAIL));
        let bob = Customer::signed_in(app, "bob", PASS);
        assert!(bob.get("email").text().contains("No e-mail address is set."));
        assert_problem(&set("", "wrong"), "This is not your password.");
        customer.says(&set("  ", PASS), "The e-mail address is removed.");
        assert!(customer.get("email").text().contains("No e-mail address is set."));
    });
}

#[test]
fn whoever_signs_in_by_a_key_has_no_address() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    let key = server.license(0);
    app.init("1.2").license(key);
    let customer = Customer::new(app);
    assert_eq!(customer.post("sign-in/key", &[("key", key)]).status, 303);
    assert_eq!(customer.get("email").status, 404);
    let reply = customer.post("email", &[("email", EMAIL), ("password", key)]);
    assert_eq!(reply.status, 404, "{}", reply.text());
    assert!(!customer.get("").text().contains(&format!("{}email", customer.base)));
}

/// The secret that the page tells.
fn secret(page: &Reply) -> String {
    let (_, rest) = page
        .text()
        .split_once("<code class=\"secret\" dir=\"ltr\">")
        .unwrap_or_else(|| panic!("{}", page.text()));
    rest.split_once("</code>").expect("its end").0.to_owned()
}

fn ticket(reply: &Reply) -> String {
    let (_, rest) =
        reply.text().split_once("name=\"ticket\" value=\"").unwrap_or_else(|| panic!("{}", reply.text()));
    rest.split_once('"').expect("its end").0.to_owned()
}

/// Signs in with password and code; the reply to the code.
fn sign_in_with(customer: &Customer, code: &str) -> Reply {
    let asked = customer.post("sign-in", &[("name", "alice"), ("password", PASS)]);
    assert_eq!(asked.status, 200, "{}", asked.text());
    assert!(!customer.is_in(), "the password alone is not enough");
    customer.post("sign-in/code", &[("ticket", &ticket(&asked)), ("code", code)])
}

#[test]
fn two_factor_sign_in_is_turned_on_and_off() {
    on_both(|server| {
        let app = &server.app;
        turn_on(server, app, &[], &[]);
        app.add_user("alice");
        let customer = Customer::signed_in(app, "alice", PASS);
        let on = |code: &str| customer.post("two-factor/on", &[("code", code)]);
        let off = |code: &str| customer.post("two-factor/off", &[("code", code)]);
        let page = customer.get("two-factor");
        assert!(page.text().contains("It is off") && !page.text().contains("<svg"), "{}", page.text());
        assert_problem(&on("123456"), "This took too long. Begin again.");
        let set_up = customer.post("two-factor/set-up", &[]);
        assert_eq!(set_up.status, 303);
        let page = customer.get("two-factor");
        assert!(page.text().contains("<svg"), "{}", page.text());
        let secret = secret(&page);
        for wrong in ["", "12345", "0000000", "\0", "' OR 1=1 --", "１２３４５６", &"1".repeat(3000)] {
            assert_problem(&on(wrong), WRONG_CODE);
        }
        // As long as no code proved it, nothing is asked for.
        assert!(Customer::signed_in(app, "alice", PASS).is_in());
        let first = code(&secret, -1);
        customer.says(&on(&first), "Two-factor sign-in is on.");
        let page = customer.get("two-factor");
        assert!(page.text().contains("It is on") && !page.text().contains(&secret), "{}", page.text());

        // The sign-in asks for a code, and takes each once.
        let other = Customer::new(app);
        assert_problem(&sign_in_with(&other, "000000"), WRONG_CODE);
        assert_problem(&sign_in_with(&other, &first), WRONG_CODE);
        let second = code(&secret, 0);
        assert_eq!(sign_in_with(&other, &second).status, 303);
        assert!(other.is_in());
        let again = Customer::new(app);
        assert_problem(&sign_in_with(&again, &second), WRONG_CODE);
        assert!(!again.is_in());
        // So do programs.
        let session = app.init("1.2");
        let params = [("username", "alice"), ("pass", PASS), ("hwid", HWID)];
        assert_eq!(session.call("login", &params).json()["success"], false);

        for wrong in ["", "000000", &second] {
            assert_problem(&off(wrong), WRONG_CODE);
        }
        assert!(customer.get("two-factor").text().contains("It is on"));
        customer.says(&off(&code(&secret, 1)), "Two-factor sign-in is off.");
        assert!(Customer::signed_in(app, "alice", PASS).is_in(), "the password is enough again");
    });
}

#[test]
fn without_mails_nothing_is_offered_to_who_forgets() {
    let server = Server::start();
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    let visitor = Customer::new(app);
    assert!(!visitor.get("sign-in").text().contains("forgot"));
    assert_eq!(visitor.get("forgot").status, 404);
    assert_eq!(visitor.post("forgot", &[("name", "alice"), ("email", EMAIL)]).status, 404);
}

#[test]
fn a_forgotten_password_is_set_by_a_mail() {
    let mailbox = Mailbox::start();
    let server = mailing(&mailbox);
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    let customer = Customer::signed_in(app, "alice", PASS);
    customer
        .says(&customer.post("email", &[("email", EMAIL), ("password", PASS)]), "The e-mail address is set.");
    let visitor = Customer::new(app);
    assert!(visitor.get("sign-in").text().contains(&format!("{}forgot", visitor.base)));
    let reply = visitor.post("forgot", &[("name", "alice"), ("email", EMAIL)]);
    visitor.says(&reply, "If name and address belong together, the mail is on its way.");
    let mail = eventually("a mail", || mailbox.mails().pop());
    assert!(mail.contains("RCPT TO:<alice@example.org>"), "{mail}");
    assert_eq!(choose(app, &link(&mail), "a newer one"), 200);
    assert!(!customer.is_in(), "the old password's sign-ins end");
    let refused = visitor.post("sign-in", &[("name", "alice"), ("password", PASS)]);
    assert_problem(&refused, "Name or password is wrong.");
    let customer = Customer::signed_in(app, "alice", "a newer one");

    // A link from before another address was set is worth nothing.
    visitor.post("forgot", &[("name", "alice"), ("email", EMAIL)]);
    let mail = eventually("a second mail", || mailbox.mails().get(1).cloned());
    customer.says(
        &customer.post("email", &[("email", "new@example.org"), ("password", "a newer one")]),
        "The e-mail address is set.",
    );
    assert_eq!(choose(app, &link(&mail), "a stranger's"), 404);
    assert!(customer.is_in());
    turn_on(&server, app, &["password"], &[]);
    assert_eq!(visitor.get("forgot").status, 404);
}

#[test]
fn who_asks_for_a_password_learns_nothing_of_others() {
    let mailbox = Mailbox::start();
    let server = mailing(&mailbox);
    let app = &server.app;
    turn_on(&server, app, &[], &[]);
    app.add_user("alice");
    app.add_user("bob");
    let customer = Customer::signed_in(app, "alice", PASS);
    customer.post("email", &[("email", EMAIL), ("password", PASS)]);
    let visitor = Customer::new(app);
    let ask = |name: &str, email: &str| {
        let reply = visitor.post("forgot", &[("name", name), ("email", email)]);
        (reply.status, reply.header("location").map(str::to_owned), reply.body.len())
    };
    let known = ask("alice", EMAIL);
    assert_eq!(known.0, 303);
    for (name, email) in [("nobody", EMAIL), ("alice", "other@example.org"), ("bob", "bob@example.org")] {
        assert_eq!(ask(name, email), known, "{name} {email}");
    }
    for (name, email) in [("", ""), ("\0", "\0"), ("al*", EMAIL), ("' OR 1=1 --", "<b>")] {
        assert_eq!(ask(name, email).0, 303, "{name} {email}");
    }
    // One mail, to the one that belongs together; a fourth within an hour is refused, for everybody alike.
    eventually("a mail", || (mailbox.mails().len() == 1).then_some(()));
    for name in ["alice", "nobody"] {
        let mut last = 0;
        for _ in 0..3 {
            last = ask(name, EMAIL).0;
        }
        assert_eq!(last, 429, "{name}");
    }
    let mails = mailbox.mails();
    assert!(mails.iter().all(|mail| mail.contains("RCPT TO:<alice@example.org>")), "{mails:?}");
}
