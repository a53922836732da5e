//! What a command changes, for the audit log: made from the command line as a whole, in one place, so that no command can
//! forget it. What is not known to read only counts as a change.

mod actor;
mod given;

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use clap::{ArgMatches, Command};
use claviger_domain::in_one_line;
use claviger_service::{AuditEntry, Service, cut, parse_app_path};

pub(crate) use actor::actor;
use given::Given;

/// Commands that change nothing of an application or owner, by their first word or by their last.
const READING_FIRST: [&str; 14] = [
    "serve",
    "doctor",
    "why",
    "audit",
    "seller-log",
    "backup",
    "keys",
    "migrate-store",
    "upgrade",
    "health",
    "top",
    "openapi",
    "man",
    "completions",
];
const READING_LAST: [&str; 5] = ["list", "show", "settings", "watch", "key-pairs"];
/// Bytes of a target that are kept.
const TARGET_MAX: usize = 200;
/// Bytes of what was given that are kept.
const CHANGES_MAX: usize = 500;

/// A change that a command is about to make.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    /// The command's words.
    action: String,
    about: About,
    target: String,
    changes: Arc<Mutex<String>>,
}

/// Whose log it belongs in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum About {
    /// That of an application, OWNER/APP.
    App(String),
    /// That of an application that was made just now; and its owner's.
    NewApp { owner: String, name: String },
    /// An application that is gone then, and told of in its owner's log.
    GoneApp(String),
    /// That of an owner, or another person.
    Person(String),
}

impl Deed {
    /// The change that a command line asks for; `None` when it only reads.
    pub(crate) fn of(command: &Command, matches: &ArgMatches) -> Option<Self> {
        let (mut command, mut matches, mut words) = (command, matches, Vec::new());
        while let Some((word, below)) = matches.subcommand() {
            command = command.find_subcommand(word)?;
            matches = below;
            words.push(word);
        }
        let tells = matches.try_get_one::<bool>("dry_run").ok().flatten().is_some_and(|dry_run| *dry_run);
        if reads(&words) || tells {
            return None;
        }
        let given = Given { command, matches };
        let action = words.join(" ");
        let app = given.value("app");
        let name = given.value("name").unwrap_or_default();
        let about = match (action.as_str(), app) {
            ("app delete", Some(path)) => About::GoneApp(path),
            ("app rename", Some(path)) => {
                let owner = path.split_once('/').map_or("", |(owner, _)| owner);
                About::App(format!("{owner}/{name}"))
            }
            (_, Some(path)) => About::App(path),
            (_, None) => match given.value("owner") {
                Some(owner) => About::NewApp { owner, name },
                None => About::Person(name),
            },
        };
        let (target, changes) = (given.target(), Arc::new(Mutex::new(given.changes())));
        Some(Self { action, about, target, changes })
    }

    /// Tells the changes more exactly than the command line does: what was what before.
    pub(crate) fn tell(&self, changes: String) {
        *self.changes.lock().unwrap_or_else(PoisonError::into_inner) = changes;
    }

    /// Keeps the change in the audit log of the application, or in the owner's log.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn record(&self, service: &Service) -> anyhow::Result<()> {
        let kept = match &self.about {
            About::App(path) => self.record_in_app(service, path).await,
            About::GoneApp(path) => {
                let owner = path.split_once('/').map_or("", |(owner, _)| owner);
                self.record_of_person(service, owner, path).await
            }
            About::NewApp { owner, name } => {
                self.record_in_app(service, &format!("{owner}/{name}")).await?;
                self.record_of_person(service, owner, name).await
            }
            About::Person(name) => self.record_of_person(service, name, "").await,
        };
        kept.context("the change was made, but is not in the audit log")
    }

    async fn record_in_app(&self, service: &Service, path: &str) -> anyhow::Result<()> {
        let (owner, name) = parse_app_path(path).map_err(anyhow::Error::msg)?;
        let app = service.app(&owner, &name).await?;
        let target = if self.target.is_empty() { &app.name } else { &self.target };
        let entry = AuditEntry {
            actor: actor(),
            action: self.action.clone(),
            target: kept(target, TARGET_MAX),
            ip: String::new(),
            changes: self.changes(),
        };
        Ok(service.record_audit(&app, entry).await.map(drop)?)
    }

    async fn record_of_person(&self, service: &Service, name: &str, what: &str) -> anyhow::Result<()> {
        let parts = [self.action.as_str(), what, &self.changes()].map(str::to_owned);
        let told: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let detail = format!("{} ({})", kept(&told.join("; "), CHANGES_MAX), actor());
        Ok(service.note_operator(name, &detail).await?)
    }

    fn changes(&self) -> String {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        kept(&changes, CHANGES_MAX)
    }
}

/// Whether a command, by its words, changes nothing.
pub(crate) fn reads(words: &[&str]) -> bool {
    words.first().is_none_or(|first| READING_FIRST.contains(first))
        || words.last().is_some_and(|last| READING_LAST.contains(last))
}

fn kept(text: &str, max: usize) -> String {
    cut(&in_one_line(text), max).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All commands that do something, by their words.
    fn leaves<'a>(command: &'a Command, words: &[&'a str], found: &mut Vec<(Vec<&'a str>, &'a Command)>) {
        if !command.has_subcommands() {
            found.push((words.to_vec(), command));
        }
        for below in command.get_subcommands() {
            leaves(below, &[words, &[below.get_name()]].concat(), found);
        }
    }

    #[test]
    fn every_change_belongs_in_a_log() {
        let command = crate::command();
        let mut found = Vec::new();
        leaves(&command, &[], &mut found);
        let changing: Vec<_> = found.iter().filter(|(words, _)| !reads(words)).collect();
        assert!(changing.len() > 40, "{changing:?}");
        for (words, command) in changing {
            let has = |id: &str| command.get_arguments().any(|arg| arg.get_id() == id);
            assert!(has("app") || has("name"), "{words:?}: in whose log does it belong?");
        }
    }

    fn deed(line: &str) -> Option<Deed> {
        let command = crate::command();
        let matches = command.clone().try_get_matches_from(line.split(' ')).unwrap();
        Deed::of(&command, &matches)
    }

    #[test]
    fn secrets_are_not_told() {
        let told = |line: &str| {
            let deed = deed(line).unwrap();
            (deed.action.clone(), deed.target.clone(), deed.changes())
        };
        let expected = |action: &str, target: &str, changes: &str| {
            (action.to_owned(), target.to_owned(), changes.to_owned())
        };
        assert_eq!(
            told("claviger variable set-user acme/shop alice colour red --read-only"),
            expected("variable set-user", "alice colour", "value: ***; read_only: true")
        );
        assert_eq!(
            told("claviger webhook add acme/shop https://x.example/?key=1 --public --id a"),
            expected("webhook add", "a", "url: ***; public: true")
        );
        assert_eq!(
            told("claviger license add acme/shop --days 30 --amount 5 --note x --data-dir /x"),
            expected("license add", "", "days: 30; amount: 5; note: ***")
        );
        assert_eq!(told("claviger token ban acme/shop TOKEN"), expected("token ban", "", "token: ***"));
        for line in
            ["claviger app list", "claviger app show a/b", "claviger serve", "claviger audit list a/b"]
        {
            assert!(deed(line).is_none(), "{line}");
        }
    }

    #[test]
    fn each_goes_where_it_is_looked_for() {
        for (line, about) in [
            ("claviger user ban acme/shop alice --reason x", About::App("acme/shop".into())),
            ("claviger app rename acme/shop store", About::App("acme/store".into())),
            ("claviger app delete acme/shop --yes", About::GoneApp("acme/shop".into())),
            (
                "claviger app create shop --owner acme",
                About::NewApp { owner: "acme".into(), name: "shop".into() },
            ),
            ("claviger owner set-role acme tester", About::Person("acme".into())),
        ] {
            assert_eq!(deed(line).unwrap().about, about, "{line}");
        }
    }
}
