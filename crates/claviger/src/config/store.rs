//! Where the data is, which every command needs to know.

use std::{fmt, path::PathBuf};

use claviger_service::{Database, MasterKeySource};

use super::{
    args::StoreArgs,
    file::{DATA_DIR, SettingsFile},
    limits, master_key, parse,
    secret::Sources,
};

/// Where things are in the data folder unless a setting says otherwise.
const SQLITE_FILE: &str = "claviger.db";
const FILES_DIR: &str = "files";
/// Larger files are for a web server: programs get each one in hexadecimal digits.
const FILE_MAX_BYTES: u64 = 16 * 1024 * 1024;
const APP_UPLOAD_BYTES: u64 = 1024 * 1024 * 1024;

/// Where the data is. Every command needs it.
#[derive(Clone)]
pub(crate) struct Store {
    /// Folder of everything that is not elsewhere.
    pub(crate) data_dir: PathBuf,
    /// The database.
    pub(crate) database: Database,
    /// Where the key comes from that other keys are encrypted with.
    pub(crate) master_key: MasterKeySource,
    /// Folder of uploaded files.
    pub(crate) files_dir: PathBuf,
    /// Largest file in bytes.
    pub(crate) file_max_bytes: u64,
    /// What all uploads of one application may have together, in bytes.
    pub(crate) app_upload_bytes: u64,
    /// What is unwise about these settings, a sentence each.
    pub(crate) warnings: Vec<String>,
}

impl Store {
    /// Reads the settings for a command that only works on the data.
    ///
    /// # Errors
    /// When a setting makes no sense; the text says which and what to write.
    pub(crate) fn resolve(args: StoreArgs) -> anyhow::Result<Self> {
        let file = SettingsFile::find(&args)?;
        Self::from_sources(args, &file)
    }

    pub(super) fn from_sources(args: StoreArgs, file: &SettingsFile) -> anyhow::Result<Self> {
        let values = &file.values;
        let data_dir = args.data_dir.or(file.path(values.data_dir.as_ref())).unwrap_or(DATA_DIR.into());
        let mut warnings = Vec::new();
        let named = Sources {
            name: "database",
            given: args.database,
            given_file: args.database_file,
            in_file: values.database.as_ref(),
            in_file_file: values.database_file.as_ref(),
        };
        let database = match named.find(file, &mut warnings)? {
            Some(found) if found.in_file => {
                file.named("database", parse::database(&found.text, file.folder()))?
            }
            Some(found) => parse::database(&found.text, None).map_err(anyhow::Error::msg)?,
            None => Database::Sqlite(data_dir.join(SQLITE_FILE)),
        };
        let master_key = master_key::find(
            args.master_key_file.or(file.path(values.master_key_file.as_ref())),
            args.master_passphrase_file.or(file.path(values.master_passphrase_file.as_ref())),
            &data_dir,
            &mut warnings,
        )?;
        let files_dir = args.files_dir.or(file.path(values.files_dir.as_ref()));
        let file_max_bytes = args.file_max_bytes.or(values.file_max_bytes).unwrap_or(FILE_MAX_BYTES);
        let app_upload_bytes = args.app_upload_bytes.or(values.app_upload_bytes).unwrap_or(APP_UPLOAD_BYTES);
        limits::some("file_max_bytes", file_max_bytes == 0)?;
        limits::some("app_upload_bytes", app_upload_bytes == 0)?;
        Ok(Self {
            files_dir: files_dir.unwrap_or_else(|| data_dir.join(FILES_DIR)),
            data_dir,
            database,
            master_key,
            file_max_bytes,
            app_upload_bytes,
            warnings,
        })
    }

    /// The database as it may stand in a log: without user and password.
    pub(crate) fn database_label(&self) -> String {
        match &self.database {
            Database::Sqlite(path) => path.display().to_string(),
            Database::Postgres(url) => parse::without_secrets(url),
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Store")
            .field("data_dir", &self.data_dir)
            .field("database", &self.database_label())
            .field("master_key", &self.master_key.to_string())
            .field("files_dir", &self.files_dir)
            .field("file_max_bytes", &self.file_max_bytes)
            .field("app_upload_bytes", &self.app_upload_bytes)
            .finish()
    }
}
