//! Settings of backups as flags and environment variables.

use std::path::PathBuf;

use clap::Args;
use claviger_service::backups::Recipient;

/// Where backups are.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct PlaceArgs {
    /// Folder of the backups, or s3://BUCKET/PREFIX [default: `place` in the section `[backup]` of the settings file]
    #[arg(
        id = "backup_place",
        long = "backup-place",
        visible_alias = "place",
        value_name = "DIR|S3",
        env = "CLAVIGER_BACKUP_PLACE"
    )]
    pub(crate) place: Option<String>,
    /// File with the passphrase that backups are encrypted with
    #[arg(
        id = "backup_passphrase_file",
        long = "backup-passphrase-file",
        visible_alias = "passphrase-file",
        value_name = "FILE",
        env = "CLAVIGER_BACKUP_PASSPHRASE_FILE"
    )]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Encrypt backups for these recipients of age (age1…), separated by commas
    #[arg(
        id = "backup_recipients",
        long = "backup-recipients",
        visible_alias = "recipients",
        value_name = "RECIPIENTS",
        env = "CLAVIGER_BACKUP_RECIPIENTS",
        value_delimiter = ','
    )]
    pub(crate) recipients: Option<Vec<Recipient>>,
}

/// Which backups are kept.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct KeepArgs {
    /// Keep all of so many days
    #[arg(
        id = "backup_keep_days",
        long = "backup-keep-days",
        visible_alias = "keep-days",
        value_name = "NUMBER",
        env = "CLAVIGER_BACKUP_KEEP_DAYS"
    )]
    pub(crate) keep_days: Option<u32>,
    /// Keep the last one of each of so many days
    #[arg(
        id = "backup_keep_daily",
        long = "backup-keep-daily",
        visible_alias = "keep-daily",
        value_name = "NUMBER",
        env = "CLAVIGER_BACKUP_KEEP_DAILY"
    )]
    pub(crate) keep_daily: Option<u32>,
    /// Keep the last one of each of so many weeks
    #[arg(
        id = "backup_keep_weekly",
        long = "backup-keep-weekly",
        visible_alias = "keep-weekly",
        value_name = "NUMBER",
        env = "CLAVIGER_BACKUP_KEEP_WEEKLY"
    )]
    pub(crate) keep_weekly: Option<u32>,
    /// Keep the last one of each of so many months
    #[arg(
        id = "backup_keep_monthly",
        long = "backup-keep-monthly",
        visible_alias = "keep-monthly",
        value_name = "NUMBER",
        env = "CLAVIGER_BACKUP_KEEP_MONTHLY"
    )]
    pub(crate) keep_monthly: Option<u32>,
}
