//! Looking at what a change of settings would do, before it is made.

use claviger_domain::AppSettings;
use claviger_store::{Conn, StoreError, sessions::pages};
use serde_json::Value;

use super::{
    changing::{broken, change, parse},
    lockouts::{Concerned, Lockout, lockouts},
    rules::Rule,
};
use crate::{App, Service, ServiceError, shared::watching::Number, vendor::error::ManageError};

/// Sessions that are counted, the newest: more are told as `more than`.
const COUNTED: i64 = 20_000;

/// What a change of settings would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The settings, as they would be.
    pub settings: AppSettings,
    /// What would be refused that is served now, and how many sessions it concerns.
    pub lockouts: Vec<(Lockout, Option<Number>)>,
}

impl Service {
    /// What is wrong with each of these settings: the names of those that do not fit, with a sentence.
    pub fn setting_problems(changes: &[(String, String)]) -> Vec<(String, String)> {
        let problem = |(name, text): &(String, String)| match parse(name, text, Rule::parse) {
            Ok(_) => None,
            Err(ManageError::Unfit(told)) => {
                let told = told.strip_prefix(&format!("{name}: ")).unwrap_or(&told);
                // Only the command line can be forced.
                Some((name.clone(), told.replace(", or add --force", "")))
            }
            Err(error) => Some((name.clone(), error.to_string())),
        };
        changes.iter().filter_map(problem).collect()
    }

    /// What a change of settings would do; nothing is changed.
    ///
    /// # Errors
    /// When a value is unfit, or the database fails.
    pub async fn try_settings(&self, app: &App, changes: &[(String, String)]) -> Result<Trial, ManageError> {
        let parsed = changes.iter().map(|(name, text)| parse(name, text, Rule::parse));
        let parsed: Vec<(&'static str, Value)> =
            parsed.map(|parsed| parsed.map(|(rule, value)| (rule.name, value))).collect::<Result<_, _>>()?;
        let text = serde_json::to_string(&app.settings).map_err(|error| broken(&error))?;
        let settings = change(&text, parsed).map_err(|error| broken(&error))?.settings;
        let lockouts = lockouts(&app.settings, &settings);
        if lockouts.is_empty() {
            return Ok(Trial { settings, lockouts: Vec::new() });
        }
        let counts = self.sessions_by_api(app).await?;
        let told = |lockout: Lockout| (lockout, lockout.concerns().map(|whom| count(&counts, whom)));
        Ok(Trial { settings, lockouts: lockouts.into_iter().map(told).collect() })
    }

    /// How many of the newest sessions there are, by version of the Client API and whether somebody is signed in.
    async fn sessions_by_api(&self, app: &App) -> Result<Vec<pages::ApiCount>, ServiceError> {
        let (id, now) = (app.id, self.clock.now());
        let count = move |conn: &mut Conn<'_>| pages::count_by_api(conn, id, now, COUNTED);
        Ok(self.store.db().read::<_, StoreError, _>(count).await?)
    }
}

fn count(counts: &[pages::ApiCount], whom: Concerned) -> Number {
    let is_meant = |count: &&pages::ApiCount| match whom {
        Concerned::All => true,
        Concerned::Api(version) => count.api == version,
        Concerned::SignedIn => count.signed_in,
    };
    let all: i64 = counts.iter().map(|count| count.sessions).sum();
    let meant = counts.iter().filter(is_meant).map(|count| count.sessions).sum::<i64>() as u64;
    if all < COUNTED { Number::Exactly(meant) } else { Number::AtLeast(meant) }
}
