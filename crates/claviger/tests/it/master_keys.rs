//! `claviger keys`: another master key while servers run, its passphrase, and where else than in a file it may be.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use serde_json::Value;

use crate::client_two_factor::code;
use crate::support::disk::{after, unshare};
use crate::support::pipe::pipe;
use crate::support::postgres::Database;
use crate::support::second::Second;
use crate::support::server::{Process, claviger, claviger_under};
use crate::support::{Cli, HWID, Server, Session, eventually, mask_text};

fn key_file(server: &Server) -> PathBuf {
    server.data().join("master.key")
}

/// Name, whether it encrypts, and how many values are under it, of each key.
fn listed(server: &Server) -> Vec<(String, bool, i64)> {
    let told = server.cli.json(&["keys", "list", "--json"]);
    let keys = told.as_array().expect("a list").iter();
    keys.map(|key| {
        let name = key["name"].as_str().expect("a name").to_owned();
        (name, key["encrypts"] == true, key["values"].as_i64().expect("a number"))
    })
    .collect()
}

fn rotate(server: &Server) -> Value {
    server.cli.json(&["keys", "rotate", "--yes", "--json"])
}

/// A user who signs in with codes; the secret of these.
fn with_codes(session: &Session, name: &str, license: &str) -> String {
    session.register(name, "p", license);
    let (_, secret) = mask_text(session.call("2faenable", &[]).text(), "secret_code");
    assert_eq!(session.call("2faenable", &[("code", &code(&secret, 0))]).json()["success"], true);
    secret
}

/// Signs in with the code of a step; each is used once.
fn login(session: &Session, name: &str, secret: &str, step: i64) -> String {
    let code = code(secret, step);
    let params = [("username", name), ("pass", "p"), ("hwid", HWID), ("code", code.as_str())];
    session.call("login", &params).json()["message"].as_str().expect("a text").to_owned()
}

fn nothing_but_the_key_changes(server: Server) -> Server {
    let app = server.app.clone();
    let [alice, waiting] = [app.init("1.2"), app.init("1.3")];
    let secret = with_codes(&alice, "alice", server.license(0));
    waiting.register("bob", "p", server.license(1));
    let (_, pending) = mask_text(waiting.call("2faenable", &[]).text(), "secret_code");
    server.cli.ok(&["app", "set", &app.path(), "sellixSecret=secret-of-the-shop"]);
    // The secret of codes is there once more, as if it were another user's: the first login must not use its step up.
    let before = listed(&server);
    assert!(before.len() == 1 && before[0].1, "{before:?}");

    let told = rotate(&server);
    assert_eq!((told["resumed"].as_bool(), told["unreadable"].as_i64()), (Some(false), Some(0)), "{told}");
    let after = listed(&server);
    assert_eq!(after.len(), 2, "{after:?}");
    assert_eq!((told["from"].as_str(), told["to"].as_str()), (Some(&*after[1].0), Some(&*after[0].0)));
    // The key of hashes is a value of its own now.
    assert_eq!((after[0].1, after[0].2), (true, before[0].2 + 1), "{after:?}");
    assert_eq!((after[1].0.clone(), after[1].1, after[1].2), (before[0].0.clone(), false, 0), "{after:?}");
    let mode = fs::metadata(key_file(&server)).expect("the key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // The running server goes on, with what was encrypted before and with what is now.
    alice.is_validated();
    assert_eq!(login(&alice, "alice", &secret, 1), "Logged in!");
    assert_eq!(waiting.call("2faenable", &[("code", &code(&pending, 0))]).json()["success"], true);
    app.init("1.3").is_unvalidated();
    server.create_app("made-later").init("1.2").is_unvalidated();
    eventually("the news in the log", || {
        server.process.stderr().contains("another master key encrypts from now on").then_some(())
    });

    let refused = server.cli.fails(&["keys", "forget", &after[0].0, "--yes"]);
    assert!(refused.contains("encrypts"), "{refused}");
    assert!(server.cli.fails(&["keys", "forget", "00000000", "--yes"]).contains("there is no master key"));
    server.cli.ok(&["keys", "forget", &after[1].0, "--yes"]);
    assert_eq!(fs::read_to_string(key_file(&server)).expect("the key").lines().count(), 1);
    let server = server.restart();
    assert_eq!(server.app.public_key, app.public_key);
    let session = server.app.init("1.2");
    assert_eq!(login(&session, "bob", &pending, 1), "Logged in!");
    server
}

#[test]
fn another_master_key_encrypts_and_nothing_else_changes() {
    let server = nothing_but_the_key_changes(Server::start());
    // Once more; and the keys from before are of no use any more.
    let only = fs::read_to_string(key_file(&server)).expect("the key");
    rotate(&server);
    fs::write(key_file(&server), &only).expect("a key file");
    let refused = server.cli.fails(&["app", "list"]);
    assert!(refused.contains("is not the one that this database was set up with"), "{refused}");
}

#[test]
fn another_master_key_encrypts_in_postgres_too() {
    let database = Database::create();
    nothing_but_the_key_changes(Server::start_on(&database.url));
}

#[test]
fn a_backup_from_before_is_opened_by_the_former_key() {
    let server = Server::start();
    let backups = server.folder().join("backups");
    fs::create_dir(&backups).expect("a folder");
    let place = backups.to_str().expect("UTF-8").to_owned();
    server.cli.ok(&["backup", "create", "--place", &place]);
    rotate(&server);
    let told = server.cli.json(&["backup", "verify", "--place", &place, "--json"]);
    assert_eq!(told["key"], "opens");
    let elsewhere = server.folder().join("elsewhere");
    let fresh = crate::support::Cli::new(&elsewhere, None);
    let key = key_file(&server).to_str().expect("UTF-8").to_owned();
    fresh.ok(&["backup", "restore", "--place", &place, "--master-key-file", &key]);
    let shown = fresh.json(&["app", "show", &server.app.path(), "--json", "--master-key-file", &key]);
    assert_eq!(shown["secret"], server.app.secret.as_str());
}

/// Users whose codes' secrets are encrypted, made of one.
fn many_users(server: &Server, count: usize) {
    server.execute(&format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         INSERT INTO users (app, id, username, username_folded, owner, created, totp_secret)
         SELECT app, 1000 + n, 'many-' || n, 'many-' || n, owner, created, totp_secret
         FROM users, numbers WHERE username = 'alice'"
    ));
}

fn begin(args: &[&str], server: &Server) -> Process {
    let mut command = claviger();
    command.args(args).arg("--data-dir").arg(server.data());
    Process::spawn(command, server.folder())
}

#[test]
fn a_rotation_that_was_killed_goes_on() {
    let server = Server::start();
    let session = server.app.init("1.2");
    let secret = with_codes(&session, "alice", server.license(0));
    many_users(&server, 20_000);
    let before = listed(&server);
    let mut rotating = begin(&["keys", "rotate", "--yes"], &server);
    let database = rusqlite::Connection::open(server.data().join("claviger.db")).expect("the database");
    let kinds = "SELECT COUNT(DISTINCT totp_secret) FROM users WHERE username LIKE 'many-%'";
    eventually("the middle", || {
        let kinds: i64 = database.query_row(kinds, [], |row| row.get(0)).expect("a count");
        (kinds > 1).then_some(())
    });
    // Meanwhile nobody else changes the file.
    let refused = server.cli.run(&["keys", "rotate", "--yes"]);
    rotating.crash();
    assert!(
        refused.stderr.contains("is being changed by another command"),
        "the first one was quicker than it should be: {refused:?}"
    );
    let middle = listed(&server);
    assert!(middle.len() == 2 && middle[1].2 > 0, "killed too late: {middle:?}");
    assert_eq!(login(&session, "alice", &secret, 1), "Logged in!");
    let refused = server.cli.fails(&["keys", "forget", &middle[1].0, "--yes"]);
    assert!(refused.contains("is not finished: run `claviger keys rotate`"), "{refused}");

    let told = rotate(&server);
    assert_eq!((told["resumed"].as_bool(), told["to"].as_str()), (Some(true), Some(&*middle[0].0)));
    let after = listed(&server);
    assert_eq!((after.len(), after[0].2, after[1].2), (2, before[0].2 + 1, 0), "{after:?}");
}

#[test]
fn nobody_notices_a_rotation_at_either_node() {
    let database = Database::create();
    let first = Server::start_on(&database.url);
    let second = Second::start(&first, &database);
    let apps = [first.app.clone(), second.app.clone()];
    let sessions = apps.each_ref().map(|app| app.init("1.3"));
    let ended = AtomicBool::new(false);
    let rotations = 3;
    let made = thread::scope(|scope| {
        let programs: Vec<_> = (0..4)
            .map(|n| {
                let (apps, sessions, ended) = (&apps, &sessions, &ended);
                scope.spawn(move || {
                    let mut made = 0;
                    while !ended.load(Ordering::Relaxed) {
                        let (app, session) = (&apps[made % 2], &sessions[(made + n) % 2]);
                        session.is_unvalidated();
                        // Encrypted at one node, and read at the other.
                        let name = format!("user-{n}-{made}");
                        app.add_user(&name);
                        let own = app.init("1.2");
                        let params = [("username", name.as_str()), ("pass", "p"), ("hwid", HWID)];
                        assert_eq!(own.call("login", &params).json()["message"], "Logged in!");
                        let (_, secret) = mask_text(own.call("2faenable", &[]).text(), "secret_code");
                        let done = own
                            .at(&apps[(made + 1) % 2].address)
                            .call("2faenable", &[("code", &code(&secret, 0))]);
                        assert_eq!(done.json()["success"], true, "{done:?}");
                        made += 1;
                    }
                    made
                })
            })
            .collect();
        let outcome =
            panic::catch_unwind(AssertUnwindSafe(|| (0..rotations).for_each(|_| drop(rotate(&first)))));
        // Those who work would never end.
        ended.store(true, Ordering::Relaxed);
        outcome.expect("all rotations");
        programs.into_iter().map(|program| program.join().expect("no failure")).sum::<usize>()
    });
    assert!(made > 0);
    // What was encrypted while nodes noticed is found by the next one, if any is left.
    rotate(&first);
    let after = listed(&first);
    assert_eq!(after.len(), rotations + 2);
    assert!(after[1..].iter().all(|(_, encrypts, values)| !encrypts && *values == 0), "{after:?}");
}

fn a_server_goes_on_after_its_key_was_forgotten(server: &Server) {
    let sessions: Vec<_> = (0..20)
        .map(|n| {
            let session = server.app.init("1.2");
            server.app.add_user(&format!("user-{n}"));
            let name = format!("user-{n}");
            let params = [("username", name.as_str()), ("pass", "p"), ("hwid", HWID)];
            assert_eq!(session.call("login", &params).json()["message"], "Logged in!");
            session
        })
        .collect();
    let former = listed(server)[0].0.clone();
    server.process.signal("STOP");
    let asked = thread::scope(|scope| {
        let asked: Vec<_> =
            sessions.iter().map(|session| scope.spawn(|| session.call("2faenable", &[]).status)).collect();
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
            rotate(server);
            server.cli.ok(&["keys", "forget", &former, "--yes"]);
        }));
        // Those who ask would never end.
        server.process.signal("CONT");
        outcome.expect("both");
        asked.into_iter().map(|asked| asked.join().expect("no failure")).collect::<Vec<_>>()
    });
    assert!(asked.iter().all(|status| [200, 503].contains(status)), "{asked:?}");
    let told = server.cli.run(&["keys", "list"]);
    assert!(told.code == Some(0) && !told.stderr.contains("opened by none"), "{told:?}");
    eventually("the server to follow the key", || {
        (sessions[0].call("2faenable", &[]).status == 200).then_some(())
    });
}

#[test]
fn nothing_is_encrypted_under_a_forgotten_key() {
    a_server_goes_on_after_its_key_was_forgotten(&Server::start());
}

#[test]
fn nothing_is_encrypted_under_a_forgotten_key_in_postgres() {
    let database = Database::create();
    a_server_goes_on_after_its_key_was_forgotten(&Server::start_on(&database.url));
}

/// A server on the data of another one that has stopped, with these variables; what it said until it ended or listened.
fn serve(data: &Path, variables: &[(&str, &str)]) -> Result<Process, String> {
    let mut command = claviger();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data)
        .envs(variables.iter().copied());
    let mut process = Process::spawn(command, data.parent().expect("a folder"));
    let ended = eventually("a start or an end", || {
        let said = process.stderr();
        (said.contains("listening") || said.contains("claviger: ")).then_some(said)
    });
    if ended.contains("claviger: ") {
        process.wait();
        Err(ended)
    } else {
        Ok(process)
    }
}

#[test]
fn a_passphrase_protects_the_file() {
    let mut server = Server::start();
    let plain = fs::read_to_string(key_file(&server)).expect("the key");
    let passphrase = server.folder().join("passphrase");
    fs::write(&passphrase, "correct horse battery\n").expect("a file");
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).expect("a mode");
    let file = passphrase.to_str().expect("UTF-8").to_owned();
    assert!(server.cli.fails(&["keys", "unprotect"]).contains("is not protected"));
    let short = server.folder().join("short");
    fs::write(&short, "short").expect("a file");
    let refused =
        server.cli.fails(&["keys", "protect", "--master-passphrase-file", short.to_str().expect("UTF-8")]);
    assert!(refused.contains("has 5 characters"), "{refused}");
    assert_eq!(fs::read_to_string(key_file(&server)).expect("the key"), plain);
    server.cli.ok(&["keys", "protect", "--master-passphrase-file", &file]);
    let protected = fs::read_to_string(key_file(&server)).expect("the key");
    assert!(protected.starts_with("argon2id:") && !protected.contains(plain.trim()), "{protected}");
    assert!(server.cli.fails(&["keys", "protect", "--master-passphrase-file", &file]).contains("already"));
    // The running server has it already; commands and the next start need the passphrase.
    server.app.init("1.3").is_unvalidated();
    let refused = server.cli.fails(&["app", "list"]);
    assert!(
        refused.contains("protected by a passphrase") && refused.contains("--master-passphrase-file"),
        "{refused}"
    );
    let told = server.cli.json(&["keys", "rotate", "--yes", "--json", "--master-passphrase-file", &file]);
    assert_eq!(told["unreadable"], 0);
    let rotated = fs::read_to_string(key_file(&server)).expect("the key");
    assert_eq!(rotated.lines().filter(|line| line.starts_with("argon2id:")).count(), 2, "{rotated}");

    server.process.stop("TERM");
    let data = server.data();
    let refused = serve(&data, &[]).expect_err("no passphrase");
    assert!(refused.contains("protected by a passphrase"), "{refused}");
    let refused = serve(&data, &[("CLAVIGER_MASTER_PASSPHRASE", "correct horse")]).expect_err("a wrong one");
    assert!(refused.contains("the passphrase does not open") && !refused.contains("correct"), "{refused}");
    drop(serve(&data, &[("CLAVIGER_MASTER_PASSPHRASE", "correct horse battery")]).expect("a start"));
    let credentials = server.folder().join("credentials");
    fs::create_dir(&credentials).expect("a folder");
    fs::copy(&passphrase, credentials.join("master_passphrase")).expect("a copy");
    let folder = credentials.to_str().expect("UTF-8");
    drop(serve(&data, &[("CREDENTIALS_DIRECTORY", folder)]).expect("a start"));
    server.cli.ok(&["keys", "unprotect", "--master-passphrase-file", &file]);
    assert_eq!(fs::read_to_string(key_file(&server)).expect("the key").lines().nth(1), Some(plain.trim()));
    drop(serve(&data, &[]).expect("a start"));
}

#[test]
fn a_key_that_was_put_before_protected_ones_by_hand_is_protected_too() {
    let mut server = Server::start();
    server.process.stop("TERM");
    let passphrase = server.folder().join("passphrase");
    fs::write(&passphrase, "correct horse battery\n").expect("a file");
    fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).expect("a mode");
    let opened = ["--master-passphrase-file", passphrase.to_str().expect("UTF-8")];
    let run = |args: &[&str]| server.cli.run(&[args, &opened[..]].concat());
    let done = |args: &[&str]| {
        let ended = run(args);
        assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
        ended
    };
    let text = || fs::read_to_string(key_file(&server)).expect("the keys");
    let is_whole = |keys: usize| {
        let text = text();
        assert_eq!(text.lines().filter(|line| line.starts_with("argon2id:")).count(), keys, "{text}");
        assert_eq!(text.split_whitespace().count(), keys, "{text}");
    };
    let part = "is protected in part only";
    done(&["keys", "protect"]);
    is_whole(1);

    // What two commands tell, and a third completes.
    let new = ["ab", "cd"].map(|digits| digits.repeat(32));
    fs::write(key_file(&server), format!("{}\n{}", new[0], text())).expect("the keys");
    assert!(done(&["keys", "list"]).stderr.contains(part));
    let told = run(&["doctor"]).stdout;
    assert!(told.contains(part) && told.contains("claviger keys protect"), "{told}");
    let before = text();
    let refused = server.cli.fails(&["keys", "protect"]);
    assert!(refused.contains("the passphrase does not open"), "{refused}");
    assert_eq!(text(), before);
    done(&["keys", "protect"]);
    is_whole(2);
    assert!(!done(&["keys", "list"]).stderr.contains(part));

    // A rotation turns to a key that was put there, as it is told for several nodes, and makes lines of one.
    fs::write(key_file(&server), format!("{},{}", new[1], text().trim().replace('\n', ",")))
        .expect("the keys");
    for keys in [3, 4] {
        done(&["keys", "rotate", "--yes"]);
        is_whole(keys);
    }
}

#[test]
fn the_key_may_be_in_a_variable_or_a_credential() {
    let mut server = Server::start();
    server.process.stop("TERM");
    let (data, file) = (server.data(), key_file(&server));
    let key = fs::read_to_string(&file).expect("the key").trim().to_owned();
    fs::remove_file(&file).expect("the key");
    drop(serve(&data, &[("CLAVIGER_MASTER_KEY", &key)]).expect("a start"));
    assert!(!file.exists());
    let both = [("CLAVIGER_MASTER_KEY", key.as_str()), ("CLAVIGER_MASTER_KEY_FILE", "elsewhere")];
    assert!(serve(&data, &both).expect_err("two places").contains("one is enough"));
    let wrong = serve(&data, &[("CLAVIGER_MASTER_KEY", "secret")]).expect_err("no key");
    assert!(
        wrong.contains("the variable CLAVIGER_MASTER_KEY is no master key") && !wrong.contains("secret"),
        "{wrong}"
    );
    let credentials = server.folder().join("credentials");
    fs::create_dir(&credentials).expect("a folder");
    fs::write(credentials.join("master_key"), &key).expect("a credential");
    let folder = credentials.to_str().expect("UTF-8");
    drop(serve(&data, &[("CREDENTIALS_DIRECTORY", folder)]).expect("a start"));

    // Such a key is changed by who put it there, and turned to by the command.
    let keys = |words: &[&str], keys: &str| {
        let mut command = claviger();
        command.arg("keys").args(words).arg("--data-dir").arg(&data).env("CLAVIGER_MASTER_KEY", keys);
        let output = command.stdin(std::process::Stdio::null()).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).expect("UTF-8"))
    };
    let rotate = |text: &str| keys(&["rotate", "--yes"], text);
    let (done, said) = rotate(&key);
    assert!(
        !done && said.contains("comes from the variable CLAVIGER_MASTER_KEY") && said.contains("comma"),
        "{said}"
    );
    let new = "ab".repeat(32);
    let (done, said) = rotate(&format!("{new},{key}"));
    assert!(done && said.contains("take it out of the variable CLAVIGER_MASTER_KEY yourself"), "{said}");
    let former = said.split_once(" stays for backups").and_then(|(before, _)| before.rsplit(' ').next());
    let forget = ["forget", former.expect("a name"), "--yes"];
    // Each is told what to do in place of what was asked for.
    for (words, advice) in [
        (&forget[..], "take that key and the comma beside it out there"),
        (&["protect"], "only a file is protected by a passphrase"),
    ] {
        let (done, said) = keys(words, &format!("{new},{key}"));
        assert!(!done && said.contains(advice) && !said.contains("openssl"), "{words:?}: {said}");
    }
    let refused = serve(&data, &[("CLAVIGER_MASTER_KEY", &key)]).expect_err("the former key");
    assert!(refused.contains("is not the one that this database was set up with"), "{refused}");
    drop(serve(&data, &[("CLAVIGER_MASTER_KEY", &new)]).expect("a start"));
}

/// Keeps a key file of its own, on the database of the server.
fn node(server: &Server, database: &Database, name: &str) -> (Cli, PathBuf) {
    let folder = server.folder().join(name);
    fs::create_dir(&folder).expect("a folder");
    let file = folder.join("master.key");
    fs::copy(key_file(server), &file).expect("a copy");
    (Cli::new(&folder, Some(&database.url)), file)
}

#[test]
fn of_two_nodes_with_a_file_each_one_rotates() {
    let database = Database::create();
    let server = Server::start_on(&database.url);
    let nodes = ["n1", "n2"].map(|name| node(&server, &database, name));
    let outcomes = thread::scope(|scope| {
        let running = nodes.each_ref().map(|(cli, _)| scope.spawn(|| cli.run(&["keys", "rotate", "--yes"])));
        running.map(|running| running.join().expect("no failure"))
    });
    let winner = usize::from(outcomes[1].code == Some(0));
    let [won, lost] = [&outcomes[winner], &outcomes[1 - winner]];
    assert!(won.code == Some(0) && lost.code == Some(1), "{outcomes:?}");
    let said = &lost.stderr;
    assert!(said.contains("ut the lines of") && said.contains("only copy of a key"), "{said}");
    let [(winner, file), (loser, other)] = [&nodes[winner], &nodes[1 - winner]];
    let [new, old] = [file, other].map(|file| fs::read_to_string(file).expect("keys"));
    assert_eq!((new.lines().count(), old.lines().count()), (2, 1), "its file holds a key that nothing needs");
    let secret = |cli: &Cli| cli.json(&["app", "show", &server.app.path(), "--json"])["secret"].clone();
    assert_eq!(secret(winner), server.app.secret.as_str());
    let told = loser.run(&["doctor"]);
    assert!(format!("{told:?}").contains("Put the lines of the right file"), "{told:?}");
    // As it says.
    fs::write(other, format!("{new}{old}")).expect("keys");
    assert_eq!(secret(loser), server.app.secret.as_str());
    let told = loser.json(&["keys", "rotate", "--yes", "--json"]);
    assert_eq!((told["unreadable"].as_i64(), told["resumed"].as_bool()), (Some(0), Some(false)), "{told}");
    assert_eq!(fs::read_to_string(other).expect("keys").lines().count(), 3, "each key once, and another one");
}

#[test]
fn a_rotation_to_a_key_elsewhere_is_not_overwritten() {
    let server = Server::start();
    let before = fs::read_to_string(key_file(&server)).expect("the key");
    server.execute(
        "INSERT INTO server_keys (name, value) VALUES ('master-key-rotation', CAST('01234567' AS BLOB))",
    );
    let refused = server.cli.fails(&["keys", "rotate", "--yes"]);
    for says in ["another rotation is under way from another key file", "01234567", "replace no file"] {
        assert!(refused.contains(says), "{refused}");
    }
    let told = server.cli.run(&["doctor"]);
    assert!(format!("{told:?}").contains("another rotation is under way"), "{told:?}");
    assert_eq!(fs::read_to_string(key_file(&server)).expect("the key"), before);
    let told = server.cli.json(&["keys", "rotate", "--yes", "--json", "--keys-are-lost"]);
    assert_eq!(told["unreadable"], 0);
    assert_eq!(server.count("server_keys WHERE name = 'master-key-rotation'"), 0);
}

#[test]
fn a_rotation_is_not_done_while_no_key_opens_a_value() {
    let server = Server::start();
    let session = server.app.init("1.2");
    with_codes(&session, "alice", server.license(0));
    server.execute("UPDATE users SET totp_secret = zeroblob(60) WHERE username = 'alice'");
    for resumed in [false, true] {
        let refused = server.cli.fails(&["keys", "rotate", "--yes"]);
        assert!(refused.contains("1 values are encrypted under a master key that is not in"), "{refused}");
        assert_eq!(server.count("server_keys WHERE name = 'master-key-rotation'"), 1, "{resumed}");
        assert_eq!(listed(&server).len(), 2);
    }
    let told = server.cli.run(&["doctor"]);
    assert!(format!("{told:?}").contains("1 values are encrypted under a master key"), "{told:?}");
    let told = server.cli.json(&["keys", "rotate", "--yes", "--json", "--keys-are-lost"]);
    assert_eq!((told["unreadable"].as_i64(), told["resumed"].as_bool()), (Some(1), Some(true)), "{told}");
    assert_eq!(server.count("server_keys WHERE name = 'master-key-rotation'"), 0);
}

#[test]
fn a_file_that_is_mounted_alone_stays_as_it_is() {
    // Where the system allows no namespaces, nothing can be mounted.
    let Some(way) = unshare() else { return };
    let mut server = Server::start();
    server.process.stop("TERM");
    let (data, key) = (server.data(), key_file(&server));
    let before = fs::read(&key).expect("the key");
    let mount = format!("mount --bind '{0}' '{0}'", key.display());
    let mut command = claviger_under(&after(&way, &mount));
    command.args(["keys", "rotate", "--yes", "--data-dir"]).arg(&data);
    let mut process = Process::spawn(command, server.folder());
    assert_eq!(process.wait().code(), Some(1));
    let said = process.stderr();
    assert!(said.contains("is mounted as a single file, which cannot be replaced"), "{said}");
    assert_eq!(fs::read(&key).expect("the key"), before);
    assert!(!data.join("master.key.new").exists());
    server.cli.ok(&["app", "list"]);
}

#[test]
fn a_first_start_without_room_for_it_leaves_nothing_behind() {
    // Where the system allows no namespaces, no disk can be made small.
    let Some(way) = unshare() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let [keys, data, found] = ["keys", "data", "found"].map(|name| folder.path().join(name));
    fs::create_dir(&keys).expect("a folder");
    let script = format!(
        "mount -t tmpfs -o size=4k,mode=700 tmpfs '{keys}' && dd if=/dev/zero of='{keys}/fill' bs=4096 count=1 && \
         {{ ! \"$@\"; }} && ls -A '{keys}' > '{found}' && rm '{keys}/fill'",
        keys = keys.display(),
        found = found.display()
    );
    let mut command = claviger_under(&after(&way, &script));
    command.args(["serve", "--listen", "127.0.0.1:0", "--master-key-file"]);
    command.arg(keys.join("master.key")).arg("--data-dir").arg(&data);
    let process = Process::spawn(command, folder.path());
    // The second one, which finds room.
    eventually("a start", || process.stderr().contains("listening").then_some(()));
    let said = process.stderr();
    assert!(said.contains("cannot be used: No space left on device"), "{said}");
    assert_eq!(fs::read_to_string(&found).expect("names"), "fill\n");
}

#[test]
fn an_empty_file_is_told_from_a_damaged_one() {
    let mut server = Server::start();
    server.process.stop("TERM");
    fs::write(key_file(&server), "\n").expect("the key");
    let refused = server.cli.fails(&["app", "list"]);
    assert!(
        refused.contains("is empty") && refused.contains("remove the file; else restore it"),
        "{refused}"
    );
    // Nothing is lost by doing so where it is the wrong thing to do.
    fs::remove_file(key_file(&server)).expect("the key");
    assert!(serve(&server.data(), &[]).expect_err("no key").contains("was set up with a master key"));
    assert!(!key_file(&server).exists());
}

#[test]
fn a_pipe_is_no_place_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, path) = (folder.path().join("data"), folder.path().join("pipe"));
    pipe(&path);
    let path = path.to_str().expect("UTF-8");
    for args in [&["serve", "--listen", "127.0.0.1:0"][..], &["app", "list"], &["doctor"]] {
        // Commands want a database, which the first start makes.
        if args[0] != "serve" && !data.join("claviger.db").exists() {
            fs::write(data.join("claviger.db"), "").expect("a file");
        }
        let mut command = claviger();
        command.args(args).args(["--master-key-file", path, "--data-dir"]).arg(&data);
        let mut process = Process::spawn(command, folder.path());
        assert_eq!(process.wait().code(), Some(1), "{args:?}");
        let said = process.stdout() + &process.stderr();
        assert!(said.contains("it is no regular file"), "{args:?}: {said}");
    }
}
