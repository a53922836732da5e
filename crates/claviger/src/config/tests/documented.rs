//! `docs/protocol/settings.md` has each flag, variable and key with its default.

use std::collections::{BTreeMap, BTreeSet};

use clap::CommandFactory as _;
use serde::de::DeserializeOwned;

use super::Cli;
use crate::config::{backup_section::BackupSection, file::FileConfig, provider_table::ProviderConfig};

/// The keys of a table of the settings file, as it lists them itself where one is unknown.
fn keys<T: DeserializeOwned>() -> BTreeSet<String> {
    let error = toml::from_str::<T>("no_such_key = 1").err().expect("a refusal");
    let (_, listed) = error.message().split_once("expected one of ").expect("a list");
    listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The rows of the tables in a part of the page, by what stands between backticks in the first cell.
fn rows(part: &str) -> Vec<Vec<String>> {
    let rows = part.lines().filter(|line| line.starts_with("| "));
    rows.map(|line| line.split('|').skip(1).map(|cell| cell.trim().replace('`', "")).collect()).collect()
}

/// The part of the page from one text to the next.
fn part<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("{from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("{to}")).0
}

#[test]
fn all_settings_are_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol/settings.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let names = rows(part(&page, "| Flag | Variable | TOML key |", "The first eleven"));
    let meanings = |from, to| -> BTreeMap<String, String> {
        let rows = rows(part(&page, from, to)).into_iter().skip(1);
        rows.flat_map(|row| {
            let (names, default) = (row[0].clone(), row[1].clone());
            names.split(", ").map(|name| (name.to_owned(), default.clone())).collect::<Vec<_>>()
        })
        .collect()
    };
    let defaults = meanings("The first eleven", "The section `[backup]`");
    let of_backups = meanings("The section `[backup]`", "Each table `[[identity_provider]]`");
    let of_providers = meanings("Each table `[[identity_provider]]`", "**Failed logins.**");
    let told = |table: &BTreeMap<String, String>| table.keys().cloned().collect::<BTreeSet<_>>();

    let (file, section) = (keys::<FileConfig>(), keys::<BackupSection>());
    let tables = BTreeSet::from(["backup".to_owned(), "identity_provider".to_owned()]);
    assert_eq!(told(&defaults), &file - &tables);
    assert_eq!(told(&of_backups), section);
    assert_eq!(told(&of_providers), keys::<ProviderConfig>());

    for argument in Cli::command().get_arguments() {
        let id = argument.get_id().as_str();
        let flag = format!("--{}", argument.get_long().expect("a flag"));
        let variable = argument.get_env().expect("a variable").to_str().expect("UTF-8");
        let row = names.iter().find(|row| row[0] == flag).unwrap_or_else(|| panic!("{flag} is in no row"));
        assert_eq!(row[1], variable, "{flag}");
        let key = match id.strip_prefix("backup_") {
            Some(key) if section.contains(key) => format!("backup.{key}"),
            _ if file.contains(id) => id.to_owned(),
            _ => continue,
        };
        assert_eq!(row[2].split(',').next(), Some(key.as_str()), "{flag}");
        // The default of a number, as the flag's help tells it.
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let default = help.split_once("[default: ").and_then(|(_, rest)| rest.split(']').next());
        if let Some(number) = default.filter(|default| default.parse::<u64>().is_ok()) {
            let table = if key.starts_with("backup.") { &of_backups } else { &defaults };
            let documented = &table[key.trim_start_matches("backup.")];
            assert_eq!(documented.split(' ').next(), Some(number), "{key}");
        }
    }
    // And nothing that is not there.
    let flags: BTreeSet<String> =
        Cli::command().get_arguments().filter_map(|one| Some(format!("--{}", one.get_long()?))).collect();
    for row in names.iter().filter(|row| !["", "--demo"].contains(&row[0].as_str())) {
        assert!(flags.contains(&row[0]), "{} is no flag", row[0]);
    }
}
