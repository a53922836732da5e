//! What operators change by the command line is in the logs, as `cli:` and the system's user.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::server::claviger;
use crate::support::{Browser, Server};

/// Words that only read, first or last.
const READING: [&str; 19] = [
    "serve",
    "doctor",
    "why",
    "audit",
    "seller-log",
    // Of no application: all of them at once, into a file or into a database that has no log yet.
    "backup",
    "keys",
    "migrate-store",
    "upgrade",
    "health",
    "top",
    "openapi",
    "man",
    "completions",
    "list",
    "show",
    "settings",
    "watch",
    "key-pairs",
];

/// All commands, by their words, as their help lists them.
fn all_commands(words: &[String], found: &mut BTreeSet<String>) {
    let output = claviger().args(words).arg("--help").output().expect("the program starts");
    let help = String::from_utf8(output.stdout).expect("text");
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let below: Vec<&str> = lines
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "help")
        .collect();
    if below.is_empty() {
        found.insert(words.join(" "));
    }
    for word in below {
        all_commands(&[words, &[word.to_owned()]].concat(), found);
    }
}

/// Commands that change something of the application APP, in an order in which they can be done, and their targets.
const IN_APP: &[(&str, &str, &str)] = &[
    ("session kill", "--user alice --yes", "alice"),
    ("app set", "minUsername=3", "demo-app"),
    ("app ban", "--yes", "demo-app"),
    ("app unban", "", "demo-app"),
    ("app rotate-secret", "--yes", "demo-app"),
    ("app rotate-key-pair", "--yes", "demo-app"),
    ("app end-key-pairs", "--yes", "demo-app"),
    ("app rotate-seller-key", "--yes", "demo-app"),
    ("app seller-key add", "shop", "shop"),
    ("app seller-key set", "shop --rights read", "shop"),
    ("app seller-key rotate", "shop --yes", "shop"),
    ("app seller-key revoke", "shop --yes", "shop"),
    ("subscription add", "gold 7", "gold"),
    ("subscription delete", "gold --yes", "gold"),
    ("license add", "--days 3 --amount 2", "demo-app"),
    ("license edit", "LICENSE --days 9", "LICENSE"),
    ("license import", "FILE --days 3", "demo-app"),
    ("license ban", "LICENSE", "LICENSE"),
    ("license unban", "LICENSE", "LICENSE"),
    ("user ban", "alice --reason because", "alice"),
    ("user unban", "alice", "alice"),
    ("user reset-hwid", "alice", "alice"),
    ("user set-email", "alice a@example.org", "alice"),
    ("user login-token", "alice", "alice"),
    ("session kill-all", "--yes", "demo-app"),
    ("variable set", "motd hush", "motd"),
    ("variable set-user", "alice colour hush", "alice colour"),
    ("variable delete", "motd --yes", "motd"),
    ("webhook add", "https://example.org/?key=hush --id hook", "hook"),
    ("webhook delete", "hook --yes", "hook"),
    ("file add", "https://example.org/hush --id 123456", "123456"),
    ("file delete", "123456 --yes", "123456"),
    ("chat add", "lobby", "lobby"),
    ("chat mute", "alice 60", "alice"),
    ("chat unmute", "alice", "alice"),
    ("chat delete", "lobby --yes", "lobby"),
    ("blacklist add", "--ip 198.51.100.7", "198.51.100.7"),
    ("blacklist delete", "--ip 198.51.100.7", "198.51.100.7"),
    ("whitelist add", "198.51.100.8", "198.51.100.8"),
    ("whitelist delete", "198.51.100.8", "198.51.100.8"),
    ("log clear", "--yes", "demo-app"),
    ("account add", "rita --role reseller --levels 1 --rights ban", "rita"),
    ("account edit", "rita --levels 2", "rita"),
    ("account balance", "rita --week 5 --day -1", "rita"),
    ("account invite", "rita", "rita"),
    ("account suspend", "rita", "rita"),
    ("account resume", "rita", "rita"),
    ("account delete", "rita --yes", "rita"),
    ("panel set", "on=true brand=Acme", "demo-app"),
    ("panel set-logo", "LOGO", "demo-app"),
    ("panel remove-logo", "", "demo-app"),
    ("user delete", "alice --yes", "alice"),
];

/// Those that are tried in a test of their own below, or need more than this application has; their way is the same.
const ELSEWHERE: [&str; 16] = [
    "import keyauth",
    "user import",
    "notice test",
    "app create",
    "app rename",
    "app delete",
    "owner create",
    "owner invite",
    "owner set-role",
    "owner sign-out",
    "panel offer-file",
    "token ban",
    "token unban",
    "token reset",
    "user set-password",
    "user disable-2fa",
];

#[test]
fn every_command_that_changes_something_is_known_here() {
    let mut all = BTreeSet::new();
    all_commands(&[], &mut all);
    let reads = |command: &String| {
        let words: Vec<&str> = command.split(' ').collect();
        READING[..13].contains(&words[0]) || READING[13..].contains(words.last().expect("a word"))
    };
    let changing: BTreeSet<String> = all.into_iter().filter(|command| !reads(command)).collect();
    let known: BTreeSet<String> =
        IN_APP.iter().map(|(command, ..)| *command).chain(ELSEWHERE).map(str::to_owned).collect();
    assert_eq!(changing, known);
}

fn newest(server: &Server, path: &str) -> Value {
    server.cli.json(&["audit", "list", path, "--limit", "1", "--json"])[0].clone()
}

fn user() -> String {
    let output = std::process::Command::new("id").arg("-un").output().expect("id");
    format!("cli:{}", String::from_utf8(output.stdout).expect("a name").trim())
}

/// The head of a picture of one pixel.
const ONE_PIXEL: &[u8] =
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00";

#[test]
fn what_commands_change_is_in_the_audit_log() {
    let server = Server::start();
    let license = server.license(1);
    server.app.init("1.2").register("alice", "p", server.license(0));
    let path = server.app.path();
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("keys.txt");
    std::fs::write(&list, "BROUGHT-ALONG-1\n").expect("a list");
    let logo = folder.path().join("logo.png");
    std::fs::write(&logo, ONE_PIXEL).expect("a picture");
    for (command, args, target) in IN_APP {
        let words: Vec<&str> = command.split(' ').collect();
        if *command == "session kill-all" {
            // Those before ended with what was done to alice; the secret that signs API 1.2 is another by now.
            server.app.init("1.1");
        }
        let args = args.replace("LICENSE", license).replace("FILE", list.to_str().expect("a path"));
        let args = args.replace("LOGO", logo.to_str().expect("a path"));
        let args: Vec<&str> = args.split_whitespace().collect();
        server.cli.ok(&[&words, &[path.as_str()][..], &args].concat());
        let entry = newest(&server, &path);
        assert_eq!(
            (&entry["type"], &entry["key"], &entry["target"]),
            (&(*command).into(), &user().into(), &target.replace("LICENSE", license).into()),
            "{entry}"
        );
        assert!(!entry.to_string().contains("hush"), "{entry}");
        if *command == "app set" {
            assert!(entry["changes"].as_str().expect("a text").starts_with("minUsername: "), "{entry}");
        }
    }
    // What failed, and what only reads, is not.
    let before = newest(&server, &path);
    server.cli.fails(&["user", "ban", &path, "nobody", "--reason", "x"]);
    server.cli.ok(&["user", "list", &path]);
    server.cli.ok(&["app", "settings", &path]);
    assert_eq!(newest(&server, &path), before);
}

#[test]
fn what_concerns_owners_is_in_their_log() {
    let server = Server::start();
    let cli = &server.cli;
    let browser = server.browser();
    let log = |browser: &Browser| browser.get("/dashboard/-/account-logs").text().to_owned();
    cli.ok(&["app", "create", "second", "--owner", "demo"]);
    assert_eq!(newest(&server, "demo/second")["type"], "app create");
    cli.ok(&["app", "rename", "demo/second", "third", "--yes"]);
    assert_eq!(newest(&server, "demo/third")["type"], "app rename");
    cli.ok(&["app", "delete", "demo/third", "--yes"]);
    cli.ok(&["owner", "set-role", "demo", "seller"]);
    let told = log(&browser);
    for deed in ["app create; second", "app delete; demo/third", "owner set-role; role: seller"] {
        assert!(told.contains(&format!("{deed} ({})", user())), "{deed}: {told}");
    }
    // Whoever names an owner like that is not taken for the command line.
    cli.fails(&["owner", "create", "cli:root"]);
    let params = "type=addAccount&role=Manager&user=cli%3Aroot&pass=p&email=a%40example.org";
    assert_eq!(server.app.seller(params).json()["success"], false);
}
