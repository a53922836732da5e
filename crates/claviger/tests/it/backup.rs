//! Backups, restoring them, and moving between databases.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::support::postgres::Database;
use crate::support::server::{Process, claviger};
use crate::support::{App, Cli, HWID, Server, Session, assert_json, eventually};

/// A server in use: users, sessions, a file, and a folder for backups.
pub struct Used {
    pub server: Server,
    pub signed_in: Session,
    pub backups: PathBuf,
}

impl Used {
    pub fn on(server: Server) -> Self {
        let signed_in = server.app.init("1.2");
        signed_in.register("alice", "correct horse", server.license(0));
        let folder = server.data().join("files/1");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("123456"), b"an uploaded file").expect("a file");
        server.execute(
            "INSERT INTO files (app, id, name, size, uploaded, authed) VALUES (1, '123456', 'loader.exe', 16, 5, 0)",
        );
        let backups = server.folder().join("backups");
        Self { server, signed_in, backups }
    }

    pub fn place(&self) -> &str {
        self.backups.to_str().expect("a path in UTF-8")
    }

    pub fn create(&self) -> String {
        let made = self.server.cli.json(&["backup", "create", "--place", self.place(), "--json"]);
        assert_eq!((&made["files"], &made["missed"]), (&1.into(), &0.into()), "{made}");
        assert!(made["rows"].as_i64().expect("rows") > 100, "{made}");
        made["name"].as_str().expect("a name").to_owned()
    }
}

/// A data folder beside that of a server, with its master key.
pub struct Elsewhere {
    pub data: PathBuf,
    database: Option<String>,
    pub cli: Cli,
}

impl Elsewhere {
    pub fn beside(server: &Server, name: &str, database: Option<&str>) -> Self {
        let data = server.folder().join(name);
        fs::create_dir(&data).expect("a folder");
        fs::copy(server.data().join("master.key"), data.join("master.key")).expect("a copy of the key");
        let cli = Cli::new(&data, database);
        Self { data, database: database.map(str::to_owned), cli }
    }

    /// A server there, with an application as it is told.
    pub fn serve(&self, app: &App) -> (Process, App) {
        let mut command = claviger();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&self.data);
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        let mut process = Process::spawn(command, self.data.parent().expect("a folder"));
        let address = process.wait_for_address();
        let app = app.at(&address);
        (process, app)
    }
}

/// What a backup of `used` becomes in `elsewhere`.
fn restores(used: &Used, elsewhere: &Elsewhere) {
    let name = used.create();
    let kept_license = used.server.license(1).to_owned();
    // What happened since is not in it.
    let later = used.server.app.init("1.2");
    later.register("bob", "correct horse", used.server.license(2));

    let told = elsewhere.cli.ok(&["backup", "restore", &name, "--place", used.place()]);
    assert!(told.starts_with(&format!("restored {name} into ")), "{told}");
    assert!(told.contains("all sessions of 1 applications"), "{told}");
    let (_process, app) = elsewhere.serve(&used.server.app);
    used.signed_in.at(&app.address).is_dead();
    later.at(&app.address).is_dead();
    let session = app.init("1.2");
    session.call("login", &[("username", "alice"), ("pass", "correct horse"), ("hwid", HWID)]);
    session.is_validated();
    assert_eq!(app.seller(&format!("type=verify&key={kept_license}")).status, 200);
    assert_json(
        &app.seller("type=verifyuser&user=bob"),
        used.server.app.seller("type=verifyuser&user=nobody").status,
        used.server.app.seller("type=verifyuser&user=nobody").text(),
    );
    assert_eq!(fs::read(elsewhere.data.join("files/1/123456")).expect("the file"), b"an uploaded file");
    let refused = elsewhere.cli.fails(&["backup", "restore", "--place", used.place()]);
    assert!(refused.contains("nothing is overwritten"), "{refused}");
    // The server that the backup is of goes on as it was.
    used.signed_in.is_validated();
}

#[test]
fn a_backup_of_sqlite_restores_to_either_database() {
    let used = Used::on(Server::start());
    restores(&used, &Elsewhere::beside(&used.server, "elsewhere", None));
    let database = Database::create();
    let name =
        used.server.cli.json(&["backup", "list", "--place", used.place(), "--json"])[0]["name"].clone();
    let elsewhere = Elsewhere::beside(&used.server, "postgres", Some(&database.url));
    elsewhere.cli.ok(&[
        "backup",
        "restore",
        "--gentle",
        name.as_str().expect("a name"),
        "--place",
        used.place(),
    ]);
    let (_process, app) = elsewhere.serve(&used.server.app);
    used.signed_in.at(&app.address).is_dead();
    let session = app.init("1.3");
    session.call("login", &[("username", "alice"), ("pass", "correct horse"), ("hwid", HWID)]);
    session.is_validated();
}

#[test]
fn a_backup_of_postgres_restores_to_sqlite() {
    let database = Database::create();
    let used = Used::on(Server::start_on(&database.url));
    restores(&used, &Elsewhere::beside(&used.server, "elsewhere", None));
}

#[test]
fn what_is_cut_off_or_changed_is_told() {
    let used = Used::on(Server::start());
    let name = used.create();
    let cli = &used.server.cli;
    let place = ["--place", used.place()];
    let verified = cli.json(&["backup", "verify", place[0], place[1], "--json"]);
    assert_eq!((&verified["name"], &verified["key"]), (&name.as_str().into(), &"opens".into()), "{verified}");
    let path = used.backups.join(&name);
    let whole = fs::read(&path).expect("the backup");

    // Here and there: some changes are those of rows that the database does not take.
    for part in 8..20 {
        let mut changed = whole.clone();
        changed[whole.len() * part / 20] ^= 1;
        fs::write(&path, &changed).expect("a change");
        let refused = cli.fails(&["backup", "verify", "--fast", &name, place[0], place[1]]);
        assert!(refused.starts_with("claviger: the backup "), "{part}: {refused}");
    }

    fs::write(&path, &whole[..whole.len() - 100]).expect("a part");
    let listed = cli.json(&["backup", "list", place[0], place[1], "--json"]);
    assert_eq!(listed[0]["whole"], false, "{listed}");
    let refused = cli.fails(&["backup", "verify", &name, place[0], place[1]]);
    assert!(refused.contains("the backup is cut off"), "{refused}");
    let elsewhere = Elsewhere::beside(&used.server, "elsewhere", None);
    let refused = elsewhere.cli.fails(&["backup", "restore", place[0], place[1]]);
    assert!(refused.contains("there is no whole backup in"), "{refused}");
    // Whoever insists finds out, and nobody takes what is there for a whole database.
    elsewhere.cli.fails(&["backup", "restore", &name, place[0], place[1]]);
    let refused = elsewhere.cli.fails(&["owner", "list"]);
    assert!(refused.contains("a restore into this database was not finished"), "{refused}");
    fs::write(&path, &whole).expect("the backup");
    elsewhere.cli.ok(&["backup", "restore", &name, place[0], place[1]]);
    assert_eq!(elsewhere.cli.json(&["owner", "list", "--json"])[0]["name"], "demo");
    assert_eq!(fs::read(elsewhere.data.join("files/1/123456")).expect("the file"), b"an uploaded file");
}

#[test]
fn a_backup_from_the_future_is_passed_over() {
    let used = Used::on(Server::start());
    let name = used.create();
    let cli = &used.server.cli;
    let place = ["--place", used.place()];
    let ahead = "claviger-29990101T000000Z.backup";
    fs::copy(used.backups.join(&name), used.backups.join(ahead)).expect("a copy");
    let run = cli.run(&["backup", "verify", place[0], place[1]]);
    assert!(run.code == Some(0) && run.stdout.starts_with(&name), "{run:?}");
    let told = format!("claviger: passed over {ahead}: it is dated later than now\n");
    assert!(run.stderr.contains(&told), "{run:?}");
    let listed = cli.ok(&["backup", "list", place[0], place[1]]);
    assert!(listed.contains("whole, dated later than now"), "{listed}");

    // It pushes out none, and is not deleted: nobody knows how old it is.
    let run = cli.run(&["backup", "prune", place[0], place[1], "--keep-daily", "1"]);
    assert_eq!(run.stdout.trim(), "all backups are kept");
    assert!(run.stderr.contains(&format!("{ahead} is dated later than now")), "{run:?}");

    let elsewhere = Elsewhere::beside(&used.server, "elsewhere", None);
    let told = elsewhere.cli.ok(&["backup", "restore", place[0], place[1]]);
    assert!(told.starts_with(&format!("restored {name} into ")), "{told}");

    fs::remove_file(used.backups.join(&name)).expect("the backup");
    let refused = cli.fails(&["backup", "verify", place[0], place[1]]);
    let told = format!(
        "there is no whole backup in {} but those that are dated later than now, such as {ahead}: see whether the clock \
         here is right, or name the one that is meant",
        used.place()
    );
    assert!(refused.contains(&told), "{refused}");
    cli.ok(&["backup", "verify", ahead, place[0], place[1]]);
}

#[test]
fn what_a_wrong_clock_noted_holds_up_no_plan() {
    let mut server = Server::start();
    server.process.stop("TERM");
    let backups = server.folder().join("backups");
    // As if one had been made, and another was being made, in a far future.
    server.execute(
        "UPDATE backup_state SET made = 32472144000, name = 'claviger-29990101T000000Z.backup', tried = 32472144000,
             claimed = 32472144000, claimant = 'somebody'",
    );
    let settings = server.folder().join("backup.toml");
    fs::write(&settings, format!("[backup]\nplace = '{}'\n", backups.display())).expect("settings");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(&settings);
    command.arg("--data-dir").arg(server.data());
    let mut process = Process::spawn(command, server.folder());
    process.wait_for_address();
    let made = eventually("a backup", || backup_names(&backups).pop());
    eventually("the note of it", || {
        (server.count(&format!("backup_state WHERE name = '{made}'")) == 1).then_some(())
    });
}

#[test]
fn another_master_key_is_told() {
    let used = Used::on(Server::start());
    used.create();
    let place = ["--place", used.place()];
    let elsewhere = Elsewhere::beside(&used.server, "elsewhere", None);
    let key = elsewhere.data.join("master.key");
    fs::write(&key, "0123456789abcdef".repeat(4)).expect("another key");
    for command in ["verify", "restore"] {
        let refused = elsewhere.cli.fails(&["backup", command, place[0], place[1]]);
        assert!(refused.contains("the master key"), "{refused}");
        let left =
            fs::read_dir(&elsewhere.data).expect("a folder").map(|entry| entry.expect("an entry").path());
        assert_eq!(left.collect::<Vec<_>>(), std::slice::from_ref(&key), "{command} leaves nothing behind");
    }
    // Without any it is restored, and told what is missing.
    fs::remove_file(&key).expect("no key");
    let told = elsewhere.cli.ok(&["backup", "restore", place[0], place[1]]);
    assert!(told.contains("put the master key that belongs to it at"), "{told}");
    // And no backup holds the key itself.
    let bytes = fs::read(used.backups.join(backup_names(&used.backups).remove(0))).expect("the backup");
    let own = fs::read_to_string(used.server.data().join("master.key")).expect("the key");
    assert!(!bytes.windows(64).any(|part| part == own.trim().as_bytes()));
}

fn backup_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    names.filter(|name| name.ends_with(".backup")).collect()
}

#[test]
fn a_server_makes_backups_by_itself_and_keeps_as_many_as_it_should() {
    let folder = tempfile::tempdir().expect("a folder");
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).expect("a folder");
    // Not ours, and one of ours from long ago.
    fs::write(backups.join("letters.backup"), "mine").expect("a file");
    let settings = format!("[backup]\nplace = '{}'\nkeep_daily = 1\n", backups.display());
    let server = Server::start_with(&settings);
    let made =
        eventually("a backup", || backup_names(&backups).into_iter().find(|name| name != "letters.backup"));
    eventually("the note of it", || server.process.stderr().contains("made a backup").then_some(()));
    let verified = server.cli.json(&["backup", "verify", &made, "--json"]);
    assert_eq!(verified["key"], "opens", "by the settings file alone");
    let old = backups.join("claviger-20200101T000000Z.backup");
    fs::copy(backups.join(&made), &old).expect("an old one");
    assert_eq!(
        server.cli.ok(&["backup", "prune", "--dry-run"]).trim(),
        "would delete claviger-20200101T000000Z.backup"
    );
    assert!(old.exists());
    server.cli.ok(&["backup", "prune"]);
    assert!(!old.exists() && backups.join(&made).exists() && backups.join("letters.backup").exists());
}

#[test]
fn everything_moves_to_the_other_database_and_back() {
    let mut used = Used::on(Server::start());
    let database = Database::create();
    used.server.process.stop("TERM");
    let from = used.server.data().join("claviger.db");
    let back = used.server.folder().join("back.db");
    let [from, back] = [&from, &back].map(|path| path.to_str().expect("UTF-8"));
    let there = used.server.cli.json(&["migrate-store", "--from", from, "--to", &database.url, "--json"]);
    let refused = used.server.cli.fails(&["migrate-store", "--from", from, "--to", &database.url]);
    assert!(refused.contains("nothing is overwritten"), "{refused}");
    // The address of a database may stand in a file, where no list of processes shows it.
    let file = used.server.folder().join("address");
    write!(File::create(&file).expect("a file"), "{}", database.url).expect("an address");
    let named = format!("@{}", file.display());
    let again = used.server.cli.json(&["migrate-store", "--from", &named, "--to", back, "--json"]);
    assert_eq!(there, again, "the same counts and checksums");
    assert!(
        there
            .as_array()
            .expect("tables")
            .iter()
            .any(|table| table["table"] == "sessions" && table["rows"] == 1)
    );
    // Sessions live on.
    for (name, database) in [("one", database.url.as_str()), ("two", back)] {
        let elsewhere = Elsewhere::beside(&used.server, name, Some(database));
        let (mut process, app) = elsewhere.serve(&used.server.app);
        used.signed_in.at(&app.address).is_validated();
        process.stop("TERM");
    }
}

#[test]
fn an_encrypted_backup_is_opened_by_its_key_alone() {
    let used = Used::on(Server::start());
    let cli = &used.server.cli;
    let [key, other, passphrase] = ["key", "other", "passphrase"].map(|name| used.server.folder().join(name));
    let [key, other, passphrase] = [&key, &other, &passphrase].map(|path| path.to_str().expect("UTF-8"));
    fs::write(passphrase, "correct horse battery\n").expect("a passphrase");
    let recipient = cli.ok(&["backup", "keygen", key]);
    cli.ok(&["backup", "keygen", other]);
    cli.fails(&["backup", "keygen", key]);
    let place = used.place();
    let by_key =
        cli.json(&["backup", "create", "--place", place, "--recipients", recipient.trim(), "--json"]);
    let by_key = by_key["name"].as_str().expect("a name").to_owned();
    let bytes = fs::read(used.backups.join(&by_key)).expect("the backup");
    assert!(bytes.starts_with(b"claviger-backup\n") && bytes[20..].starts_with(b"age-encryption.org/v1\n"));
    let verify =
        |name: &str, more: &[&str]| cli.run(&[&["backup", "verify", name, "--place", place], more].concat());
    for (more, told) in [
        (&[][..], "the backup is encrypted: the key of a recipient is needed"),
        (&["--identity", other], "the key at hand does not open this backup"),
        (&["--passphrase-file", passphrase], "the backup is encrypted: the key of a recipient is needed"),
    ] {
        let outcome = verify(&by_key, more);
        assert!(outcome.code == Some(1) && outcome.stderr.contains(told), "{outcome:?}");
    }
    assert_eq!(verify(&by_key, &["--identity", key]).code, Some(0));

    fs::remove_file(used.backups.join(&by_key)).expect("the backup");
    let by_passphrase =
        cli.json(&["backup", "create", "--place", place, "--passphrase-file", passphrase, "--json"]);
    let by_passphrase = by_passphrase["name"].as_str().expect("a name").to_owned();
    let outcome = verify(&by_passphrase, &[]);
    assert!(outcome.stderr.contains("the backup is encrypted: a passphrase is needed"), "{outcome:?}");
    let elsewhere = Elsewhere::beside(&used.server, "elsewhere", None);
    elsewhere.cli.ok(&["backup", "restore", "--place", place, "--passphrase-file", passphrase]);
    assert_eq!(elsewhere.cli.json(&["owner", "list", "--json"])[0]["name"], "demo");
    let refused = cli.fails(&[
        "backup",
        "create",
        "--place",
        place,
        "--passphrase-file",
        passphrase,
        "--recipients",
        recipient.trim(),
    ]);
    assert!(refused.contains("not both"), "{refused}");
}
