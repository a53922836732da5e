//! What the doctor found.

use serde::Serialize;

use crate::output;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// It works, but not all of it or not well.
    Warning,
    /// The server does not start, or fails.
    Problem,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

#[derive(Serialize)]
struct Finding {
    check: &'static str,
    level: Level,
    text: String,
}

/// All findings, in the order of looking.
#[derive(Default)]
pub(super) struct Report(Vec<Finding>);

impl Report {
    /// Adds a finding.
    pub(super) fn add(&mut self, check: &'static str, level: Level, text: impl Into<String>) {
        self.0.push(Finding { check, level, text: text.into() });
    }

    /// Adds what is as it should be.
    pub(super) fn ok(&mut self, check: &'static str, text: impl Into<String>) {
        self.add(check, Level::Ok, text);
    }

    /// Adds a warning.
    pub(super) fn warning(&mut self, check: &'static str, text: impl Into<String>) {
        self.add(check, Level::Warning, text);
    }

    /// Adds a problem.
    pub(super) fn problem(&mut self, check: &'static str, text: impl Into<String>) {
        self.add(check, Level::Problem, text);
    }

    /// How many problems there are.
    pub(super) fn problems(&self) -> usize {
        self.0.iter().filter(|finding| finding.level == Level::Problem).count()
    }

    /// Prints one line a finding, or JSON.
    pub(super) fn print(&self, json: bool) -> anyhow::Result<()> {
        if json {
            return output::json(&self.0);
        }
        self.lines().iter().for_each(|line| println!("{line}"));
        Ok(())
    }

    /// One line a finding.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |Finding { check, level, text }: &Finding| {
            format!("{:8} {check}: {}", level.as_str(), output::plain(text))
        };
        self.0.iter().map(line).collect()
    }
}
