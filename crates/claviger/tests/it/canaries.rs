//! Secrets are in no log, trace or metric: a server is given values that occur nowhere else, at its most talkative, and
//! all that it wrote is searched for them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use tempfile::TempDir;

use crate::canary_acts::{
    BACKUP_PASSPHRASE, COLLECTOR, Canary, ENCKEY, HOOK_PATH, HOOK_QUERY, LOG_HOOK, MASTER_PASSPHRASE,
    OIDC_SECRET, PASS, S3_SECRET, SMTP_PASS, VARIABLE, VENDOR_PASS, WRONG, WRONG_PASS, chosen, nonsense,
    people, programs, vendors_programs,
};
use crate::support::collector::Collector;
use crate::support::http::request;
use crate::support::issuer::Issuer;
use crate::support::mailbox::Mailbox;
use crate::support::needle::{holds, holds_bytes};
use crate::support::objects::Objects;
use crate::support::postgres::Database;
use crate::support::target::Target;
use crate::support::{App, Browser, Server, seal};
use crate::tls::secured;

/// What may be where all the same, and has to be, since a search that finds nothing anywhere would prove nothing.
const ALLOWED: [(&str, &str, &str); 3] = [
    ("user name", "log", "lines of the guard tell with whose name somebody failed to sign in"),
    ("user name", "commands", "the audit log tells whom a change was about"),
    ("what strangers sent", "commands", "and which device was blacklisted"),
];

/// A server that tells all it can, and who listens.
struct Told {
    server: Server,
    collector: Collector,
    mailbox: Mailbox,
    hook: Target,
    /// What commands printed.
    commands: String,
    _issuer: Issuer,
    _objects: Objects,
    _secrets: TempDir,
}

/// A file that only its owner can read.
fn secret_file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its owner's");
    path.to_str().expect("UTF-8").to_owned()
}

impl Told {
    fn start(format: &str, database: Option<&str>) -> Self {
        let (collector, mailbox) = (Collector::start(), Mailbox::start());
        let (issuer, objects) = (Issuer::start(), Objects::start());
        let secrets = tempfile::tempdir().expect("a folder");
        let [master, backup, s3] =
            [("master", MASTER_PASSPHRASE), ("backup", BACKUP_PASSPHRASE), ("s3", S3_SECRET)]
                .map(|(name, text)| secret_file(secrets.path(), name, text));
        let smtp = mailbox.url.replace("smtp://", &format!("smtp://mailer:{SMTP_PASS}@"));
        let settings = format!(
            "log = \"trace\"\nlog_format = {format:?}\naccess_log = \"access.log\"\n\
             metrics_listen = \"127.0.0.1:0\"\noutgoing_allow = [\"127.0.0.0/8\"]\n\
             smtp_url = {smtp:?}\nsmtp_from = \"shop@example.org\"\nmaster_passphrase_file = {master:?}\n\
             [[identity_provider]]\nname = \"Acme SSO\"\nissuer = {:?}\nclient_id = \"claviger\"\n\
             client_secret = \"{OIDC_SECRET}\"\n\
             [backup]\nplace = \"s3://bucket/night\"\ns3_endpoint = {:?}\ns3_region = \"eu-1\"\n\
             s3_access_key = \"us\"\ns3_secret_key_file = {s3:?}\npassphrase_file = {backup:?}\nevery_hours = 1\n",
            issuer.url, objects.url
        );
        let variables = [
            format!("OTEL_EXPORTER_OTLP_ENDPOINT={}", collector.url),
            format!("OTEL_EXPORTER_OTLP_HEADERS=authorization={COLLECTOR}"),
            "OTEL_BSP_SCHEDULE_DELAY=50".into(),
        ];
        let server = Server::start_with_variables_on(&variables, database, &settings);
        let (hook, commands) = (Target::start(&[(500, "later")]), String::new());
        Self {
            server,
            collector,
            mailbox,
            hook,
            commands,
            _issuer: issuer,
            _objects: objects,
            _secrets: secrets,
        }
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

    /// What operators do while the server runs; the secrets that they are shown. What else commands print is searched.
    fn operator(&mut self, app: &App) -> Vec<Canary> {
        let cli = &self.server.cli;
        let before = app.seller_key.clone();
        let rotated =
            cli.json(&["app", "rotate-seller-key", &app.path(), "--grace", "3600", "--yes", "--json"]);
        let fresh = rotated["seller_key"].as_str().expect("a key").to_owned();
        for key in [&before, &fresh] {
            let reply = App { seller_key: key.clone(), ..app.clone() }.seller("type=appdetails");
            assert_eq!(reply.status, 200, "both secrets work for an hour: {reply:?}");
        }
        for args in [
            &["app", "rotate-key-pair", "vendor/shop", "--yes"][..],
            &["app", "key-pairs", "vendor/shop"],
            &["app", "seller-key", "list", "vendor/shop"],
            &["keys", "rotate", "--yes"],
            &["keys", "list"],
            &["backup", "create"],
            &["backup", "list"],
            &["backup", "verify"],
            &["audit", "list", "vendor/shop"],
            &["seller-log", "list", "vendor/shop"],
            &["doctor"],
        ] {
            let outcome = cli.run(args);
            // The doctor may find something.
            assert!(outcome.code == Some(0) || args == ["doctor"], "{args:?}: {outcome:?}");
            self.commands += &(outcome.stdout + &outcome.stderr);
        }
        app.init_with("1.3", Some(ENCKEY)).is_unvalidated();
        vec![("seller key before", before), ("seller key", fresh)]
    }

    /// The master keys, once the server has stopped, and private keys that they open.
    fn keys(&self) -> (Vec<Canary>, Vec<Vec<u8>>) {
        self.server.cli.ok(&["keys", "unprotect"]);
        let text = fs::read_to_string(self.server.data().join("master.key")).expect("the keys");
        let masters: Vec<String> = text.lines().map(str::to_owned).collect();
        assert_eq!(masters.len(), 2, "one rotation");
        let seeds = seal::private_keys(&self.server, &masters);
        (masters.into_iter().map(|key| ("master key", key)).collect(), seeds)
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
            ("commands", self.commands.clone().into_bytes()),
        ]
    }
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
    canaries.extend(people(&told.mailbox, &app, &vendor));
    nonsense(&app.address);
    canaries.extend(told.operator(&app));
    canaries.extend([("license key", key), ("application's secret", app.secret.clone())]);
    let seen = told.hook.seen();
    let came = |part: &str| seen.iter().any(|seen| seen.line.contains(part));
    assert!(came(HOOK_PATH) && came(HOOK_QUERY), "{seen:?}");
    let sources = told.sources();
    let (masters, seeds) = told.keys();
    canaries.extend(masters);
    search(&sources, &canaries);
    assert!(seeds.len() >= 3, "the default key, the application's, and its former one");
    for (place, text) in &sources {
        assert!(!seeds.iter().any(|seed| holds_bytes(text, seed)), "a private key is in the {place}");
    }
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
    let (mut server, _, pair, _folder) = secured("log = \"trace\"\n");
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
    let lines: Vec<&str> =
        pair.key_pem.lines().filter(|line| line.len() > 20 && !line.contains("PRIVATE")).collect();
    assert!(!lines.is_empty() && lines.iter().all(|line| !holds(&log, line)), "the key of TLS");
}
