//! Settings as people see and write them.

use claviger_domain::{AppSettings, Mask};
use serde_json::Value;

use super::rules::{Kind, MESSAGE_MAX, Rule, SETTINGS};

/// How a setting is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A text of so many bytes at most.
    Text(usize),
    /// A list, separated by commas.
    List,
    /// A text of so many bytes at most that is as good as a password, and is not shown.
    Hidden(usize),
}

/// A setting of an application, as it is and as it was at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSetting {
    /// Its name, with dots.
    pub name: &'static str,
    /// How it is written.
    pub written: Written,
    /// Its value, written so that it is read again; of what is hidden, whether there is one: `***` or nothing.
    pub value: String,
    /// The value that it has unless somebody chose another.
    pub default: String,
}

impl ShownSetting {
    /// Whether somebody chose another value.
    pub fn differs(&self) -> bool {
        self.value != self.default
    }
}

/// Shown in the place of a secret.
pub(super) const HIDDEN: &str = "***";

/// All settings, in the order of [`SETTINGS`].
pub fn shown_settings(settings: &AppSettings) -> Vec<ShownSetting> {
    // A struct of numbers, texts and lists is always JSON.
    let value = |settings: &AppSettings| serde_json::to_value(settings).unwrap_or_default();
    let (now, first) = (value(settings), value(&AppSettings::default()));
    let shown = |rule: &Rule| ShownSetting {
        name: rule.name,
        written: written(rule),
        value: text(rule, field(&now, rule.name)),
        default: text(rule, field(&first, rule.name)),
    };
    SETTINGS.iter().map(shown).collect()
}

fn written(rule: &Rule) -> Written {
    match &rule.kind {
        Kind::Flag => Written::Flag,
        Kind::Number(range) => Written::Number { min: *range.start(), max: *range.end() },
        Kind::Text(max) | Kind::Line(max) | Kind::Optional(max) => Written::Text(*max),
        Kind::Url(max) if is_hidden(rule) => Written::Hidden(*max),
        Kind::Url(max) => Written::Text(*max),
        Kind::Secret(max) => Written::Hidden(*max),
        Kind::Hashes | Kind::Networks => Written::List,
        Kind::Mask => Written::Text(Mask::MAX_LEN),
        Kind::LoggedIn => Written::Text(MESSAGE_MAX),
    }
}

/// Whoever knows the address of a webhook can write there.
fn is_hidden(rule: &Rule) -> bool {
    rule.is_secret() || rule.name == "webhook"
}

fn text(rule: &Rule, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        _ if is_hidden(rule) => HIDDEN.into(),
        Value::String(text) => text.clone(),
        Value::Array(entries) => entries.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A field of settings, by its name with dots.
pub(super) fn field<'a>(settings: &'a Value, name: &str) -> &'a Value {
    settings.pointer(&format!("/{}", name.replace('.', "/"))).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown_and_what_differs_is() {
        let settings = AppSettings {
            sellix_secret: Some("abc".into()),
            webhook: Some("https://hooks.example.com/secret".into()),
            hashes: vec!["a".into(), "b".into()],
            ..AppSettings::default()
        };
        let shown = shown_settings(&settings);
        let of = |name| shown.iter().find(|setting| setting.name == name).unwrap();
        assert_eq!(of("sellixSecret").value, HIDDEN);
        assert_eq!(of("webhook").value, HIDDEN);
        assert_eq!(of("hashes").value, "a,b");
        assert_eq!(of("minHwid").value, "20");
        let differ: Vec<&str> =
            shown.iter().filter(|setting| setting.differs()).map(|setting| setting.name).collect();
        assert_eq!(differ, ["hashes", "webhook", "sellixSecret"]);
    }
}
