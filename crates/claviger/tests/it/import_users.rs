//! Users of a list as CSV: `claviger user import`.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::postgres::Database;
use crate::support::server::{Process, claviger};
use crate::support::{App, HWID, Server, eventually};

const FAR: i64 = 4_000_000_000;

fn hashed(password: &str) -> String {
    let hash = bcrypt::hash_with_salt(password, 4, [7; 16]).expect("a hash").to_string();
    hash.replacen("$2b$", "$2y$", 1)
}

fn written(server: &Server, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = server.folder().join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn import(server: &Server, path: &Path, more: &[&str]) -> Value {
    let app = server.app.path();
    server.cli.json(&[&["user", "import", &app, text(path), "--json"], more].concat())
}

fn refused(server: &Server, path: &Path, more: &[&str]) -> String {
    server.cli.fails(&[&["user", "import", &server.app.path(), text(path)], more].concat())
}

/// Users that are made, are there, are not taken.
fn counts(report: &Value) -> [u64; 3] {
    ["taken", "there", "refused"].map(|count| report[count].as_u64().expect("a number"))
}

/// Lines that are not taken, and why.
fn not_taken(report: &Value) -> Vec<(u64, &str)> {
    let rows = report["not_taken"].as_array().expect("rows");
    rows.iter()
        .map(|row| (row["line"].as_u64().expect("a line"), row["why"].as_str().expect("why")))
        .collect()
}

fn login(app: &App, name: &str, password: &str, hwid: &str) -> Value {
    app.init("1.2").call("login", &[("username", name), ("pass", password), ("hwid", hwid)]).json()
}

fn told(reply: &Value) -> &str {
    reply["message"].as_str().expect("a message")
}

fn users(server: &Server) -> Value {
    server.cli.json(&["user", "list", &server.app.path(), "--json"])
}

fn is_imported(server: &Server) {
    let app = &server.app;
    app.init("1.2").register("Old", "old password", server.license(0));
    let before = users(server);
    let list = format!(
        "\u{FEFF}User Name;Password;password_hash;E-Mail;HWID;Subscription;Expiry;Days;Banned;Created;colour\r\n\
         alice;correct horse;;a@example.org;{HWID};default;{FAR};;;2023-11-14;red\r\n\
         bob;;{hash};;;default;2099-01-31;;;1700000000;\r\n\
         \"car;ol\";\" two  words \";;;;default;never;;;;\r\n\
         \r\n\
         dan;\"a\r\nb\";;;;default;;30;;;\r\n\
         eve;secret;;;;default;2020-01-31;;;;\r\n\
         fay;secret;;;;default;{FAR};;shares the account;;\r\n\
         gus;secret;;;;;;;;;\r\n\
         OLD;secret;;;;default;{FAR};;;;\r\n\
         ALICE;secret;;;;default;{FAR};;;;\r\n\
         hal;secret;;;;default;;;;;\r\n\
         ida;secret;{hash};;;default;{FAR};;;;\r\n\
         jim;$2y$10$broken;;;;default;{FAR};;;;\r\n\
         all;secret;;;;default;{FAR};;;;\r\n\
         kim;secret;;;;;{FAR};;;;\r\n\
         lea;secret;;;;default;soon;;;;\r\n\
         mia;secret\r\n\
         ned;;;;;default;{FAR};;;;\r\n",
        hash = hashed("by bcrypt"),
    );
    let path = written(server, "users.csv", &list);
    let dry = import(server, &path, &["--dry-run"]);
    assert_eq!(users(server), before);
    let mut report = import(server, &path, &[]);
    assert_eq!(counts(&report), [8, 1, 8], "{report}");
    let lines: Vec<u64> = not_taken(&report).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [12, 13, 14, 15, 16, 17, 18, 19], "{report}");
    for ((_, why), part) in not_taken(&report).iter().zip([
        "another user of this name, perhaps in other letters, stands before it",
        "it tells no end of the subscription",
        "it has both a password and a hash",
        "looks like a hash",
        "nobody may be called `all`",
        "it tells an end, but no subscription",
        "`expiry` is no number",
        "it has 2 fields",
    ]) {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert_eq!(report["unknown_columns"], serde_json::json!(["colour"]), "{report}");
    assert!(report["notes"].to_string().contains("1 rows tell no password"), "{report}");
    report["dry_run"] = true.into();
    assert_eq!(report, dry, "a dry run tells what would be made");
    for secret in ["secret", "correct horse", "$2y$", "a@example.org"] {
        assert!(!report.to_string().contains(secret), "{secret}: {report}");
    }

    let reply =
        app.init("1.3").call("login", &[("username", "alice"), ("pass", "correct horse"), ("hwid", HWID)]);
    let info = &reply.json()["info"];
    assert_eq!(info["subscriptions"][0]["expiry"], FAR.to_string(), "{info}");
    assert_eq!(info["createdate"], "1699920000", "{info}");
    for (name, password, says) in [
        ("alice", "wrong", "Password does not match."),
        ("bob", "by bcrypt", "Logged in!"),
        ("car;ol", "two  words", "Logged in!"),
        ("dan", "a\r\nb", "Logged in!"),
        ("eve", "secret", "No active subscription(s) found"),
        ("fay", "secret", "The user is banned"),
        ("gus", "secret", "No active subscription(s) found"),
        ("ned", "", "Password does not match."),
        ("ned", "anything", "Password does not match."),
        ("Old", "old password", "Logged in!"),
    ] {
        assert_eq!(told(&login(app, name, password, HWID)), says, "{name}");
    }
    let why = app.sell("why", &[("user", "ned")]).json();
    assert_eq!(
        (&why["standing"], &why["reasons"][0]["code"]),
        (&"refused".into(), &"no_password".into()),
        "{why}"
    );
    let shown = server.cli.ok(&["user", "show", &app.path(), "ned"]);
    assert!(shown.contains("none, and no sign-in sets it"), "{shown}");
    assert_eq!(
        told(&login(app, "alice", "correct horse", &"o".repeat(30))),
        "HWID doesn't match. Ask for a HWID reset"
    );
    let entry = &server.cli.json(&["audit", "list", &app.path(), "--limit", "1", "--json"])[0];
    assert_eq!(
        (&entry["type"], &entry["changes"]),
        (&"user import".into(), &"made: 8; there: 1".into()),
        "{entry}"
    );

    // The same list again makes nobody, not even those who were deleted since; another one may.
    server.cli.ok(&["user", "delete", &app.path(), "gus", "--yes"]);
    let before = users(server);
    let again = import(server, &path, &[]);
    assert_eq!((counts(&again), &again["again"]), ([0, 9, 8], &true.into()), "{again}");
    assert_eq!(users(server), before);
    let report = import(server, &path, &["--subscription", "default", "--days", "3"]);
    assert_eq!(counts(&report), [3, 8, 6], "{report}");
    assert_eq!(told(&login(app, "hal", "secret", HWID)), "Logged in!");
}

#[test]
fn users_of_a_list_are_made_in_sqlite() {
    is_imported(&Server::start());
}

#[test]
fn users_of_a_list_are_made_in_postgres() {
    is_imported(&Server::start_on(&Database::create().url));
}

#[test]
fn hostile_lists_change_nothing_or_what_they_should() {
    let server = Server::start();
    let before = users(&server);
    let path = server.folder().join("list.csv");
    for (list, told) in [
        (&b""[..], "there is nothing in it"),
        (b"username,password\n", "there is no user under the names of the columns"),
        (b"alice,secret\nbob,secret\n", "no column is called `username`"),
        (b"username,user\na,b\n", "say the same"),
        (b"username,username\na,b\n", "the columns 1 and 2 have the same name"),
        (b"username,colour,colour\na,b,c\n", "the columns 2 and 3 have the same name"),
        (b"\xFF\xFEu\0s\0", "it is UTF-16"),
        (b"username,password\nbob,\"left,open\n", "line 2: a quotation mark opens"),
        (b"user\xFFname,password\na,b\n", "are no UTF-8"),
        (b"username,subscription,days\na,gold,3\nb,silver,3\n", "`gold` (line 2), `silver` (line 3)"),
        (b"\x1F\x8B\x08\0broken", "cannot be read"),
    ] {
        fs::write(&path, list).expect("a file");
        let refused = refused(&server, &path, &[]);
        assert!(refused.contains(told), "{told}: {refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    assert!(refused(&server, Path::new("/nowhere"), &[]).contains("/nowhere"));
    let nobody = written(&server, "nobody.csv", "username\na\n");
    assert!(
        refused(&server, &nobody, &["--subscription", "gold", "--days", "3"])
            .contains("no subscription `gold`")
    );
    assert_eq!(users(&server), before);
    let rows: [&[u8]; 6] = [
        b"nul\0name,x\n",
        b"broken\xFF,x\n",
        b"nulpass,a\0b\n",
        b"wide,x,,,,,,,\n",
        b"good,first\n",
        b"\xE2\x80\xAEbidi,x\n",
    ];
    let list = [b"username,password\n", &rows.concat()[..], b"long", &b"x".repeat(100_000), b",x\n"];
    fs::write(&path, list.concat()).expect("a file");
    let report = import(&server, &path, &[]);
    assert_eq!(counts(&report), [1, 0, 6], "{report}");
    assert_eq!(
        not_taken(&report).iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [2, 3, 4, 5, 7, 8],
        "{report}"
    );
    assert_eq!(server.count("users"), 1);
    server.app.seller("type=pauseapp");
    assert!(refused(&server, &nobody, &[]).contains("unpause it first"));
}

/// Imports a list, and tells how it ended and how many MiB of memory that took at most.
fn peak(server: &Server, path: &Path) -> (Process, u64) {
    let mut command = claviger();
    command.args(["user", "import", &server.app.path(), text(path), "--json"]).args(server.cli.data());
    let mut process = Process::spawn(command, server.folder());
    let mut peak = 0;
    eventually("the end of an import", || {
        let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or_default());
        process.is_over().then_some(())
    });
    (process, peak >> 10)
}

/// A list of 80 MiB, compressed, takes little memory: one of many rows (47 MiB), and one whose only row does not end (75).
#[test]
fn large_lists_take_little_memory() {
    const ROWS: usize = 40_000;
    let server = Server::start();
    for endless in [false, true] {
        let path = server.folder().join("large.csv.gz");
        let file = fs::File::create(&path).expect("a file");
        let mut file = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        file.write_all(b"username,password\n").expect("a head");
        let row = format!("{},{}\n", "n".repeat(1000), "p".repeat(1000));
        file.write_all(if endless { b"\"" } else { b"" }).expect("a quote");
        for _ in 0..ROWS {
            file.write_all(row.as_bytes()).expect("a row");
        }
        file.finish().expect("a file");
        let (process, mib) = peak(&server, &path);
        if endless {
            let told = process.stderr();
            assert!(told.contains("line 2: a quotation mark opens"), "{told}");
        } else {
            let report = serde_json::from_str(&process.stdout()).expect("a report");
            assert_eq!(counts(&report), [0, 0, ROWS as u64], "{report}");
        }
        assert!(mib > 0 && mib < 100, "{mib} MiB");
    }
}

fn survives_a_crash(server: &Server) {
    const USERS: usize = 1500;
    let mut list = "username,password,subscription,expiry\n".to_owned();
    for n in 0..USERS {
        // Few are typed: hashing them takes long.
        let password = if n % 100 == 0 { "typed".to_owned() } else { hashed("x") };
        writeln!(list, "user{n},{password},default,{FAR}").expect("a row");
    }
    let path = written(server, "users.csv", &list);
    let mut kills = 0;
    for upto in [1, 500, 1000] {
        let wanted = format!("takeovers WHERE name = 'users' AND upto >= {upto}");
        let mut command = claviger();
        command.args(["user", "import", &server.app.path(), text(&path)]).args(server.cli.data());
        let mut process = Process::spawn(command, server.folder());
        eventually(&wanted, || {
            let begun = server.count(&wanted) > 0 || process.is_over();
            begun.then_some(())
        });
        kills += usize::from(!process.is_over());
        process.crash();
    }
    assert!(kills > 0, "each run was over before it could be killed");
    let report = import(server, &path, &[]);
    let [taken, there, refused] = counts(&report);
    assert_eq!((taken + there, refused, &report["again"]), (USERS as u64, 0, &true.into()), "{report}");
    for count in ["users", "user_subscriptions", "tokens WHERE kind = 'user'"] {
        assert_eq!(server.count(count), USERS as i64, "{count}");
    }
    assert_eq!(server.count("takeover_rows"), 0);
    for name in ["user0", "user700", "user1400"] {
        assert_eq!(told(&login(&server.app, name, "typed", HWID)), "Logged in!", "{name}");
    }
}

#[test]
fn a_list_that_is_killed_goes_on_in_sqlite() {
    survives_a_crash(&Server::start());
}

#[test]
fn a_list_that_is_killed_goes_on_in_postgres() {
    survives_a_crash(&Server::start_on(&Database::create().url));
}
