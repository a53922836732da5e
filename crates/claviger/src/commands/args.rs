//! Arguments that many commands take.

use claviger_service::{
    LogFilter,
    vendor::{EndFault, entry_end},
};

/// What is shown, and how.
#[derive(clap::Args)]
pub(crate) struct ShowArgs {
    /// OWNER/APP
    pub(super) app: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Which rows of a log are listed, and how.
#[derive(clap::Args)]
pub(crate) struct NewestArgs {
    /// OWNER/APP
    pub(super) app: String,
    /// At most so many
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..))]
    pub(super) limit: i64,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Which entries of a log are listed.
#[derive(clap::Args)]
pub(crate) struct LogArgs {
    /// Only of this key: its last four characters, or its name; or of this person
    #[arg(long, default_value = "", hide_default_value = true)]
    key: String,
    /// Only of this type
    #[arg(long = "type", value_name = "TYPE", default_value = "", hide_default_value = true)]
    kind: String,
    /// Only with this text somewhere in them
    #[arg(long, default_value = "", hide_default_value = true)]
    text: String,
    /// Only before the entry of this number, for the next page
    #[arg(long, value_name = "ID")]
    before: Option<i64>,
}

impl LogArgs {
    pub(super) fn filter(self) -> LogFilter {
        let Self { key, kind, text, before } = self;
        LogFilter { key, kind, text, before, ..LogFilter::default() }
    }
}

/// Where something is destroyed, and whether that is meant.
#[derive(clap::Args)]
pub(crate) struct ConfirmArgs {
    /// OWNER/APP
    pub(super) app: String,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
}

/// Whether the ban of a user blacklists the address of the last login.
#[derive(clap::Args)]
pub(crate) struct BanAddress {
    /// Blacklist the user's address too, whatever banBlacklistsIp says
    #[arg(long)]
    ip: bool,
    /// Blacklist no address, whatever banBlacklistsIp says
    #[arg(long, conflicts_with = "ip")]
    no_ip: bool,
}

impl BanAddress {
    /// What was said, if anything.
    pub(super) fn choice(&self) -> Option<bool> {
        (self.ip || self.no_ip).then_some(self.ip)
    }
}

/// When an entry of a list ends.
#[derive(clap::Args)]
pub(crate) struct EndArgs {
    /// When it ends, as a date, UTC, or a Unix second; else it stays: 2027-01-31 or 2027-01-31T12:00:00Z
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Days until it ends, decimals allowed
    #[arg(long, conflicts_with = "until")]
    days: Option<String>,
}

impl EndArgs {
    /// The Unix second, if there is an end.
    pub(super) fn end(&self, now: i64) -> Result<Option<i64>, EndFault> {
        entry_end(self.until.as_deref(), self.days.as_deref(), now)
    }
}
