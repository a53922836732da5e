//! Settings that hold a password: where else than on the command line they may stand, and what is unwise about where they
//! do.

use std::{
    env, fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use super::{file::SettingsFile, path_in_file::PathInFile};

/// Where systemd puts what `LoadCredential=` names.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// Longest content of such a file in bytes.
pub(super) const FILE_MAX: u64 = 16 * 1024;

/// Where a setting may come from.
pub(super) struct Sources<'a> {
    /// Its name in the settings file, and that of the credential.
    pub(super) name: &'static str,
    /// By flag or variable.
    pub(super) given: Option<String>,
    /// A file, by flag or variable.
    pub(super) given_file: Option<PathBuf>,
    /// In the settings file.
    pub(super) in_file: Option<&'a String>,
    /// A file, by the settings file.
    pub(super) in_file_file: Option<&'a PathInFile>,
}

/// A setting that may hold a password.
pub(super) struct Found {
    pub(super) text: String,
    /// It stood in the settings file itself, to whose folder paths in it are relative.
    pub(super) in_file: bool,
}

impl Sources<'_> {
    /// The setting, if there is one: by flag or variable, else out of the settings file, else a credential. Adds to
    /// `warnings` what is unwise.
    ///
    /// # Errors
    /// When two sources of one kind are given, or a file cannot be read. Neither repeats the content.
    pub(super) fn find(
        self,
        file: &SettingsFile,
        warnings: &mut Vec<String>,
    ) -> anyhow::Result<Option<Found>> {
        let Self { name, given, given_file, in_file, in_file_file } = self;
        let outside = |text| Some(Found { text, in_file: false });
        if let Some(text) = given {
            if has_password(&text) && is_shown(&text) {
                warnings.push(format!(
                    "the password in --{flag} is shown to everybody on this machine by the list of processes: put the \
                     address into a file of mode 0600 and name that with --{flag}-file, or use {variable}",
                    flag = name.replace('_', "-"),
                    variable = format_args!("CLAVIGER_{}", name.to_ascii_uppercase()),
                ));
            }
            return Ok(outside(text));
        }
        if let Some(path) = given_file {
            return Ok(outside(read(name, &path, warnings)?));
        }
        match (in_file, file.path(in_file_file)) {
            (Some(_), Some(_)) => bail!("{name} and {name}_file are both set: one is enough"),
            (Some(text), None) => {
                if has_password(text)
                    && let Some(path) = file.location()
                {
                    warn_of_readers(&path, warnings);
                }
                return Ok(Some(Found { text: text.clone(), in_file: true }));
            }
            (None, Some(path)) => return Ok(outside(read(name, &path, warnings)?)),
            (None, None) => {}
        }
        match credential(name) {
            Some(path) => Ok(outside(read(name, &path, &mut Vec::new())?)),
            None => Ok(None),
        }
    }
}

/// The file of a credential, if there is one of that name.
pub(super) fn credential(name: &str) -> Option<PathBuf> {
    let path = env::var_os(CREDENTIALS).map(|folder| Path::new(&folder).join(name));
    path.filter(|path| path.exists())
}

fn read(name: &str, path: &Path, warnings: &mut Vec<String>) -> anyhow::Result<String> {
    let told = || format!("{name}: the file {} cannot be read", path.display());
    let size = fs::metadata(path).with_context(told)?.len();
    anyhow::ensure!(size <= FILE_MAX, "{name}: the file {} is too large for an address", path.display());
    let text = fs::read_to_string(path).with_context(told)?;
    let text = text.trim();
    anyhow::ensure!(!text.is_empty(), "{name}: the file {} is empty", path.display());
    if has_password(text) {
        warn_of_readers(path, warnings);
    }
    Ok(text.into())
}

pub(super) fn warn_of_readers(path: &Path, warnings: &mut Vec<String>) {
    let mode = fs::metadata(path).map_or(0, |found| found.mode());
    if mode & 0o077 != 0 {
        warnings.push(format!(
            "{path} holds a password and can be read by other users (mode {mode:04o}): chmod 600 {path}",
            path = path.display(),
            mode = mode & 0o7777,
        ));
    }
}

/// Whether an address names a password: behind the user, or among the options.
fn has_password(text: &str) -> bool {
    let rest = text.split_once("://").map_or("", |(_, rest)| rest);
    let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
    user.split_once(':').is_some_and(|(_, password)| !password.is_empty()) || rest.contains("password=")
}

/// Whether the command line of this process holds a text.
fn is_shown(text: &str) -> bool {
    env::args_os().any(|arg| arg.to_string_lossy().contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_found() {
        for text in ["postgres://u:p@h/d", "smtps://u:p%40@h", "postgres://h/d?user=u&password=p"] {
            assert!(has_password(text), "{text}");
        }
        for text in ["postgres://u@h/d", "claviger.db", "smtp://h:25?tls=none", "postgres://u:@h/d", "/a:b@c"]
        {
            assert!(!has_password(text), "{text}");
        }
    }
}
