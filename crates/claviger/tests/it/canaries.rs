//! Secrets are in no log, trace or metric: a server is given values that occur nowhere else, at its most talkative, and
//! all that it wrote is searched for them.

use std::{fs, process::Command};

use regex::Regex;

use crate::{
    client_forgot::link,
    client_two_factor::code,
    support::{
        App, Browser, Server, Session,
        app::FORM,
        collector::Collector,
        eventually, form,
        http::{self, exchange, request},
        mailbox::Mailbox,
        needle::holds,
        panel::{Customer, turn_on_by},
        postgres::Database,
        target::Target,
    },
    tls::secured,
};

pub const USER: &str = "canary0user";
pub const PASS: &str = "canary0password";
const NEW_PASS: &str = "canary0chosen0later";
const WRONG_PASS: &str = "canary0wrong0password";
const EMAIL: &str = "canary0mail@example.org";
const HARDWARE: &str = "canary0hardware0000000000000";
pub const ENCKEY: &str = "canary0enckey000";
pub const VARIABLE: &str = "canary0variable0value";
pub const VENDOR_PASS: &str = "canary0vendors0password";
const SMTP_PASS: &str = "canary0smtp0password";
const HOOK_PATH: &str = "canary0hook0path";
const HOOK_QUERY: &str = "canary0hook0query";
const LOG_HOOK: &str = "canary0log0hook";
const WRONG: &str = "canary0of0strangers";
const COLLECTOR: &str = "canary0collector0token";

/// What may be where all the same, and has to be, since a search that finds nothing anywhere would prove nothing.
const ALLOWED: [(&str, &str, &str); 1] =
    [("user name", "log", "lines of the guard tell with whose name somebody failed to sign in")];

/// A value that is searched for, and what it is.
type Canary = (&'static str, String);

/// Those that the test chooses.
fn chosen() -> Vec<Canary> {
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
    ]
    .map(|(what, value)| (what, value.to_owned()))
    .into()
}

/// A server that tells all it can, and who listens.
struct Told {
    server: Server,
    collector: Collector,
    mailbox: Mailbox,
    hook: Target,
}

impl Told {
    fn start(format: &str, database: Option<&str>) -> Self {
        let (collector, mailbox) = (Collector::start(), Mailbox::start());
        let smtp = mailbox.url.replace("smtp://", &format!("smtp://mailer:{SMTP_PASS}@"));
        let settings = format!(
            "log = \"trace\"\nlog_format = {format:?}\naccess_log = \"access.log\"\n\
             metrics_listen = \"127.0.0.1:0\"\noutgoing_allow = [\"127.0.0.0/8\"]\n\
             smtp_url = {smtp:?}\nsmtp_from = \"shop@example.org\"\n"
        );
        let variables = [
            format!("OTEL_EXPORTER_OTLP_ENDPOINT={}", collector.url),
            format!("OTEL_EXPORTER_OTLP_HEADERS=authorization={COLLECTOR}"),
            "OTEL_BSP_SCHEDULE_DELAY=50".into(),
        ];
        let server = Server::start_with_variables_on(&variables, database, &settings);
        Self { server, collector, mailbox, hook: Target::start(&[(500, "later")]) }
    }

    /// A vendor with an application; what the server prints of the demo's is meant to be seen.
    fn vendor(&self) -> (App, Browser) {
        let cli = &self.server.cli;
        cli.ok_with_input(
            &["owner", "create", "vendor", "--role", "seller", "--password-stdin"],
            VENDOR_PASS,
        );
        let made =
            cli.json(&["app", "create", "--owner", "vendor", "shop", "--api", "1.0,1.1,1.2,1.3", "--json"]);
        let app = App::made(&self.server.app.address, "vendor", &made);
        let hook = format!("webhook={}/{LOG_HOOK}", self.hook.url);
        cli.ok(&["app", "set", "vendor/shop", &hook]);
        cli.ok(&["variable", "set", "vendor/shop", "motd", VARIABLE]);
        (app.clone(), Browser::signed_in(&app.address, "vendor", VENDOR_PASS))
    }

    /// What there is to search, by its name.
    fn sources(&mut self) -> Vec<(&'static str, Vec<u8>)> {
        let log = self.server.process.stderr();
        let line = log.lines().find(|line| line.contains("telling metrics")).expect("a page of metrics");
        let address = Regex::new(r"127\.0\.0\.1:\d+").expect("a pattern").find(line).expect("an address");
        let metrics = request(address.as_str(), "GET", "/metrics", &[], b"").body;
        // At the end all is written and sent.
        self.server.process.stop("TERM");
        let access = fs::read(self.server.data().join("access.log")).expect("an access log");
        let spans = self.collector.posted().into_iter().flat_map(|(_, body)| body).collect();
        let [out, err] = [self.server.process.stdout(), self.server.process.stderr()].map(String::into_bytes);
        vec![
            ("log", err),
            ("standard output", out),
            ("access log", access),
            ("metrics", metrics),
            ("spans", spans),
        ]
    }
}

/// What programs do, and what they are told that is secret.
fn programs(app: &App, key: &str, hooks: &[String]) -> Vec<Canary> {
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
fn vendors_programs(app: &App, session: &str) {
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
fn people(told: &Told, app: &App, vendor: &Browser) -> Vec<Canary> {
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
    let path = link(&eventually("a mail", || told.mailbox.mails().pop()));
    request(&app.address, "GET", &path, &[], b"");
    let body = form(&[("password", NEW_PASS), ("password_again", NEW_PASS)]);
    assert_eq!(request(&app.address, "POST", &path, &[FORM], body.as_bytes()).status, 200);
    request(&app.address, "GET", &format!("/reset/{WRONG}"), &[], b"");
    request(&app.address, "GET", &format!("/dashboard/-/welcome?link={WRONG}"), &[], b"");
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
fn nonsense(address: &str) {
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

/// Fails where a canary is that is not allowed there, or is not where it is bound to be.
fn search(sources: &[(&str, Vec<u8>)], canaries: &[Canary]) {
    let mut found = vec![];
    for (place, text) in sources {
        assert!(text.len() > 500, "there is hardly anything in the {place}");
        for (what, value) in canaries {
            assert!(value.len() >= 6, "{what}: {value}");
            if holds(text, value) {
                found.push((*what, *place));
            }
        }
    }
    found.dedup();
    let allowed: Vec<_> = ALLOWED.iter().map(|(what, place, _)| (*what, *place)).collect();
    let shown = |(what, place): &(&str, &str)| {
        let (_, value) =
            canaries.iter().find(|(known, value)| known == what && !value.is_empty()).expect("it");
        let text =
            sources.iter().find(|(known, _)| known == place).map(|(_, text)| String::from_utf8_lossy(text));
        let text = text.unwrap_or_default();
        let line = text.lines().find(|line| holds(line.as_bytes(), value)).unwrap_or_default();
        format!("{what} in {place}: {line:.600}")
    };
    assert_eq!(found, allowed, "{:#?}", found.iter().map(shown).collect::<Vec<_>>());
}

fn nothing_secret_is_told(format: &str, database: Option<&str>) {
    let mut told = Told::start(format, database);
    let (app, vendor) = told.vendor();
    let key = app.add_license("expiry=9&mask=CANARY-******-******&level=1&amount=1");
    // One that answers, one that is away, and one of which the name is not known.
    let hosts = [told.hook.url.as_str(), "http://127.0.0.1:9", "http://canary.invalid"];
    let hooks = hosts.map(|host| {
        let url = format!("{host}/{HOOK_PATH}?token={HOOK_QUERY}");
        let made = told.server.cli.json(&["webhook", "add", "vendor/shop", &url, "--public", "--json"]);
        made["id"].as_str().expect("an id").to_owned()
    });
    let mut canaries = chosen();
    canaries.extend(programs(&app, &key, &hooks));
    let (_, session) = canaries.last().expect("a session").clone();
    vendors_programs(&app, &session);
    canaries.extend(people(&told, &app, &vendor));
    nonsense(&app.address);
    for (what, value) in [
        ("license key", key),
        ("seller key", app.seller_key.clone()),
        ("application's secret", app.secret.clone()),
        (
            "master key",
            fs::read_to_string(told.server.data().join("master.key")).expect("a key").trim().into(),
        ),
    ] {
        canaries.push((what, value));
    }
    let seen = told.hook.seen();
    let came = |part: &str| seen.iter().any(|seen| seen.line.contains(part));
    assert!(came(HOOK_PATH) && came(HOOK_QUERY), "{seen:?}");
    search(&told.sources(), &canaries);
}

#[test]
fn nothing_secret_is_told_in_json() {
    nothing_secret_is_told("json", None);
}

#[test]
fn nothing_secret_is_told_in_text_of_a_server_on_postgresql() {
    nothing_secret_is_told("pretty", Some(&Database::create().url));
}

#[test]
fn nothing_secret_is_told_of_http_2_and_tls() {
    let (mut server, _, _, _folder) = secured("log = \"trace\"\n");
    let url = format!("https://{}/api/1.2/?pass={WRONG_PASS}", server.app.address);
    let body = format!("pass={PASS}&x={WRONG}");
    let curl = Command::new("curl")
        .args(["--silent", "--insecure", "--http2", "--header", &format!("Authorization: {ENCKEY}")])
        .args([
            "--cookie",
            &format!("claviger={VENDOR_PASS}"),
            "--data",
            &body,
            "--write-out",
            " %{http_version}",
        ])
        .arg(url)
        .output()
        .expect("curl");
    assert!(curl.stdout.ends_with(b" 2"), "{curl:?}");
    server.process.stop("TERM");
    let log = server.process.stderr().into_bytes();
    for canary in [WRONG_PASS, PASS, WRONG, ENCKEY, VENDOR_PASS] {
        assert!(!holds(&log, canary), "{canary}");
    }
}
