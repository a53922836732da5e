//! Reading changes of settings, and making them on the text that is kept.

use claviger_domain::{AppSettings, tidy};
use claviger_store::{Conn, key_pairs};
use serde_json::Value;

use super::{
    names::near,
    rules::{Rule, SETTINGS},
    shown::{HIDDEN, field},
};
use crate::{shared::text::cut, vendor::error::ManageError};

/// Bytes of a webhook's address that are shown.
const URL_SHOWN: usize = 21;

/// Reads the value of a setting; else what is wrong with it.
pub(super) type Read = fn(&Rule, &str) -> Result<Value, String>;

/// What came of a change of settings.
#[derive(Clone, Debug)]
pub struct ChangedSettings {
    /// All settings, as they are now.
    pub settings: AppSettings,
    /// What is another now: `name: old → new`, separated by semicolons; secrets are hidden.
    pub differences: String,
}

/// The setting's rule, and its value.
pub(super) fn parse(name: &str, text: &str, read: Read) -> Result<(&'static Rule, Value), ManageError> {
    let rule = Rule::of(name).ok_or_else(|| unknown(name))?;
    let value = read(rule, text);
    value.map(|value| (rule, value)).map_err(|reason| ManageError::Unfit(format!("{name}: {reason}")))
}

fn unknown(name: &str) -> ManageError {
    let near = near(name, SETTINGS.iter().map(|rule| rule.name));
    let advice = match near.as_slice() {
        [] => "`claviger app settings OWNER/APP` shows them all".into(),
        names => format!("is it {}?", names.join(" or ")),
    };
    ManageError::Unfit(format!("there is no setting `{name}`; {advice}"))
}

pub(super) fn change(text: &str, changes: Vec<(&'static str, Value)>) -> serde_json::Result<ChangedSettings> {
    let old: AppSettings = serde_json::from_str(text)?;
    let names: Vec<&'static str> = changes.iter().map(|(name, _)| *name).collect();
    let settings = apply(text, changes)?;
    let (old, new) = (serde_json::to_value(old)?, serde_json::to_value(&settings)?);
    let differences: Vec<String> =
        names.into_iter().filter_map(|name| difference(name, field(&old, name), field(&new, name))).collect();
    Ok(ChangedSettings { settings, differences: differences.join("; ") })
}

/// # Errors
/// When programs of this version are answered with a former key pair: new ones, built with the newest, would refuse it.
pub(super) fn refuse_former_version(
    conn: &mut Conn<'_>,
    app: i64,
    version: &str,
    now: i64,
) -> Result<(), ManageError> {
    let version = tidy(version);
    let former = key_pairs::former(conn, app)?;
    let mut signing = former.iter().filter(|former| former.until.is_none_or(|until| until > now));
    match signing.find(|former| former.versions.iter().any(|known| known == version)) {
        Some(former) => Err(ManageError::Unfit(format!(
            "version: programs of version {version} are answered with the former key pair {}, so those that are built with the \
             newest one need a version that none had before; else end the former pair first (`claviger app end-key-pairs`)",
            former.number
        ))),
        None => Ok(()),
    }
}

fn difference(name: &str, old: &Value, new: &Value) -> Option<String> {
    let secret = Rule::of(name).is_some_and(Rule::is_secret);
    let shown = |value: &Value| match value {
        Value::Null => String::new(),
        _ if secret => HIDDEN.into(),
        // The rest of such an address is as good as a password.
        Value::String(url) if name == "webhook" => cut(url, URL_SHOWN).into(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (old != new).then(|| format!("{name}: {} → {}", shown(old), shown(new)))
}

pub(super) fn apply(text: &str, changes: Vec<(&'static str, Value)>) -> serde_json::Result<AppSettings> {
    let settings: AppSettings = serde_json::from_str(text)?;
    let mut value = serde_json::to_value(settings)?;
    for (name, new) in changes {
        // Every rule names a field: a test sees to it.
        if let Some(field) = value.pointer_mut(&format!("/{}", name.replace('.', "/"))) {
            *field = new;
        }
    }
    serde_json::from_value(value)
}

pub(super) fn broken(error: &serde_json::Error) -> ManageError {
    ManageError::Unfit(format!("the stored settings of the application are damaged: {error}"))
}
