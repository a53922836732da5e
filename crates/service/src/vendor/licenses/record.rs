//! All that is known of one license, for a page of its own.

use claviger_store::{
    Conn, StoreError,
    audit::{self, Entry, Logged},
    licenses::{self, License},
    subscriptions,
    tokens::{self, Token},
    tries,
    user_bans::{self, UserBan},
    users::{self, User},
};

use super::super::{
    ManageError,
    why::{Tried, named},
};
use crate::{App, Service};

/// Tries and changes that are told.
const TOLD: i64 = 50;
/// Changes among which those of a license are looked for.
const AMONG: i64 = 10_000;

/// A license with all that belongs to it.
#[derive(Clone, Debug)]
pub struct LicenseRecord {
    /// The license.
    pub license: License,
    /// The user who used it, if there is one still.
    pub user: Option<User>,
    /// The ban that the license's ban put on its user.
    pub user_ban: Option<UserBan>,
    /// Names of the subscriptions that it brings: the first is what it prolongs.
    pub brings: Vec<String>,
    /// Its token.
    pub token: Option<Token>,
    /// The last tries to sign in by it, newest first; at most 50.
    pub tries: Vec<Tried>,
    /// Changes that people and sellers made to it, of the newest 10,000 in the application; newest first, at most 50.
    pub changes: Vec<Logged<Entry>>,
}

impl Service {
    /// A license by number.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn license_by_id(&self, app: &App, id: i64) -> Result<License, ManageError> {
        let app = app.id;
        let license = self.store.db().read(move |conn| licenses::by_id(conn, app, id)).await?;
        license.ok_or_else(|| ManageError::unknown("license", &id.to_string()))
    }

    /// All that is known of a license.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn license_record(&self, app: &App, id: i64) -> Result<LicenseRecord, ManageError> {
        let app = app.id;
        let record = self.store.db().read(move |conn| record(conn, app, id)).await?;
        record.ok_or_else(|| ManageError::unknown("license", &id.to_string()))
    }
}

fn record(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<LicenseRecord>, StoreError> {
    let Some(license) = licenses::by_id(conn, app, id)? else { return Ok(None) };
    let user = match license.user {
        Some(user) => users::by_id(conn, app, user)?,
        None => None,
    };
    let bans = match &user {
        Some(user) => user_bans::of_user(conn, app, user.id)?,
        None => Vec::new(),
    };
    let tries = tries::about(conn, app, None, &[id], TOLD)?;
    Ok(Some(LicenseRecord {
        user_ban: bans.into_iter().find(|ban| ban.license == Some(id)),
        brings: subscriptions::of_level(conn, app, &license.level)?,
        token: tokens::of_owner(conn, app, tokens::LICENSE, id)?,
        tries: named(conn, app, tries)?,
        changes: audit::about(conn, app, &license.key, AMONG, TOLD)?,
        user,
        license,
    }))
}
