//! How long a license lasts, as it is written.

use anyhow::bail;
use claviger_domain::{Term, Unit};

/// How long a license lasts.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TermArgs {
    /// Days that it is worth, counted from its use: decimals are allowed, and the word `never`
    #[arg(long, allow_negative_numbers = true)]
    days: Option<String>,
    /// As long as it is until this date, UTC, from now or from the license's use: 2027-01-31 or 2027-01-31T12:00:00Z
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

impl TermArgs {
    /// The time that is told.
    ///
    /// # Errors
    /// When it is none; the text says what to write.
    pub(super) fn term(&self, now: i64) -> anyhow::Result<Term> {
        term(self.days.as_deref(), self.until.as_deref(), "a license", now)
    }
}

/// The time that `what` lasts, as `--days` or `--until` tell it.
pub(in super::super) fn term(
    days: Option<&str>,
    until: Option<&str>,
    what: &str,
    now: i64,
) -> anyhow::Result<Term> {
    let text = days.or(until).map_or("", str::trim);
    let term = Term::parse(text, Unit::Days, now);
    let term = term.map_err(|error| anyhow::anyhow!("`{text}` is no time that {what} lasts: {error}"))?;
    match (term, until) {
        (Term::For(0), _) => bail!("`{text}` is no time that {what} lasts: write at least a second"),
        (Term::For(_), Some(_)) => bail!("`{text}` is no date: write one such as 2027-01-31"),
        (Term::Until(_), None) => bail!("`{text}` is a date: say it with --until"),
        _ => Ok(term),
    }
}
