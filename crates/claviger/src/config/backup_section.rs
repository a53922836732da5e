//! The section `[backup]` of the settings file.

use serde::Deserialize;

use super::path_in_file::PathInFile;

/// The section `[backup]` of the settings file.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupSection {
    pub(super) place: Option<String>,
    pub(super) s3_endpoint: Option<String>,
    pub(super) s3_region: Option<String>,
    pub(super) s3_access_key: Option<String>,
    pub(super) s3_secret_key_file: Option<PathInFile>,
    pub(super) s3_timeout_seconds: Option<u32>,
    pub(super) passphrase_file: Option<PathInFile>,
    pub(super) recipients: Option<Vec<String>>,
    pub(super) every_hours: Option<u32>,
    pub(super) keep_days: Option<u32>,
    pub(super) keep_daily: Option<u32>,
    pub(super) keep_weekly: Option<u32>,
    pub(super) keep_monthly: Option<u32>,
}
