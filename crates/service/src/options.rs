//! How a service is to behave.

use std::path::PathBuf;

use claviger_outgoing::{AllowedTarget, MailOptions};

use crate::{
    backups::BackupPlan,
    shared::{
        attempts::FreeFailures, master_key::MasterKeySource, provider::ProviderOptions,
        screens::ScreenSources, shares::Shares,
    },
};

/// How a service is to behave.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// Sign all replies of API 1.3 with the default key pair instead of one per application.
    pub single_signing_key: bool,
    /// Threads that hash passwords.
    pub hash_threads: usize,
    /// Licenses that one application may make through the Seller API in 24 hours; 0: no limit.
    pub seller_daily_licenses: i64,
    /// The address under which clients reach the server, without trailing slash.
    pub public_url: String,
    /// The server's own address as far as vendors' webhooks may call it: it was chosen by the operator. Without one they
    /// cannot, least of all on loopback, past a proxy's rules.
    pub own_url: Option<String>,
    /// Inner addresses that the server may call.
    pub outgoing_allow: Vec<AllowedTarget>,
    /// Identity providers, by which people may sign in to the dashboard.
    pub identity_providers: Vec<ProviderOptions>,
    /// How mails are sent; `None`: not at all.
    pub mail: Option<MailOptions>,
    /// Data of the checks for VPNs and leaked passwords.
    pub screens: ScreenSources,
    /// Failed logins that are free.
    pub free_failures: FreeFailures,
    /// How much each application may have of what its callers can fill.
    pub shares: Shares,
    /// Backups that are made by themselves; `None`: none are.
    pub backups: Option<BackupPlan>,
    /// Unknown seller keys a minute from one address; 0: any number.
    pub unknown_seller_keys: u32,
    /// Free hundredths of the disk of files below which owners may be told; 0: never.
    pub disk_low_percent: u8,
    /// Folder of uploaded files.
    pub files_dir: PathBuf,
    /// Largest file in bytes.
    pub file_max_bytes: u64,
    /// What all uploads of one application may have together, in bytes.
    pub app_upload_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            master_key: MasterKeySource::file("master.key"),
            single_signing_key: false,
            hash_threads: 1,
            seller_daily_licenses: 0,
            public_url: String::new(),
            own_url: None,
            outgoing_allow: Vec::new(),
            identity_providers: Vec::new(),
            mail: None,
            screens: ScreenSources::default(),
            shares: Shares::default(),
            free_failures: FreeFailures::default(),
            backups: None,
            unknown_seller_keys: 0,
            disk_low_percent: 10,
            files_dir: "files".into(),
            file_max_bytes: 16 * 1024 * 1024,
            app_upload_bytes: 1024 * 1024 * 1024,
        }
    }
}
