//! The report, as Markdown.

use std::fmt::Write;
use std::time::Duration;

use clap::ValueEnum;
use comfy_table::{CellAlignment, Table, presets};
use xtask::siege::Scenario;

use crate::figures::{Figure, Figures};

/// What a scenario found out about each program, or why it could not.
#[derive(Debug)]
pub struct Outcome {
    /// The scenario.
    pub scenario: Scenario,
    /// Of the older program, if there is one.
    pub before: Option<Result<Figures, String>>,
    /// Of the program.
    pub now: Result<Figures, String>,
}

impl Outcome {
    /// Limits of the program that it misses; those that hang on the machine's speed only if asked for.
    pub fn missed(&self, all: bool) -> Vec<String> {
        let name = name(self.scenario);
        match &self.now {
            Err(error) => vec![format!("{name}: {error}")],
            Ok(figures) => {
                let missed = figures.0.iter().filter(|figure| {
                    figure.limit.as_ref().is_some_and(|limit| !limit.kept && (limit.hard || all))
                });
                let limit =
                    |figure: &Figure| figure.limit.as_ref().map_or("", |limit| &limit.text).to_owned();
                missed
                    .map(|figure| format!("{name}: {} {}, not {}", figure.what, figure.shown, limit(figure)))
                    .collect()
            }
        }
    }
}

/// How a scenario is called on the command line.
pub fn name(scenario: Scenario) -> String {
    scenario.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// What stands above the tables.
pub fn heading(strength: u32, lap: Duration) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    format!(
        "{cores} cores, shared by the server, honest clients and attackers (one thread, nice 15); load of the machine \
         at the start {load}; strength {strength} of 10; {} s alone, then {} s from the beginning of the attack. \
         Times in ms are p50 / p99 / slowest, from when a request was due. Limits marked * hang on the machine.\n",
        lap.as_secs(),
        lap.as_secs()
    )
}

/// One scenario.
pub fn render(outcome: &Outcome, about: &str) -> String {
    let mut text = format!("\n### {}\n\n{about}\n", name(outcome.scenario));
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let compared = outcome.before.is_some();
    let header: &[&str] =
        if compared { &["", "before", "now", "limit", "kept"] } else { &["", "now", "limit", "kept"] };
    table.set_header(header);
    let none = Figures::default();
    let now = outcome.now.as_ref().unwrap_or(&none);
    let before = outcome.before.as_ref().and_then(|before| before.as_ref().ok()).unwrap_or(&none);
    let all = if now.0.is_empty() { before } else { now };
    for figure in &all.0 {
        let of = |figures: &Figures| {
            let found = figures.0.iter().find(|other| other.what == figure.what);
            found.map_or("–".to_owned(), |found| found.shown.clone())
        };
        let (limit, kept) = match &figure.limit {
            None => (String::new(), ""),
            Some(limit) => {
                let star = if limit.hard { "" } else { " *" };
                (format!("{}{star}", limit.text), if limit.kept { "yes" } else { "NO" })
            }
        };
        let mut row = vec![figure.what.clone()];
        if compared {
            row.push(of(before));
        }
        row.extend([of(now), limit, kept.to_owned()]);
        table.add_row(row);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    // Writing into a text does not fail.
    let _ = write!(text, "\n{table}\n");
    for (which, result) in [("before", outcome.before.as_ref()), ("now", Some(&outcome.now))] {
        if let Some(Err(error)) = result {
            let _ = write!(text, "\n{which}: went wrong: {error}\n");
        }
    }
    text
}
