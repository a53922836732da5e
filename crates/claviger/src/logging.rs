//! TEMPORARY
pub(crate) fn start(_: &crate::config::Config) -> anyhow::Result<()> { tracing_subscriber::fmt().with_writer(std::io::stderr).init(); Ok(()) }
