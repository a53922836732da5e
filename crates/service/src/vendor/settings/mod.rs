//! Settings of an application, by their names (`docs/protocol/settings.md`).

mod changing;
mod lockouts;
mod names;
mod rules;
mod shown;
mod trial;

use claviger_domain::{AppSettings, Secret, is_md5, tidy};
use claviger_store::{
    Conn, StoreError, apps,
    bulk::{self, Change, Decision},
    user_subscriptions::Pause,
};
use serde_json::Value;

use self::{
    changing::{Read, apply, broken, change, parse, refuse_former_version},
    rules::{LIST_MAX, Rule},
};
use super::ManageError;
use crate::{
    App, Service, ServiceError,
    background::bulk::FIRST_SLICE,
    shared::{
        by::by,
        master_key::{Marks, purpose::SECRET_SETTING},
    },
};

pub use self::{
    changing::ChangedSettings,
    lockouts::Lockout,
    rules::SETTINGS,
    shown::{ShownSetting, Written, shown_settings},
    trial::Trial,
};

/// Settings by their names with values as they are kept, and the key under which one of them is encrypted.
type Parsed = (Vec<(&'static str, Value)>, Option<String>);

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
    ) -> Result<ChangedSettings, ManageError> {
        self.change_settings_as(app, changes, Rule::parse).await
    }

    /// As [`Service::change_settings`], but takes a mask whose keys could be guessed.
    ///
    /// # Errors
    /// As [`Service::change_settings`].
    pub async fn force_settings(
        &self,
        app: &App,
        changes: &[(String, String)],
    ) -> Result<ChangedSettings, ManageError> {
        self.change_settings_as(app, changes, Rule::parse_forced).await
    }

    /// As [`Service::change_settings`], but takes any text for an address: callers of the Seller API fill in words such
    /// as `none`, since its documentation calls all parameters required.
    ///
    /// # Errors
    /// As [`Service::change_settings`].
    pub async fn update_settings(
        &self,
        app: &App,
        changes: &[(String, String)],
    ) -> Result<ChangedSettings, ManageError> {
        self.change_settings_as(app, changes, Rule::parse_leniently).await
    }

    async fn change_settings_as(
        &self,
        app: &App,
        changes: &[(String, String)],
        read: Read,
    ) -> Result<ChangedSettings, ManageError> {
        let parsed = self.parse_settings(changes.iter().map(|(name, text)| (&**name, &**text)), read);
        let (changes, sealed_under) = parsed?;
        let (id, name, now, by) = (app.id, app.name.clone(), self.clock.now(), by());
        let is_single = self.has_single_signing_key();
        let changed = self.manage(move |conn| {
            sealed_under.iter().try_for_each(|key| Marks::refuse_forgotten(conn, key))?;
            let text = apps::lock_settings(conn, id)?;
            let text = text.ok_or_else(|| ManageError::unknown("application", &name))?;
            let was: AppSettings = serde_json::from_str(&text).map_err(|error| broken(&error))?;
            let changed = change(&text, changes).map_err(|error| broken(&error))?;
            if changed.settings.version != was.version && !is_single {
                refuse_former_version(conn, id, &changed.settings.version, now)?;
            }
            store(conn, id, &changed.settings)?;
            let paused = changed.settings.paused;
            let job = if was.paused == paused { None } else { follow_pause(conn, id, (paused, &by), now)? };
            Ok((changed, job))
        });
        let (changed, job) = changed.await?;
        self.renew_catalog().await?;
        self.carry_out(id, job).await?;
        Ok(changed)
    }

    /// The names of settings as they are spelled here, with their values as they are kept; and the key under which one is
    /// encrypted, which [`Marks::refuse_forgotten`] is to be asked for.
    fn parse_settings<'a>(
        &self,
        changes: impl Iterator<Item = (&'a str, &'a str)>,
        read: Read,
    ) -> Result<Parsed, ManageError> {
        let (mut all, mut sealed_under) = (Vec::new(), None);
        for (name, text) in changes {
            let (rule, value) = parse(name, text, read)?;
            let value = match &value {
                Value::String(secret) if rule.is_secret() => {
                    let (sealed, key) = self.vault.seal_to_keep(SECRET_SETTING, secret.as_bytes()).parts();
                    // Of two, the one that was forgotten first: keys follow each other.
                    sealed_under.get_or_insert(key);
                    hex::encode(sealed).into()
                }
                _ => value,
            };
            all.push((rule.name, value));
        }
        Ok((all, sealed_under))
    }

    /// Settings with what another server had, each value of which fits ([`Service::why_setting_is_unfit`]); and the key under
    /// which one of them is encrypted, which [`Marks::refuse_forgotten`] is to be asked for.
    ///
    /// # Errors
    /// When one does not, or settings are no longer plain data.
    pub(crate) fn settings_from(
        &self,
        base: &AppSettings,
        changes: &[(&str, String)],
    ) -> Result<(AppSettings, Option<String>), ServiceError> {
        let changes = changes.iter().map(|(name, text)| (*name, &**text));
        let parsed = self.parse_settings(changes, Rule::parse_leniently);
        let (parsed, sealed_under) = parsed.map_err(|error| ServiceError::Refused(error.to_string()))?;
        let system = |error: serde_json::Error| ServiceError::System(error.to_string());
        let text = serde_json::to_string(base).map_err(system)?;
        Ok((apply(&text, parsed).map_err(system)?, sealed_under))
    }

    /// The text of a secret setting, as it is kept; empty when there is none.
    ///
    /// # Errors
    /// When no key here opens it.
    pub fn secret_setting(&self, kept: Option<&str>) -> Result<Secret, ServiceError> {
        let Some(kept) = kept.filter(|kept| !kept.is_empty()) else { return Ok(Secret::new("")) };
        let opened = hex::decode(kept).ok().and_then(|sealed| self.vault.open_text(SECRET_SETTING, &sealed));
        opened.ok_or_else(|| StoreError::OtherKey.into())
    }

    /// Whether a setting of that name can have a value, written as [`Service::update_settings`] takes it.
    pub fn setting_fits(name: &str, text: &str) -> bool {
        Self::why_setting_is_unfit(name, text).is_none()
    }

    /// Why a setting of that name cannot have a value, if that is so; the reason may repeat the value.
    pub(crate) fn why_setting_is_unfit(name: &str, text: &str) -> Option<String> {
        parse(name, text, Rule::parse_leniently).err().map(|error| error.to_string())
    }

    /// Pauses an application: programs may not start, and each subscription that runs keeps what it has left. `false`
    /// when it is paused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pause_app(&self, app: &App) -> Result<bool, ManageError> {
        self.set_paused(app, true).await
    }

    /// Lets an application go on, and the subscriptions that its pause paused. `false` when it is not paused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unpause_app(&self, app: &App) -> Result<bool, ManageError> {
        self.set_paused(app, false).await
    }

    async fn set_paused(&self, app: &App, paused: bool) -> Result<bool, ManageError> {
        let (id, now, by) = (app.id, self.clock.now(), by());
        let set = move |conn: &mut Conn<'_>, settings: &mut AppSettings| {
            if settings.paused == paused {
                return Ok(None);
            }
            settings.paused = paused;
            Ok(Some(follow_pause(conn, id, (paused, &by), now)?))
        };
        let Some(job) = self.edit_settings(app, set).await? else { return Ok(false) };
        self.carry_out(id, job).await?;
        Ok(true)
    }

    /// Allows one more hash of the program.
    ///
    /// # Errors
    /// When it is no MD5 hash or there are too many, or the database fails.
    pub async fn add_hash(&self, app: &App, hash: &str) -> Result<(), ManageError> {
        let hash = tidy(hash);
        if !is_md5(hash) {
            return Err(ManageError::Unfit(format!("`{hash}` is no MD5 hash: write 32 hexadecimal digits")));
        }
        let hash = hash.to_ascii_lowercase();
        self.edit_settings(app, move |_, settings| {
            if settings.hashes.len() >= LIST_MAX {
                return Err(ManageError::Unfit(format!("an application has at most {LIST_MAX} hashes")));
            }
            if !settings.hashes.contains(&hash) {
                settings.hashes.push(hash);
            }
            Ok(Some(()))
        })
        .await?;
        Ok(())
    }

    /// Allows a hash of the program no more. `false` when it was not allowed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_hash(&self, app: &App, hash: &str) -> Result<bool, ManageError> {
        let hash = hash.to_owned();
        let removed = self.edit_settings(app, move |_, settings| {
            let before = settings.hashes.len();
            settings.hashes.retain(|kept| *kept != hash);
            Ok((settings.hashes.len() < before).then_some(()))
        });
        Ok(removed.await?.is_some())
    }

    /// Forgets the hashes of the program. `false` when there are none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reset_hashes(&self, app: &App) -> Result<bool, ManageError> {
        let reset = self.edit_settings(app, |_, settings| {
            let any = !settings.hashes.is_empty();
            settings.hashes.clear();
            Ok(any.then_some(()))
        });
        Ok(reset.await?.is_some())
    }

    /// Changes the settings, which are locked, unless `edit` returns `None`.
    async fn edit_settings<T: Send + 'static>(
        &self,
        app: &App,
        edit: impl FnOnce(&mut Conn<'_>, &mut AppSettings) -> Result<Option<T>, ManageError> + Send + 'static,
    ) -> Result<Option<T>, ManageError> {
        let (id, name) = (app.id, app.name.clone());
        let edited = self.manage(move |conn| {
            let text = apps::lock_settings(conn, id)?;
            let text = text.ok_or_else(|| ManageError::unknown("application", &name))?;
            let mut settings: AppSettings = serde_json::from_str(&text).map_err(|error| broken(&error))?;
            let Some(outcome) = edit(conn, &mut settings)? else { return Ok(None) };
            store(conn, id, &settings)?;
            Ok(Some(outcome))
        });
        let edited = edited.await?;
        if edited.is_some() {
            self.renew_catalog().await?;
        }
        Ok(edited)
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

/// All that runs is paused along with an application, and goes on with it; returns the job if more is left to be done.
fn follow_pause(
    conn: &mut Conn<'_>,
    app: i64,
    (paused, by): (bool, &str),
    now: i64,
) -> Result<Option<i64>, ManageError> {
    let pause = Pause { subscription: None, by_app: true };
    let change = if paused { Change::Pause(pause) } else { Change::Unpause(pause) };
    let decision = Decision { change: &change, by, total: None, now };
    Ok(bulk::decide(conn, app, decision, FIRST_SLICE)?.job)
}

fn store(conn: &mut Conn<'_>, app: i64, settings: &AppSettings) -> Result<(), ManageError> {
    let text = serde_json::to_string(settings).map_err(|error| broken(&error))?;
    Ok(apps::set_settings(conn, app, &text)?)
}

#[cfg(test)]
mod tests;
