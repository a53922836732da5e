//! Settings that hold a password: where else than on the command line they may stand, and what is unwise about where they
//! do.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use claviger_files::exposure;

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
    /// When two sources of one kind (flag, variable, settings file) are given, or a file cannot be read. Neither repeats the content.
    pub(super) fn find(
        self,
        file: &SettingsFile,
        warnings: &mut Vec<String>,
    ) -> anyhow::Result<Option<Found>> {
        let Self { name, given, given_file, in_file, in_file_file } = self;
        let outside = |text| Some(Found { text, in_file: false });
        let (given, given_file) = flag_wins(name, given, given_file)?;
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
                    warn_of_readers(&path, "a password", warnings);
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

/// Of a setting and the file of it, that which is given by a flag, where the other is by a variable.
fn flag_wins(
    name: &str,
    given: Option<String>,
    file: Option<PathBuf>,
) -> anyhow::Result<(Option<String>, Option<PathBuf>)> {
    let (Some(text), Some(path)) = (&given, &file) else { return Ok((given, file)) };
    let variable = format!("CLAVIGER_{}", name.to_ascii_uppercase());
    let is_variable = env::var_os(&variable).is_some_and(|value| value == text.as_str());
    let file_is_variable =
        env::var_os(format!("{variable}_FILE")).is_some_and(|value| value == path.as_os_str());
    match (is_variable, file_is_variable) {
        (true, false) => Ok((None, file)),
        (false, true) => Ok((given, None)),
        (true, true) => bail!("{variable} and {variable}_FILE are both set: one is enough"),
        (false, false) => {
            let flag = name.replace('_', "-");
            bail!("--{flag} and --{flag}-file are both given: one is enough")
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
        warn_of_readers(path, "a password", warnings);
    }
    Ok(text.into())
}

/// Warns of a file that holds a secret, `what`, and that others can read. Each such file of the settings comes by here, so
/// the server, commands and the doctor tell of the same.
pub(super) fn warn_of_readers(path: &Path, what: &str, warnings: &mut Vec<String>) {
    // One that cannot be looked at is told by who reads it.
    if let Ok(Some(how)) = exposure(path) {
        let warning = format!("{} holds {what} and {how}", path.display());
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
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
