//! Settings of backups: the section `[backup]`, flags and variables.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, anyhow};
use claviger_service::backups::{Keep, KeyError, Lock, ObjectOptions, Passphrase, Place};

use super::{
    args::StoreArgs,
    backup_args::{KeepArgs, PlaceArgs},
    backup_section::BackupSection,
    file::SettingsFile,
    secret::warn_of_readers,
};

/// Hours of a year, the longest time between two of the server's own.
const YEAR: u32 = 366 * 24;

/// Where backups are, when they are made, and which are kept.
#[derive(Clone, Debug)]
pub(crate) struct Backups {
    place: Option<Place>,
    /// Who can open them; `None`: whoever has them.
    pub(crate) lock: Option<Lock>,
    /// The passphrase, for reading.
    pub(crate) passphrase: Option<Passphrase>,
    /// Between two of the server's own.
    pub(crate) every: Duration,
    /// Which ones the server keeps.
    pub(crate) keep: Keep,
}

impl Backups {
    /// Reads the settings for a command.
    ///
    /// # Errors
    /// When the settings file or a setting makes no sense.
    pub(crate) fn resolve(store: &StoreArgs, place: PlaceArgs, keep: KeepArgs) -> anyhow::Result<Self> {
        let file = SettingsFile::find(store)?;
        let mut warnings = Vec::new();
        let backups = Self::from_sources(place, keep, None, &file, &mut warnings)?;
        for warning in warnings {
            eprintln!("claviger: warning: {warning}");
        }
        Ok(backups)
    }

    pub(super) fn from_sources(
        place: PlaceArgs,
        keep: KeepArgs,
        every_hours: Option<u32>,
        file: &SettingsFile,
        warnings: &mut Vec<String>,
    ) -> anyhow::Result<Self> {
        let section = file.values.backup.clone().unwrap_or_default();
        let (named, in_file) = match place.place.clone() {
            Some(place) => (Some(place), false),
            None => (section.place.clone(), true),
        };
        // It would be the folder at work, whichever that is.
        anyhow::ensure!(
            named.as_ref().is_none_or(|text| !text.trim().is_empty()),
            "the place of backups is empty: name a folder or s3://BUCKET/PREFIX, or leave the setting out"
        );
        let found = match named {
            None => None,
            Some(text) => Some(match bucket(&text)? {
                Some(rest) => objects(&text, rest, &section, file, warnings)?,
                None if in_file => Place::folder(file.resolve(Path::new(&text))),
                None => Place::folder(PathBuf::from(text)),
            }),
        };
        let passphrase_file = place.passphrase_file.or(file.path(section.passphrase_file.as_ref()));
        if let Some(path) = &passphrase_file {
            warn_of_readers(path, "the passphrase of backups", warnings);
        }
        let passphrase = passphrase_file.as_deref().map(passphrase).transpose()?;
        let recipients = match (place.recipients, &section.recipients) {
            (Some(recipients), _) => recipients,
            (None, Some(texts)) => {
                let read = |text: &String| {
                    file.named(
                        "backup.recipients",
                        text.parse().map_err(|error: KeyError| format!("`{text}`: {error}")),
                    )
                };
                texts.iter().map(read).collect::<anyhow::Result<_>>()?
            }
            (None, None) => Vec::new(),
        };
        let lock = match (passphrase.clone(), recipients) {
            (Some(_), recipients) if !recipients.is_empty() => {
                anyhow::bail!(
                    "backups are encrypted with a passphrase or for recipients, not both: remove one of the settings"
                )
            }
            (Some(passphrase), _) => Some(Lock::Passphrase(passphrase)),
            (None, recipients) if recipients.is_empty() => None,
            (None, recipients) => Some(Lock::Recipients(recipients)),
        };
        let hours = every_hours.or(section.every_hours).unwrap_or(24);
        anyhow::ensure!(
            (1..=YEAR).contains(&hours),
            "backup every_hours is {hours}: give 1 to {YEAR} (a year), or leave the setting out"
        );
        let or = |given: Option<u32>, set: Option<u32>| given.or(set).unwrap_or(0);
        Ok(Self {
            place: found,
            lock,
            passphrase,
            every: Duration::from_hours(hours.into()),
            keep: Keep {
                days: or(keep.keep_days, section.keep_days),
                daily: or(keep.keep_daily, section.keep_daily),
                weekly: or(keep.keep_weekly, section.keep_weekly),
                monthly: or(keep.keep_monthly, section.keep_monthly),
            },
        })
    }

    /// The place, which a command needs.
    ///
    /// # Errors
    /// When none is set.
    pub(crate) fn place(&self) -> anyhow::Result<Place> {
        self.scheduled().ok_or_else(|| {
            anyhow!("nothing says where backups are: name their folder with --place, or as `place` in the section [backup]")
        })
    }

    /// The place, if there is one.
    pub(crate) fn scheduled(&self) -> Option<Place> {
        self.place.clone()
    }
}

/// What follows `s3://`; `None`: the text names a folder.
///
/// # Errors
/// When it looks like an address, but is none that backups can go to.
fn bucket(text: &str) -> anyhow::Result<Option<&str>> {
    let Some((scheme, rest)) = text.trim().split_once(':') else { return Ok(None) };
    if scheme.eq_ignore_ascii_case("s3") {
        let bucket = rest.strip_prefix("//");
        anyhow::ensure!(bucket.is_some(), "`{text}` is no place for backups: write s3://BUCKET/PREFIX");
        return Ok(bucket);
    }
    let begins = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_scheme =
        begins && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    anyhow::ensure!(
        !(is_scheme && rest.starts_with('/')),
        "`{text}` looks like an address, and backups go to a folder or to s3://BUCKET/PREFIX: name one of these; a folder \
         that is called so is written ./{text}"
    );
    Ok(None)
}

/// A bucket, with what the section says of it, or the variables that other tools for object stores read.
fn objects(
    text: &str,
    rest: &str,
    section: &BackupSection,
    file: &SettingsFile,
    warnings: &mut Vec<String>,
) -> anyhow::Result<Place> {
    let rest = rest.trim_matches('/');
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    anyhow::ensure!(!bucket.is_empty(), "`{text}` names no bucket: write one such as s3://backups/claviger");
    let setting = |set: Option<&String>, variable: &str| set.cloned().or_else(|| env::var(variable).ok());
    let region = setting(section.s3_region.as_ref(), "AWS_REGION").unwrap_or_else(|| "us-east-1".into());
    let needed = |found: Option<String>, name: &str, variable: &str| {
        found.ok_or_else(|| {
            anyhow!("an object store needs {name} in the section [backup], or the variable {variable}")
        })
    };
    let seconds = section.s3_timeout_seconds.unwrap_or(60);
    anyhow::ensure!(seconds > 0, "s3_timeout_seconds is 0: give at least 1, or leave the setting out");
    let access_key = setting(section.s3_access_key.as_ref(), "AWS_ACCESS_KEY_ID");
    let secret_key = match file.path(section.s3_secret_key_file.as_ref()) {
        Some(path) => {
            warn_of_readers(&path, "the secret key of the place of backups", warnings);
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            Some(text.trim().to_owned())
        }
        None => env::var("AWS_SECRET_ACCESS_KEY").ok(),
    };
    let options = ObjectOptions {
        endpoint: setting(section.s3_endpoint.as_ref(), "AWS_ENDPOINT_URL")
            .unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com")),
        region,
        bucket: bucket.into(),
        prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
        access_key: needed(access_key, "s3_access_key", "AWS_ACCESS_KEY_ID")?,
        secret_key: needed(secret_key, "s3_secret_key_file", "AWS_SECRET_ACCESS_KEY")?,
        patience: Duration::from_secs(seconds.into()),
    };
    Ok(Place::objects(&options)?)
}

/// The first line of a file.
fn passphrase(path: &Path) -> anyhow::Result<Passphrase> {
    let told = || format!("the passphrase of backups: the file {}", path.display());
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", told()))?;
    Passphrase::new(text.lines().next().unwrap_or_default().trim()).with_context(told)
}

/// A database that a command names: an address, a file, or `@` and a file that holds one of them.
///
/// # Errors
/// When it names none; the text does not repeat what may hold a password.
pub(crate) fn named_database(text: &str) -> anyhow::Result<claviger_service::Database> {
    let held;
    let text = match text.strip_prefix('@') {
        Some(path) => {
            held = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
            held.trim()
        }
        None => text,
    };
    super::parse::database(text, None).map_err(anyhow::Error::msg)
}
