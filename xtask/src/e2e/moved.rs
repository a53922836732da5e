//! Vendors who move here from a KeyAuth server on MariaDB: its dumps in the styles that people make them, one import that is
//! killed, and a published client library that signs in afterwards with what it knew before.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::client;
use super::mariadb::MariaDb;
use super::python::Python;
use crate::server::{Server, data_dir};
use crate::tools::{command, interrupt, say};

/// Files that people make, and the options they make them with.
const STYLES: [(&str, &[&str]); 8] = [
    ("usual.sql", &[]),
    ("row-by-row.sql", &["--skip-extended-insert", "--single-transaction"]),
    ("complete.sql", &["--complete-insert", "--no-create-info", "--skip-triggers"]),
    ("hexadecimal.sql", &["--hex-blob", "--skip-comments"]),
    ("compact.sql.gz", &["--skip-opt", "--compact", "--quick"]),
    ("replace.sql", &["--replace", "--routines", "--events", "--default-character-set=utf8mb4"]),
    ("ansi.sql", &["--compatible=ansi", "--default-character-set=utf8mb4"]),
    ("sorted.sql.gz", &["--order-by-primary", "--insert-ignore", "--dump-date", "--lock-tables"]),
];
/// What is in the tables and belongs to the owner who moves.
const USERS: u64 = 4003;
const LICENSES: u64 = 4002;
/// Ends when the first users are made, or after a minute.
const WATCH: &str = "
import sqlite3, sys, time
end = time.monotonic() + 60
while True:
    try:
        with sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True) as database:
            if database.execute(\"SELECT 1 FROM takeovers WHERE name = 'users'\").fetchone():
                break
    except sqlite3.Error:
        pass
    if time.monotonic() > end:
        sys.exit('in vain')
    time.sleep(0.005)
";
/// The secret and the seller key that programs and bots know.
const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Imports a dump of each style, and compares what came of them.
///
/// # Errors
/// When a step fails, or one of them brings something else than the others.
pub fn run(claviger: &Path, python: &Python) -> Result<()> {
    let maria = MariaDb::start()?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut first: Option<Moved> = None;
    for (name, options) in STYLES {
        interrupt::check()?;
        let dump = maria.dump(folder.path(), name, options)?;
        let place = tempfile::tempdir().context("cannot make a temporary folder")?;
        let server = Server::start(claviger, place.path())?;
        let operator = Operator { claviger, data: data_dir(place.path()), dump };
        say(format!("{name} is imported"));
        if first.is_none() {
            operator.killed()?;
        }
        let moved = operator.moved().with_context(|| format!("{name} is not taken as it should be"))?;
        match &first {
            None => {
                operator.is_not_taken_twice(&moved)?;
                operator.drive(&server, place.path(), python)?;
                first = Some(moved);
            }
            Some(first) => first.compare(&moved, name)?,
        }
        server.stop()?;
    }
    maria.stop()
}

/// What lists tell after an import.
#[derive(Debug, PartialEq)]
struct Moved(Vec<Value>);

impl Moved {
    fn compare(&self, other: &Self, name: &str) -> Result<()> {
        for (one, another) in self.0.iter().zip(&other.0) {
            let rows = |list: &Value| list.as_array().cloned().unwrap_or_else(|| vec![list.clone()]);
            let (one, another) = (rows(one), rows(another));
            ensure!(
                one.len() == another.len(),
                "{name}: {} rows, and there were {}",
                another.len(),
                one.len()
            );
            for (one, another) in one.iter().zip(&another) {
                ensure!(one == another, "{name}: {another}, and it was {one}");
            }
        }
        Ok(())
    }
}

/// Runs commands on the data of a server.
struct Operator<'a> {
    claviger: &'a Path,
    data: PathBuf,
    dump: PathBuf,
}

impl Operator<'_> {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.claviger);
        command.args(args).arg("--json").arg("--data-dir").arg(&self.data);
        command::without_proxies(command)
    }

    fn json(&self, args: &[&str]) -> Result<Value> {
        let told =
            command::run_quietly(&mut self.command(args)).with_context(|| format!("{args:?} failed"))?;
        serde_json::from_str(&told).with_context(|| format!("{args:?} told {told}"))
    }

    fn import(&self) -> Result<Value> {
        let dump = self.dump.to_str().context("a path in UTF-8")?;
        self.json(&["import", "keyauth", dump, "--owner", "acme", "--api", "1.0,1.2,1.3"])
    }

    /// An import that is killed once it has made some users, and gone on with.
    fn killed(&self) -> Result<()> {
        let dump = self.dump.to_str().context("a path in UTF-8")?;
        let mut import =
            self.command(&["import", "keyauth", dump, "--owner", "acme", "--api", "1.0,1.2,1.3"]);
        let mut importing = command::spawn(import.stdout(Stdio::null()))?;
        let mut watch = Command::new("python3");
        watch.args(["-B", "-s", "-c", WATCH]).arg(self.data.join("claviger.db"));
        let seen = command::run_quietly(&mut watch).context("no users were made");
        importing.kill().context("cannot kill an import")?;
        let status = importing.wait().context("cannot wait for an import")?;
        seen?;
        ensure!(!status.success(), "the import was over before it could be killed");
        let report = self.import()?;
        let taken = taken(&report);
        ensure!(report["again"] == true && taken > 0, "the import does not go on: {report}");
        Ok(())
    }

    /// Imports the dump, and looks what is there.
    fn moved(&self) -> Result<Moved> {
        let report = self.import()?;
        let tables = report["tables"].as_array().context("the report has tables")?;
        let has = |name: &str| {
            let table = tables.iter().find(|table| table["table"] == name);
            table.map_or(0, |table| {
                table["taken"].as_u64().unwrap_or_default() + table["there"].as_u64().unwrap_or_default()
            })
        };
        let refused: Vec<&Value> = tables.iter().filter(|table| table["refused"] != 0).collect();
        ensure!(refused.is_empty(), "rows are refused: {refused:?}");
        ensure!((has("users"), has("keys")) == (USERS, LICENSES), "the report tells {report}");
        let mut lists = Vec::new();
        for list in [
            &["user", "list"][..],
            &["license", "list"],
            &["variable", "list"],
            &["blacklist", "list"],
            &["chat", "list"],
            &["subscription", "list"],
        ] {
            lists.push(without_times(self.json(&[list, &["acme/shop"]].concat())?));
        }
        for user in ["alice", "Zoë 😀", "O'Brien \"\\"] {
            lists.push(without_times(self.json(&["user", "show", "acme/shop", user])?));
        }
        ensure!(
            lists[0].as_array().is_some_and(|users| users.len() as u64 == USERS),
            "there are other users"
        );
        let alice = lists[6].to_string();
        ensure!(alice.contains("röt 😀"), "alice has {alice}");
        Ok(Moved(lists))
    }

    fn is_not_taken_twice(&self, before: &Moved) -> Result<()> {
        let report = self.import()?;
        ensure!(report["again"] == true, "the same dump is told to be another one: {report}");
        ensure!(taken(&report) == 0, "the same dump is taken twice: {report}");
        before.compare(&self.moved()?, "the second time")
    }

    /// Lets a published client library sign in.
    fn drive(&self, server: &Server, folder: &Path, python: &Python) -> Result<()> {
        let shown = self.json(&["app", "show", "acme/shop"])?;
        let demo = json!({
            "base_url": server.demo.base_url, "owner_id": shown["owner_id"], "app_name": "shop", "app_version": "2.0",
            "app_secret": SECRET, "public_key": shown["public_key"], "licenses": ["SHOP-1", "SHOP-2"],
        });
        let write = |name: &str, value: &Value| {
            let path = folder.join(name);
            fs::write(&path, value.to_string())
                .with_context(|| format!("cannot write {}", path.display()))?;
            Ok::<_, anyhow::Error>(path)
        };
        let demo = write("moved-demo.json", &demo)?;
        let given = json!({
            "demo": demo, "variables": {}, "channels": {}, "webhooks": {}, "files": {}, "mails": "",
            "claviger": self.claviger, "data": self.data, "app": "acme/shop",
        });
        let given = write("moved-given.json", &given)?;
        client::run(python.client_of("keyauth-ru", "moved", &given))
            .context("a client library does not work with what was imported")
    }
}

/// How many rows a report says were taken.
fn taken(report: &Value) -> u64 {
    let tables = report["tables"].as_array().into_iter().flatten();
    tables.filter_map(|table| table["taken"].as_u64()).sum()
}

/// Without what is another each time: the times of rows that tell none, and tokens.
fn without_times(mut value: Value) -> Value {
    match &mut value {
        Value::Array(list) => list.iter_mut().for_each(|one| *one = without_times(one.take())),
        Value::Object(fields) => {
            fields.retain(|name, _| !matches!(name.as_str(), "created" | "added" | "token" | "registered"));
            fields.values_mut().for_each(|one| *one = without_times(one.take()));
        }
        _ => {}
    }
    value
}
