//! Settings of the authority that certificates come from, as flags and environment variables.

use std::path::PathBuf;

use clap::{Args, builder::BoolishValueParser};
use claviger_acme::ChallengeKind;

use super::parse;

/// Who is asked for a certificate.
#[derive(Args, Clone, Default)]
pub(crate) struct AcmeArgs {
    /// Names to get a certificate for by ACME, separated by commas, instead of naming files
    #[arg(long, value_name = "NAMES", env = "CLAVIGER_ACME_DOMAINS", value_delimiter = ',',
        value_parser = claviger_acme::domain)]
    pub(super) acme_domains: Option<Vec<String>>,
    /// Agree to the terms of service of the authority that issues it [default: false]
    #[arg(long, value_name = "BOOL", env = "CLAVIGER_ACME_TERMS_AGREED", num_args = 0..=1,
        default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub(super) acme_terms_agreed: Option<bool>,
    /// Where the authority writes when something is wrong
    #[arg(long, value_name = "ADDRESS", env = "CLAVIGER_ACME_EMAIL", value_parser = parse::acme_email)]
    pub(super) acme_email: Option<String>,
    /// Its directory: production or staging of Let's Encrypt, or an address [default: production]
    #[arg(long, value_name = "URL", env = "CLAVIGER_ACME_DIRECTORY", value_parser = parse::acme_directory)]
    pub(super) acme_directory: Option<String>,
    /// File with the roots that its own certificate is verified with (PEM) [default: the system's]
    #[arg(long, value_name = "FILE", env = "CLAVIGER_ACME_CA_FILE")]
    pub(super) acme_ca_file: Option<PathBuf>,
    /// How it finds out that the names lead here: tls-alpn-01, by port 443, or http-01, by port 80 [default: tls-alpn-01]
    #[arg(long, value_name = "NAME", env = "CLAVIGER_ACME_CHALLENGE", value_parser = parse::acme_challenge)]
    pub(super) acme_challenge: Option<ChallengeKind>,
    /// Folder of its account and the certificate; nodes share it [default: acme in the data folder]
    #[arg(long, value_name = "DIR", env = "CLAVIGER_ACME_DIR")]
    pub(super) acme_dir: Option<PathBuf>,
}
