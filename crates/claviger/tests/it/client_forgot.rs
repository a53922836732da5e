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
pub fn link(mail: &str) -> String {
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

const SENT: &str = "Successfully sent email to change password.";

#[test]
fn neither_replies_nor_limits_tell_who_is_there() {
    let mailbox = Mailbox::start();
    let server = start(&mailbox);
    register(&server, "alice", EMAIL, 0);
    register(&server, "bob", "", 1);
    server.cli.ok(&["app", "set", &server.app.path(), "hideUnknownUsers=true"]);
    let session = eventually("the setting to count", || {
        let session = server.app.init("1.2");
        let reply = session.call("forgot", &[("username", "somebody"), ("email", "s@example.org")]);
        (reply.json()["message"] == SENT).then_some(session)
    });
    for (name, email) in
        [("nobody", EMAIL), ("alice", "other@example.org"), ("bob", EMAIL), ("alice", EMAIL), ("alice", "")]
    {
        // Three times an hour, in whatever case, whether or not somebody gets the mail.
        for name in [name.to_owned(), name.to_uppercase(), name.to_owned()] {
            session.succeeds(&session.call("forgot", &[("username", &name), ("email", email)]), SENT, "");
        }
        let more = session.call("forgot", &[("username", name), ("email", email)]);
        session.fails(&more, "Too many emails were sent to you. Try again in an hour.");
        // Asking is no failed login, for whomever.
        for _ in 0..9 {
            let reply = session.call("login", &[("username", name), ("pass", "wrong"), ("hwid", HWID)]);
            assert_eq!(reply.status, 200, "{name}: {reply:?}");
        }
        session.call("login", &[("username", "alice"), ("pass", "old"), ("hwid", HWID)]);
    }
    eventually("three mails", || (mailbox.mails().len() == 3).then_some(()));
    assert!(mailbox.mails().iter().all(|mail| mail.contains("RCPT TO:<alice@example.org>")));
}

#[test]
fn a_slow_mail_server_tells_nothing() {
    // It takes connections, and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("smtp://{}?tls=none", silent.local_addr().expect("an address"));
    let server = Server::start_with(&format!("smtp_url = {url:?}\nsmtp_from = \"a@example.org\"\n"));
    register(&server, "alice", EMAIL, 0);
    server.cli.ok(&["app", "set", &server.app.path(), "hideUnknownUsers=true"]);
    let ask = |name: &str| {
        let session = server.app.init("1.2");
        session.call("forgot", &[("username", name), ("email", EMAIL)]).json()["message"].clone()
    };
    eventually("the setting to count", || (ask("somebody") == SENT).then_some(()));
    assert_eq!([ask("alice"), ask("nobody")], [SENT, SENT]);
    // It was sent nevertheless: the server is talking to it, and will give up.
    silent.accept().expect("a connection");
}

#[test]
fn names_write_no_lines_of_their_own_into_a_mail() {
    let mailbox = Mailbox::start();
    let server = start(&mailbox);
    register(&server, "alice", EMAIL, 0);
    let database = rusqlite::Connection::open(server.data().join("claviger.db")).expect("the database");
    database.busy_timeout(std::time::Duration::from_secs(20)).expect("a time limit");
    // As older releases kept them.
    let name = "alice\",\r\n\r\nchoose it at https://evil.example/now\r\n";
    let changed = database.execute("UPDATE users SET username = ?1", [name]).expect("a change");
    assert_eq!(changed, 1);
    let session = server.app.init("1.2");
    session.succeeds(&session.call("forgot", &[("username", "alice"), ("email", EMAIL)]), SENT, "");
    let mail = eventually("a mail", || mailbox.mails().pop()).replace("=\n", "");
    let line = "\n    \"alice',    choose it at https: //evil.example/now\"\n";
    assert!(mail.contains(line) && !mail.contains("https://evil"), "{mail}");
    assert!(mail.contains("Subject: Reset your password for \"demo-app\"\n"), "{mail}");
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
        ("", "", "Enter a password."),
        ("new", "other", "The two passwords differ."),
        (&"x".repeat(1001), &"x".repeat(1001), "A password has at most 1000 bytes."),
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

/// The page speaks the language that is asked for, else the browser's, else the panel's.
#[test]
fn the_page_behind_a_link_speaks_the_readers_language() {
    let mailbox = Mailbox::start();
    let server = start(&mailbox);
    register(&server, "alice", EMAIL, 0);
    server.app.init("1.2").call("forgot", &[("username", "alice"), ("email", EMAIL)]);
    let path = link(&eventually("a mail", || mailbox.mails().pop()));
    let get = |query: &str, wanted: &str| {
        let headers = [("Accept-Language", wanted)];
        request(&server.app.address, "GET", &format!("{path}{query}"), &headers, b"")
    };
    for (query, wanted, language, direction, title) in [
        ("", "", "en", "ltr", "Choose a new password"),
        ("", "fr, de;q=0.5", "de", "ltr", "Neues Passwort wählen"),
        ("", "es-MX", "es", "ltr", "Elige una contraseña nueva"),
        ("?lang=pt", "de", "pt", "ltr", "Escolha uma nova senha"),
        ("?lang=ru", "", "ru", "ltr", "Выберите новый пароль"),
        ("?lang=xx", "zh-CN", "zh", "ltr", "设置新密码"),
        ("?lang=ar", "", "ar", "rtl", "اختر كلمة مرور جديدة"),
    ] {
        let page = get(query, wanted);
        let (html, told) =
            (format!("<html lang=\"{language}\" dir=\"{direction}\">"), format!("<h1>{title}</h1>"));
        assert!(page.status == 200 && page.text().contains(&html) && page.text().contains(&told), "{page:?}");
        assert_eq!(
            (page.header("referrer-policy"), page.header("cache-control")),
            (Some("no-referrer"), Some("no-store"))
        );
    }
    server.cli.ok(&["panel", "set", &server.app.path(), "language=ru"]);
    assert!(get("", "").text().contains("<html lang=\"ru\""));
    // What comes of it, too.
    let post = |body: &[(&str, &str)]| {
        let headers = [FORM, ("Accept-Language", "de")];
        request(&server.app.address, "POST", &path, &headers, form(body).as_bytes())
    };
    let differing = post(&[("password", "one"), ("password_again", "other")]);
    assert!(
        differing.status == 400 && differing.text().contains("Die beiden Passwörter unterscheiden sich.")
    );
    let done = post(&[("password", "one"), ("password_again", "one")]);
    assert!(done.status == 200 && done.text().contains("Ihr Passwort ist gesetzt"), "{done:?}");
    let again = post(&[("password", "one"), ("password_again", "one")]);
    assert!(again.status == 404 && again.text().contains("Dieser Link funktioniert nicht"), "{again:?}");
}

#[test]
fn a_link_sets_no_leaked_password_where_these_are_refused() {
    let (mailbox, folder) = (Mailbox::start(), tempfile::tempdir().expect("a folder"));
    let list = folder.path().join("leaked.txt");
    // Of `password`.
    std::fs::write(&list, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\n").expect("a list");
    let server = Server::start_with(&format!(
        "smtp_url = {:?}\nsmtp_from = \"no-reply@example.org\"\nleaked_passwords = {:?}\n",
        mailbox.url,
        list.to_str().expect("a path")
    ));
    register(&server, "alice", EMAIL, 0);
    let post = |path: &str, password: &str| {
        let body = form(&[("password", password), ("password_again", password)]);
        request(&server.app.address, "POST", path, &[FORM], body.as_bytes())
    };
    for (n, (refused, password)) in [("true", "another one"), ("false", "password")].into_iter().enumerate() {
        server.cli.ok(&["app", "set", &server.app.path(), &format!("blockLeakedPasswords={refused}")]);
        server.app.init("1.2").call("forgot", &[("username", "alice"), ("email", EMAIL)]);
        let path = link(&eventually("a mail", || mailbox.mails().get(n).cloned()));
        if refused == "true" {
            let page = post(&path, "password");
            assert!(page.status == 400 && page.text().contains("known from a data breach"), "{page:?}");
        }
        assert_eq!(post(&path, password).status, 200);
        assert_eq!(log_in(&server.app, password), "Logged in!");
    }
}
