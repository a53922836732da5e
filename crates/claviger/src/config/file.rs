//! Settings in a TOML file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow, bail};
use serde::Deserialize;

use super::{
    args::{LogFormat, StoreArgs},
    backup_section::BackupSection,
    path_in_file::PathInFile,
    provider_table::ProviderConfig,
};

/// The data folder unless a setting says otherwise.
pub(super) const DATA_DIR: &str = "claviger-data";
/// Looked for in the data folder.
const FILE_NAME: &str = "claviger.toml";

/// What may stand in the file. Paths are relative to its folder.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileConfig {
    pub(super) data_dir: Option<PathInFile>,
    pub(super) database: Option<String>,
    pub(super) database_file: Option<PathInFile>,
    pub(super) master_key_file: Option<PathInFile>,
    pub(super) master_passphrase_file: Option<PathInFile>,
    pub(super) files_dir: Option<PathInFile>,
    pub(super) file_max_bytes: Option<u64>,
    pub(super) app_upload_bytes: Option<u64>,
    pub(super) listen: Option<String>,
    pub(super) tls_cert_file: Option<PathInFile>,
    pub(super) tls_key_file: Option<PathInFile>,
    pub(super) hsts_max_age_seconds: Option<u32>,
    pub(super) acme_domains: Option<Vec<String>>,
    pub(super) acme_terms_agreed: Option<bool>,
    pub(super) acme_email: Option<String>,
    pub(super) acme_directory: Option<String>,
    pub(super) acme_ca_file: Option<PathInFile>,
    pub(super) acme_challenge: Option<String>,
    pub(super) acme_dir: Option<PathInFile>,
    pub(super) redirect_listen: Option<String>,
    pub(super) public_url: Option<String>,
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) proxy_protocol: Option<bool>,
    pub(super) client_ip_header: Option<String>,
    pub(super) metrics_listen: Option<String>,
    pub(super) rate_limits: Option<bool>,
    pub(super) client_rate: Option<u32>,
    pub(super) handshake_rate: Option<u32>,
    pub(super) max_connections: Option<usize>,
    pub(super) max_connections_per_address: Option<usize>,
    pub(super) idle_seconds: Option<u32>,
    pub(super) slow_seconds: Option<u32>,
    pub(super) seller_rate: Option<u32>,
    pub(super) seller_unknown_key_rate: Option<u32>,
    pub(super) seller_daily_licenses: Option<u32>,
    pub(super) login_failures_user: Option<u32>,
    pub(super) login_failures_address: Option<u32>,
    pub(super) app_deliveries_max: Option<u32>,
    pub(super) app_anonymous_deliveries: Option<u32>,
    pub(super) session_log_lines: Option<u32>,
    pub(super) app_anonymous_log_lines: Option<u32>,
    pub(super) app_anonymous_sessions: Option<u32>,
    pub(super) login_failures_app: Option<u32>,
    pub(super) smtp_url: Option<String>,
    pub(super) smtp_url_file: Option<PathInFile>,
    pub(super) smtp_from: Option<String>,
    pub(super) outgoing_allow: Option<Vec<String>>,
    pub(super) identity_provider: Option<Vec<ProviderConfig>>,
    pub(super) vpn_list: Option<PathInFile>,
    pub(super) asn_table: Option<PathInFile>,
    pub(super) disk_low_percent: Option<u8>,
    pub(super) geoip_file: Option<PathInFile>,
    pub(super) leaked_passwords: Option<String>,
    pub(super) backup: Option<BackupSection>,
    pub(super) single_signing_key: Option<bool>,
    pub(super) hash_threads: Option<usize>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) access_log: Option<String>,
}

/// The file, or nothing where there is none.
#[derive(Default)]
pub(super) struct SettingsFile {
    path: Option<PathBuf>,
    pub(super) values: FileConfig,
}

impl SettingsFile {
    /// Reads the file that was asked for, else the one in the data folder if it exists.
    pub(super) fn find(args: &StoreArgs) -> anyhow::Result<Self> {
        if let Some(path) = &args.config {
            let text = fs::read_to_string(path)
                .with_context(|| format!("cannot read the settings file {}", path.display()))?;
            return Self::parse(path, &text);
        }
        let path = args.data_dir.as_deref().unwrap_or(Path::new(DATA_DIR)).join(FILE_NAME);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.with_context(|| format!("cannot read the settings file {}", path.display()))?,
        };
        let file = Self::parse(&path, &text)?;
        if file.values.data_dir.is_some() {
            bail!(
                "{}: data_dir is the folder this file is in; remove it, or name the file with --config",
                path.display()
            );
        }
        Ok(file)
    }

    /// Reads the text of a file.
    pub(super) fn parse(path: &Path, text: &str) -> anyhow::Result<Self> {
        let values = toml::from_str(text).map_err(|error| {
            // Not the parser's own report, which quotes the line and any password in it.
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            anyhow!("{}, line {line}: {}", path.display(), error.message().replace('\n', " "))
        })?;
        Ok(Self { path: Some(path.into()), values })
    }

    /// Where the file is.
    pub(super) fn location(&self) -> Option<PathBuf> {
        self.path.clone()
    }

    /// The folder that paths in the file are relative to.
    pub(super) fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    /// A path out of the file.
    pub(super) fn path(&self, path: Option<&PathInFile>) -> Option<PathBuf> {
        path.map(|path| self.resolve(path.as_ref()))
    }

    /// What a path in the file means.
    pub(super) fn resolve(&self, path: &Path) -> PathBuf {
        self.folder().map_or_else(|| path.into(), |folder| folder.join(path))
    }

    /// Adds the file's name and that of the setting to what is wrong with a value in it.
    pub(super) fn named<T>(&self, setting: &str, outcome: Result<T, String>) -> anyhow::Result<T> {
        let name = self.path.as_deref().unwrap_or(Path::new(FILE_NAME));
        outcome.map_err(|error| anyhow!("{}, {setting}: {error}", name.display()))
    }

    /// A list: that of the flag or variable, else the texts in the file, else empty.
    pub(super) fn list<T>(
        &self,
        setting: &str,
        given: Option<Vec<T>>,
        in_file: Option<&Vec<String>>,
        parse: fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<Vec<T>> {
        match (given, in_file) {
            (Some(list), _) => Ok(list),
            (None, Some(texts)) => texts.iter().map(|text| self.named(setting, parse(text))).collect(),
            (None, None) => Ok(Vec::new()),
        }
    }

    /// A setting: the flag or variable, else the text in the file, else the default.
    pub(super) fn setting<T>(
        &self,
        setting: &str,
        given: Option<T>,
        in_file: Option<&String>,
        default: &str,
        parse: fn(&str) -> Result<T, String>,
    ) -> anyhow::Result<T> {
        match given {
            Some(value) => Ok(value),
            None => self.named(setting, parse(in_file.map_or(default, String::as_str))),
        }
    }
}
