//! Notices: an owner is told by mail and by calls, each once.

use crate::support::{
    Browser, Server, crypto::hmac_sha256, eventually, mailbox::Mailbox, postgres::Database, second::Second,
    target::Target, vendor::hostile,
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

const CALLS: &str = "outgoing_allow = [\"127.0.0.1/32\"]\n";

#[test]
fn a_full_disk_and_an_old_backup_are_told_once() {
    // Something is on every disk, so less than all of it is free.
    let server = Server::start_with(&format!("{CALLS}disk_low_percent = 100\n"));
    let (browser, target) = (server.browser(), Target::start(&[(200, "")]));
    let saved = save(&browser, "", &target.url, &[("tell", "disk_low"), ("tell", "backup_old")]);
    assert_eq!(saved.status, 200, "{}", saved.text());
    let seen = eventually("both calls", || (target.seen().len() == 2).then(|| target.seen()));
    let told: Vec<serde_json::Value> =
        seen.iter().map(|seen| serde_json::from_str(&seen.body).expect("JSON")).collect();
    let of = |event: &str| {
        let found =
            told.iter().find(|body| body["event"] == event).unwrap_or_else(|| panic!("{event}: {told:?}"));
        format!("{} / {}", found["subject"], found["text"])
    };
    assert!(of("disk_low").contains("% left"), "{told:?}");
    assert!(of("backup_old").contains("There is no backup of the server"), "{told:?}");
    // Looked at anew at once, neither is told again.
    server.execute("UPDATE notices SET checked = 0");
    let sent = || {
        browser.post(&format!("{PAGE}/test"), &[]);
        (target.seen().len() == 3).then_some(())
    };
    eventually("the test, which is sent after another look", sent);
    assert!(target.seen()[2].body.contains("\"test\""));
    for wrong in ["0", "366", "-1", "x"] {
        let reply = save(&browser, "", &target.url, &[("backup-days", wrong)]);
        assert_eq!(reply.status, 422, "{wrong}");
        assert!(
            reply.text().contains(&format!("name=\"backup-days\" value=\"{wrong}\"")),
            "{}",
            reply.text()
        );
    }
}

#[test]
fn the_command_line_lists_notices_and_sends_a_test() {
    let server = Server::start_with(CALLS);
    let (browser, target, path) = (server.browser(), Target::start(&[(200, "")]), server.app.path());
    assert!(server.cli.fails(&["notice", "test", &path]).contains("there is no way to send it"));
    assert_eq!(server.cli.json(&["notice", "list", &path, "--json"]), serde_json::json!([]));
    assert_eq!(save(&browser, "", &target.url, &[]).status, 200);
    server.cli.ok(&["notice", "test", &path]);
    eventually("the test", || target.seen().pop());
    let rows = eventually("what came of it", || {
        let rows = server.cli.json(&["notice", "list", &path, "--json"]);
        (rows[0]["came"] == "arrived").then_some(rows)
    });
    assert_eq!((&rows[0]["about"], &rows[0]["by"]), (&"test".into(), &"webhook".into()));
    assert!(server.cli.ok(&["notice", "list", &path]).contains("A test of the notices of"));
    let audit = server.cli.json(&["audit", "list", &path, "--json"]);
    assert_eq!(audit[0]["type"], "notice test", "{audit}");
}

#[test]
fn two_servers_tell_a_thing_once() {
    let database = Database::create();
    let first = Server::start_on_with(&database.url, CALLS);
    let (browser, target) = (first.browser(), Target::start(&[(200, "")]));
    let mut second = Second::start_with(&first, &database, &["--outgoing-allow", "127.0.0.1/32"]);
    assert_eq!(save(&browser, "", &target.url, &[("tell", "backup_old")]).status, 200);
    eventually("the call", || target.seen().pop());
    for _ in 0..3 {
        database.connect().execute("UPDATE notices SET checked = 0", &[]).expect("an update");
        eventually("another look", || {
            let row = database.connect().query_one("SELECT MIN(checked) FROM notices", &[]).expect("a row");
            (row.get::<_, i64>(0) > 0).then_some(())
        });
    }
    eventually("nothing to wait", || {
        let sql = "SELECT COUNT(*) FROM notice_messages WHERE due IS NOT NULL";
        let row = database.connect().query_one(sql, &[]).expect("a row");
        (row.get::<_, i64>(0) == 0).then_some(())
    });
    assert_eq!(target.seen().len(), 1, "told once");
    second.process.stop("TERM");
}
