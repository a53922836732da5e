//! What programs, bots, people and strangers send that is secret, and what they are told: values that occur nowhere else.

use crate::client_forgot::link;
use crate::client_two_factor::code;
use crate::support::app::FORM;
use crate::support::by_provider::{self, PROVIDER, back};
use crate::support::http::{self, exchange, request};
use crate::support::mailbox::Mailbox;
use crate::support::panel::{Customer, turn_on_by};
use crate::support::{App, Browser, Session, eventually, form};

pub const USER: &str = "canary0user";
pub const PASS: &str = "canary0password";
pub const NEW_PASS: &str = "canary0chosen0later";
pub const WRONG_PASS: &str = "canary0wrong0password";
pub const EMAIL: &str = "canary0mail@example.org";
pub const HARDWARE: &str = "canary0hardware0000000000000";
pub const ENCKEY: &str = "canary0enckey000";
pub const VARIABLE: &str = "canary0variable0value";
pub const VENDOR_PASS: &str = "canary0vendors0password";
pub const SMTP_PASS: &str = "canary0smtp0password";
pub const HOOK_PATH: &str = "canary0hook0path";
pub const HOOK_QUERY: &str = "canary0hook0query";
pub const LOG_HOOK: &str = "canary0log0hook";
pub const WRONG: &str = "canary0of0strangers";
pub const COLLECTOR: &str = "canary0collector0token";
pub const OIDC_SECRET: &str = "canary0oidc0secret";
pub const S3_SECRET: &str = "canary0object0store0secret";
pub const MASTER_PASSPHRASE: &str = "canary0master0passphrase";
pub const BACKUP_PASSPHRASE: &str = "canary0backup0passphrase";

/// A value that is searched for, and what it is.
pub type Canary = (&'static str, String);

/// Those that the test chooses.
pub fn chosen() -> Vec<Canary> {
    [
        ("user name", USER),
        ("password", PASS),
        ("password chosen by a link", NEW_PASS),
        ("wrong password", WRONG_PASS),
        ("e-mail", EMAIL),
        ("hardware id", HARDWARE),
        ("enckey", ENCKEY),
        ("variable", VARIABLE),
        ("vendor's password", VENDOR_PASS),
        ("mail server's password", SMTP_PASS),
        ("webhook's path", HOOK_PATH),
        ("webhook's query", HOOK_QUERY),
        ("webhook of log", LOG_HOOK),
        ("what strangers sent", WRONG),
        ("collector's token", COLLECTOR),
        ("secret of the identity provider", OIDC_SECRET),
        ("secret of the object store", S3_SECRET),
        ("passphrase of the master key", MASTER_PASSPHRASE),
        ("passphrase of backups", BACKUP_PASSPHRASE),
    ]
    .map(|(what, value)| (what, value.to_owned()))
    .into()
}

/// What programs do, and what they are told that is secret.
pub fn programs(app: &App, key: &str, hooks: &[String]) -> Vec<Canary> {
    let (mut canaries, mut last) = (vec![], None);
    let register = [("username", USER), ("pass", PASS), ("key", key), ("email", EMAIL), ("hwid", HARDWARE)];
    for version in ["1.0", "1.1", "1.2", "1.3"] {
        let session = app.init_with(version, (version != "1.1").then_some(ENCKEY));
        canaries.push(("session", session.id.clone()));
        let told = |kind: &str, params: &[(&str, &str)]| session.call(kind, params);
        told("register", &register);
        told("login", &[("username", USER), ("pass", WRONG_PASS), ("hwid", HARDWARE)]);
        told("login", &[("username", USER), ("pass", PASS), ("hwid", WRONG)]);
        told("license", &[("key", WRONG), ("hwid", HARDWARE)]);
        let login = told("login", &[("username", USER), ("pass", PASS), ("hwid", HARDWARE)]);
        assert_eq!(login.json()["success"], true, "{version}: {login:?}");
        told("upgrade", &[("username", USER), ("key", WRONG)]);
        told("check", &[]);
        told("var", &[("varid", "motd")]);
        told("setvar", &[("var", "colour"), ("data", VARIABLE)]);
        told("getvar", &[("var", "colour")]);
        told("log", &[("message", VARIABLE), ("pcuser", HARDWARE)]);
        told("chatsend", &[("channel", WRONG), ("message", VARIABLE)]);
        for hook in hooks {
            told("webhook", &[("webid", hook), ("params", &format!("&x={VARIABLE}")), ("body", VARIABLE)]);
        }
        told("file", &[("fileid", WRONG)]);
        told(WRONG, &[(WRONG, WRONG)]);
        last = Some(session);
    }
    let session: Session = last.expect("a session");
    canaries.insert(0, ("two-factor secret", turn_two_factor_on(&session)));
    session.call("login", &[("username", USER), ("pass", PASS), ("hwid", HARDWARE), ("code", "000000")]);
    // What does not belong into an address, in an address.
    let params = app.params("login", &[("username", USER), ("pass", PASS), ("sessionid", &session.id)]);
    request(&app.address, "GET", &format!("/api/1.2/?{}", form(&params)), &[], b"");
    request(&app.address, "GET", "/readyz", &[("Authorization", WRONG), ("Referer", WRONG)], b"");
    canaries
}

/// Asks for codes at sign-ins; their secret.
pub fn turn_two_factor_on(session: &Session) -> String {
    let secret =
        session.call("2faenable", &[]).json()["2fa"]["secret_code"].as_str().expect("a secret").to_owned();
    let reply = session.call("2faenable", &[("code", &code(&secret, 0))]);
    assert_eq!(reply.json()["success"], true, "{reply:?}");
    secret
}

/// What a vendor's programs do, with all of it in the address.
pub fn vendors_programs(app: &App, session: &str) {
    for (kind, params) in [
        ("verify", &[("key", WRONG)][..]),
        ("info", &[("key", WRONG)]),
        ("adduser", &[("user", "other"), ("pass", PASS), ("sub", "default"), ("expiry", "1")]),
        ("resetpw", &[("user", "other"), ("passwd", NEW_PASS)]),
        ("addvar", &[("name", "free"), ("data", VARIABLE), ("authed", "0")]),
        ("setvar", &[("user", USER), ("var", "x"), ("data", VARIABLE)]),
        ("userdata", &[("user", USER)]),
        ("editemail", &[("user", "other"), ("email", EMAIL)]),
        (
            "addAccount",
            &[("role", "Manager"), ("user", "m"), ("pass", PASS), ("email", EMAIL), ("perms", "1")],
        ),
        ("black", &[("hwid", WRONG), ("ip", "")]),
        ("check", &[("sessid", session)]),
        ("addwebhook", &[("baseurl", HOOK_PATH), ("ua", WRONG), ("authed", "0")]),
        (WRONG, &[(WRONG, WRONG)]),
    ] {
        app.sell(kind, params);
    }
    let target = format!("/api/seller/?type=info&sellerkey={WRONG}");
    request(&app.address, "GET", &target, &[], b"");
}

/// What people do in browsers; the secrets that these keep.
pub fn people(mailbox: &Mailbox, app: &App, vendor: &Browser) -> Vec<Canary> {
    turn_on_by(vendor, app, &[], &[]);
    app.sell("adduser", &[("user", "customer"), ("pass", PASS), ("sub", "default"), ("expiry", "1")]);
    app.sell("editemail", &[("user", "customer"), ("email", EMAIL)]);
    let customer = Customer::signed_in(app, "customer", PASS);
    Customer::new(app).post("sign-in", &[("name", USER), ("password", WRONG_PASS)]);
    Customer::new(app).post("sign-in/key", &[("key", WRONG)]);
    let stranger = Browser::new(&app.address);
    stranger.post("/dashboard/-/sign-in", &[("name", USER), ("password", WRONG_PASS)]);
    for page in
        ["/dashboard/", "/dashboard/shop/users", "/dashboard/shop/licenses", "/dashboard/shop/variables"]
    {
        vendor.get(&format!("{page}?q={WRONG}"));
    }
    vendor.post(&format!("/dashboard/shop/{WRONG}"), &[("value", VARIABLE)]);
    let session = app.init("1.1");
    let sent = session.call("forgot", &[("username", "customer"), ("email", EMAIL)]);
    assert_eq!(sent.json()["success"], true, "{sent:?}");
    let path = link(&eventually("a mail", || mailbox.mails().pop()));
    request(&app.address, "GET", &path, &[], b"");
    let body = form(&[("password", NEW_PASS), ("password_again", NEW_PASS)]);
    assert_eq!(request(&app.address, "POST", &path, &[FORM], body.as_bytes()).status, 200);
    request(&app.address, "GET", &format!("/reset/{WRONG}"), &[], b"");
    request(&app.address, "GET", &format!("/dashboard/-/welcome?link={WRONG}"), &[], b"");
    // By an identity provider, and back; its code and what it gives for that are secrets.
    let away = by_provider::sent(&stranger, &format!("{PROVIDER}/sign-in"));
    back(&stranger, &away, &format!("&x={WRONG}"));
    let mut canaries = vec![("link to a new password", path["/reset/".len()..].to_owned())];
    for (what, browser) in [("cookie of a vendor", vendor), ("cookie of a customer", &customer.browser)] {
        let cookies = browser.cookies();
        // A number may stand before the secret.
        let secret = |pair: &str| pair.rsplit(['=', '.']).next().expect("a value").to_owned();
        canaries.extend(cookies.split("; ").map(|pair| (what, secret(pair))));
    }
    canaries
}

/// What is no request at all.
pub fn nonsense(address: &str) {
    for bytes in [
        format!("GET /{WRONG} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        format!("{WRONG} / HTTP/1.1\r\nHost: {WRONG}\r\nConnection: close\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\n{WRONG}\r\n\r\n"),
        format!("POST /api/1.2/ HTTP/1.1\r\nHost: x\r\nContent-Length: {WRONG}\r\n\r\n{WRONG}"),
        format!("POST /api/1.2/?{WRONG}=%zz%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        format!("{WRONG}\r\n\r\n"),
    ] {
        let _ = exchange(address, bytes.as_bytes(), false);
    }
    let long = format!("pass={WRONG}&x={}", "x".repeat(2_000_000));
    let _ = http::try_request(address, "POST", "/api/1.2/", &[FORM], long.as_bytes());
}
