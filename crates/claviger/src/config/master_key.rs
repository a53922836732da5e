//! Where the master key comes from.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use claviger_domain::Secret;
use claviger_service::MasterKeySource;

use super::secret::{FILE_MAX, credential, warn_of_readers};

/// In the data folder unless a setting says otherwise.
const FILE: &str = "master.key";
const KEY: &str = "CLAVIGER_MASTER_KEY";
const PASSPHRASE: &str = "CLAVIGER_MASTER_PASSPHRASE";

/// The master key by these settings, the environment, or a credential of systemd; and the passphrase that protects it.
///
/// # Errors
/// When two places are named, or a file cannot be read.
pub(super) fn find(
    file: Option<PathBuf>,
    passphrase_file: Option<PathBuf>,
    data_dir: &Path,
    warnings: &mut Vec<String>,
) -> anyhow::Result<MasterKeySource> {
    let given = variable(KEY)?;
    if given.is_some() && file.is_some() {
        bail!("{KEY} and a file of the master key are both set: one is enough");
    }
    let source = match (given, file, credential("master_key")) {
        (Some(key), ..) => MasterKeySource::given(key, format!("the variable {KEY}")),
        (None, Some(file), _) => MasterKeySource::file(file),
        (None, None, Some(path)) => {
            let key = read(&path, "the master key")?;
            MasterKeySource::given(key, format!("the credential {}", path.display()))
        }
        (None, None, None) => MasterKeySource::file(data_dir.join(FILE)),
    };
    let passphrase = match (variable(PASSPHRASE)?, passphrase_file) {
        (Some(_), Some(_)) => bail!("{PASSPHRASE} and a file of the passphrase are both set: one is enough"),
        (Some(passphrase), None) => Some(passphrase),
        (None, Some(path)) => {
            warn_of_readers(&path, "the passphrase of the master key", warnings);
            Some(read(&path, "the passphrase of the master key")?)
        }
        (None, None) => credential("master_passphrase")
            .map(|path| read(&path, "the passphrase of the master key"))
            .transpose()?,
    };
    Ok(source.with_passphrase(passphrase))
}

/// What a variable holds; one that is empty is not set.
fn variable(name: &str) -> anyhow::Result<Option<Secret>> {
    match env::var(name) {
        Ok(text) if text.trim().is_empty() => Ok(None),
        Ok(text) => Ok(Some(Secret::new(text.trim()))),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => bail!("{name} is no text"),
    }
}

fn read(path: &Path, what: &str) -> anyhow::Result<Secret> {
    let told = || format!("{what}: the file {} cannot be read", path.display());
    ensure!(fs::metadata(path).with_context(told)?.len() <= FILE_MAX, "{}: it is too large", path.display());
    let text = Secret::new(fs::read_to_string(path).with_context(told)?);
    let text = text.expose().trim();
    ensure!(!text.is_empty(), "{what}: the file {} is empty", path.display());
    Ok(Secret::new(text))
}
