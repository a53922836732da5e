//! Settings of an application, for `claviger app`.

use std::path::Path;

use anyhow::{Context, anyhow};
use claviger_service::vendor::SETTINGS;
use serde_json::Value;

use super::{
    input::{name_of, read_whole},
    run::with_app,
};
use crate::{config::StoreArgs, output};

/// Shows all settings; `json`: as they are stored.
pub(super) fn show(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |_, app| {
        if json {
            return output::json(&app.settings);
        }
        let settings = serde_json::to_value(&app.settings)?;
        let values: Vec<String> = SETTINGS.iter().map(|setting| field(&settings, setting.name)).collect();
        let rows = SETTINGS.iter().zip(&values).map(|(setting, value)| (setting.name, value.as_str()));
        output::pairs(&rows.collect::<Vec<_>>());
        Ok(())
    })
}

/// A setting as `app set` takes it.
fn field(settings: &Value, name: &str) -> String {
    let secret = SETTINGS.iter().any(|setting| setting.name == name && setting.is_secret());
    match settings.pointer(&format!("/{}", name.replace('.', "/"))) {
        Some(Value::String(_)) if secret => "***".into(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(entries)) => entries.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        None | Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
    }
}

/// What is written as NAME=VALUE, taken apart; `such_as`: an example for whoever writes something else.
pub(super) fn pairs_of(changes: &[String], such_as: &str) -> anyhow::Result<Vec<(String, String)>> {
    let split = |change: &String| {
        let split = change
            .split_once('=')
            .with_context(|| format!("`{change}` changes nothing: write NAME=VALUE, such as {such_as}"));
        split.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    changes.iter().map(split).collect()
}

/// The value of a setting. That of a secret one may be `@FILE` or, for the standard input, `-`: as an argument it would stand
/// in the list of processes.
fn secret_of(name: &str, value: String) -> anyhow::Result<String> {
    let is_secret = SETTINGS.iter().any(|setting| setting.name == name && setting.is_secret());
    let path = value.strip_prefix('@').or((value == "-").then_some("-"));
    let Some(path) = path.filter(|_| is_secret).map(Path::new) else { return Ok(value) };
    let text = String::from_utf8(read_whole(path, "a secret is a line")?);
    let text = text.map_err(|_| anyhow!("{} holds no text", name_of(path)))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Changes settings, each written NAME=VALUE; `force`: also to a mask whose keys could be guessed.
pub(super) fn change(store: StoreArgs, app: &str, changes: &[String], force: bool) -> anyhow::Result<()> {
    let changes = pairs_of(changes, "hwidCheck=false")?;
    let read = changes.into_iter().map(|(name, value)| Ok((name.clone(), secret_of(&name, value)?)));
    let changes = read.collect::<anyhow::Result<Vec<_>>>()?;
    let deed = store.deed.clone();
    with_app(store, app, async |service, app| {
        let changed = match force {
            true => service.force_settings(&app, &changes).await?,
            false => service.change_settings(&app, &changes).await?,
        };
        if let Some(deed) = &deed {
            deed.tell(changed.differences);
        }
        let settings = serde_json::to_value(changed.settings)?;
        for (name, _) in &changes {
            println!("{name}={}", output::plain(&field(&settings, name)));
        }
        Ok(())
    })
}

/// Bans an application, or lifts the ban.
pub(super) fn set_banned(store: StoreArgs, path: &str, banned: bool) -> anyhow::Result<()> {
    with_app(store, path, async |service, app| {
        service.set_app_banned(&app, banned).await?;
        output::say(format_args!("{} {path}", if banned { "banned" } else { "unbanned" }));
        Ok(())
    })
}
