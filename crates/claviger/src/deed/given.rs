//! What of a command line is told: whom or what it is about, and what is given besides. It may be secret.

use clap::{Arg, ArgMatches, Command, parser::ValueSource};

/// What says whom or what a change is about.
const TARGETS: [&str; 6] = ["user", "key", "name", "id", "ip", "hwid"];
/// What else is told with its value; of the rest, which may be secret, only that it was given.
const TOLD: [&str; 34] = [
    "amount",
    "api",
    "day",
    "days",
    "delay",
    "force",
    "from",
    "grace",
    "hours",
    "ip",
    "level",
    "levels",
    "lifetime",
    "mask",
    "month",
    "no_ip",
    "number",
    "permissions",
    "public",
    "read_only",
    "reason",
    "rename",
    "reset_factors",
    "rights",
    "role",
    "seconds",
    "signed_in",
    "six_month",
    "three_month",
    "until",
    "user_too",
    "versions",
    "week",
    "year",
];
/// What is no part of the change.
const LEFT_OUT: [&str; 4] = ["app", "json", "owner", "yes"];

/// The arguments of a command.
pub(super) struct Given<'a> {
    pub(super) command: &'a Command,
    pub(super) matches: &'a ArgMatches,
}

impl Given<'_> {
    /// The value of an argument, if it has one and was given.
    pub(super) fn value(&self, id: &str) -> Option<String> {
        let known = self.command.get_arguments().any(|arg| arg.get_id() == id);
        let values = self.matches.try_get_raw(id).ok().flatten().filter(|_| known)?;
        let values: Vec<String> = values.map(|value| value.to_string_lossy().into_owned()).collect();
        Some(values.join(","))
    }

    /// Whether an argument says what the change is about; a flag of such a name does not.
    fn is_target(arg: &Arg) -> bool {
        TARGETS.contains(&arg.get_id().as_str()) && arg.get_action().takes_values()
    }

    /// What the change is about.
    pub(super) fn target(&self) -> String {
        let targets: Vec<&str> = self
            .command
            .get_arguments()
            .filter(|arg| Self::is_target(arg))
            .map(|arg| arg.get_id().as_str())
            .collect();
        let values = TARGETS.iter().filter(|id| targets.contains(*id)).filter_map(|id| self.value(id));
        values.collect::<Vec<_>>().join(" ")
    }

    /// What else was given, in words.
    pub(super) fn changes(&self) -> String {
        let told = self.command.get_arguments().filter_map(|arg| {
            let id = arg.get_id().as_str();
            let is_given = self.matches.value_source(id) == Some(ValueSource::CommandLine);
            if !is_given || LEFT_OUT.contains(&id) || Self::is_target(arg) {
                return None;
            }
            let value = if TOLD.contains(&id) { self.value(id)? } else { "***".into() };
            Some(format!("{id}: {value}"))
        });
        told.collect::<Vec<_>>().join("; ")
    }
}
