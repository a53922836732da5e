//! What the server writes to by a setting is no file that another setting names.

use std::path::{Path, PathBuf};

use anyhow::bail;
use claviger_files::is_same_file;
use claviger_server::AccessLogPlace;
use claviger_service::{Database, MasterKeySource};

use super::{
    args::{ServeArgs, StoreArgs},
    file::SettingsFile,
    parse,
    tls::{Certificate, TlsSettings},
};

/// What SQLite calls the files beside a database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// Files with the settings that name them.
pub(super) struct Named(Vec<(&'static str, PathBuf)>);

impl Named {
    /// The files that the server only reads.
    pub(super) fn read_by(store: &StoreArgs, serve: &ServeArgs, file: &SettingsFile) -> Self {
        let values = &file.values;
        let backup = values.backup.as_ref();
        let leaked =
            values.leaked_passwords.as_ref().map(|text| parse::leaked_passwords(text, file.folder()));
        let leaked = serve.leaked_passwords.clone().or(leaked).map(PathBuf::from);
        let mut all = Vec::new();
        for (setting, given, in_file) in [
            ("the settings", &file.location(), None),
            ("database_file", &store.database_file, values.database_file.as_ref()),
            ("master_passphrase_file", &store.master_passphrase_file, values.master_passphrase_file.as_ref()),
            ("tls_cert_file", &serve.tls_cert_file, values.tls_cert_file.as_ref()),
            ("tls_key_file", &serve.tls_key_file, values.tls_key_file.as_ref()),
            ("acme_ca_file", &serve.acme.acme_ca_file, values.acme_ca_file.as_ref()),
            ("smtp_url_file", &serve.smtp_url_file, values.smtp_url_file.as_ref()),
            ("vpn_list", &serve.vpn_list, values.vpn_list.as_ref()),
            ("asn_table", &serve.asn_table, values.asn_table.as_ref()),
            ("geoip_file", &serve.geoip_file, values.geoip_file.as_ref()),
            ("leaked_passwords", &leaked, None),
            (
                "passphrase_file of backups",
                &serve.backup.passphrase_file,
                backup.and_then(|section| section.passphrase_file.as_ref()),
            ),
            ("s3_secret_key_file", &None, backup.and_then(|section| section.s3_secret_key_file.as_ref())),
        ] {
            all.extend(given.clone().or(file.path(in_file)).map(|path| (setting, path)));
        }
        let providers = values.identity_provider.iter().flatten();
        let secrets = providers.filter_map(|provider| file.path(provider.client_secret_file.as_ref()));
        all.extend(secrets.map(|path| ("client_secret_file", path)));
        Self(all)
    }

    /// Looks whether the database or the access log would be written into a file that is for something else.
    ///
    /// # Errors
    /// When one would; the text says which.
    pub(super) fn refuse_overwriting(
        mut self,
        database: &Database,
        master_key: &MasterKeySource,
        tls: Option<&TlsSettings>,
        access_log: Option<&AccessLogPlace>,
    ) -> anyhow::Result<()> {
        self.0.extend(master_key.file_path().map(|path| ("the master key", path.to_owned())));
        if let Some(Certificate::Acme(options)) = tls.map(|tls| &tls.certificate) {
            self.0.extend(options.files().map(|path| ("acme_dir", path)));
        }
        let database = files_of(database);
        for path in &database {
            self.refuse("database", path)?;
        }
        self.0.extend(database.into_iter().map(|path| ("the database", path)));
        match access_log {
            Some(AccessLogPlace::File(path)) => self.refuse("access_log", path),
            _ => Ok(()),
        }
    }

    fn refuse(&self, setting: &str, path: &Path) -> anyhow::Result<()> {
        let Some((name, other)) = self.0.iter().find(|(_, other)| is_same_file(path, other)) else {
            return Ok(());
        };
        let (path, other) = (path.display(), other.display());
        bail!(
            "{setting} would be written to {path}, which is the file {other} of {name}: name a file of its own"
        );
    }
}

/// The database and the files beside it, where it is SQLite.
fn files_of(database: &Database) -> Vec<PathBuf> {
    let Database::Sqlite(path) = database else { return Vec::new() };
    let beside = BESIDE.map(|end| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        name.into()
    });
    [path.clone()].into_iter().chain(beside).collect()
}
