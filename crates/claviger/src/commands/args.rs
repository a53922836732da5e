//! Arguments that many commands take.

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

/// Where something is destroyed, and whether that is meant.
#[derive(clap::Args)]
pub(crate) struct ConfirmArgs {
    /// OWNER/APP
    pub(super) app: String,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
}
