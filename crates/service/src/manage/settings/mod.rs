//! Settings of an application, by their names (`docs/protocol/settings.md`).

mod names;
mod rules;

use claviger_domain::AppSettings;
use claviger_store::{Conn, apps};
use serde_json::Value;

use self::{names::near, rules::Rule};
use super::ManageError;
use crate::{App, Service};

pub use rules::SETTINGS;

impl Service {
    /// Changes settings, all or none: each by its name, such as `hwidCheck` or `messages.loggedIn`, and the text of its
    /// new value. Flags are `true` or `false`; lists are separated by commas, or JSON; an empty text clears what may be
    /// empty. Running servers obey within a second.
    ///
    /// # Errors
    /// When there is no such setting or a value is unfit, the application is gone, or the database fails.
    pub async fn change_settings(
        &self,
        app: &App,
        changes: &[(String, String)],
    ) -> Result<AppSettings, ManageError> {
        let changes: Vec<(&'static str, Value)> =
            changes.iter().map(|(name, text)| parse(name, text)).collect::<Result<_, _>>()?;
        let (id, name) = (app.id, app.name.clone());
        let changed = self.manage(move |conn| {
            let text = apps::lock_settings(conn, id)?;
            let text = text.ok_or_else(|| ManageError::unknown("application", &name))?;
            let settings = apply(&text, changes).map_err(|error| broken(&error))?;
            store(conn, id, &settings)?;
            Ok(settings)
        });
        let settings = changed.await?;
        self.renew_catalog().await?;
        Ok(settings)
    }

    /// Bans an application, or lifts the ban. Running servers obey within a second.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_app_banned(&self, app: &App, banned: bool) -> Result<(), ManageError> {
        let app = app.id;
        self.manage(move |conn| Ok(apps::set_banned(conn, app, banned)?)).await?;
        Ok(self.renew_catalog().await?)
    }
}

/// The setting's name as it is spelled here, and its value.
fn parse(name: &str, text: &str) -> Result<(&'static str, Value), ManageError> {
    let rule = Rule::of(name).ok_or_else(|| unknown(name))?;
    let value = rule.parse(text);
    value.map(|value| (rule.name, value)).map_err(|reason| ManageError::Unfit(format!("{name}: {reason}")))
}

fn unknown(name: &str) -> ManageError {
    let near = near(name, SETTINGS.iter().map(|rule| rule.name));
    let advice = match near.as_slice() {
        [] => "`claviger app settings OWNER/APP` shows them all".into(),
        names => format!("is it {}?", names.join(" or ")),
    };
    ManageError::Unfit(format!("there is no setting `{name}`; {advice}"))
}

fn apply(text: &str, changes: Vec<(&'static str, Value)>) -> serde_json::Result<AppSettings> {
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

fn store(conn: &mut Conn<'_>, app: i64, settings: &AppSettings) -> Result<(), ManageError> {
    let text = serde_json::to_string(settings).map_err(|error| broken(&error))?;
    Ok(apps::set_settings(conn, app, &text)?)
}

fn broken(error: &serde_json::Error) -> ManageError {
    ManageError::Unfit(format!("the stored settings of the application are damaged: {error}"))
}

#[cfg(test)]
mod tests;
