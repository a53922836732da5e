//! All that is known of one user, for a page of its own.

use claviger_store::{
    Conn, StoreError,
    audit::{self, Entry, Logged},
    chat,
    licenses::{self, License},
    logs::{self, Log},
    remarks::{self, Note},
    sessions::shared::{self, OfUser},
    subscriptions::{self, Subscription},
    tokens::{self, Token},
    tries,
    user_bans::{self, UserBan},
    user_subscriptions::{self, UserSubscription},
    users::{self, User},
    variables::{self, UserVariable},
};

use super::super::{
    ManageError,
    why::{Tried, named},
};
use crate::{App, Service};

/// Licenses, sessions, tries, lines and changes that are told.
const TOLD: i64 = 50;
/// Lines and changes among which those of a user are looked for.
const AMONG: i64 = 10_000;

/// A user with all that hangs on the user.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// The user.
    pub user: User,
    /// What the vendor wrote about the user.
    pub note: Option<Note>,
    /// Devices that have names, with these.
    pub device_names: Vec<(String, String)>,
    /// Subscriptions, oldest first, also those that have ended.
    pub subscriptions: Vec<UserSubscription>,
    /// What the application offers.
    pub offered: Vec<Subscription>,
    /// Variables, in the order of the alphabet.
    pub variables: Vec<UserVariable>,
    /// Bans, newest first, each with the key of its license.
    pub bans: Vec<(UserBan, Option<String>)>,
    /// Licenses that the user used, newest first; at most 50.
    pub licenses: Vec<License>,
    /// Live sessions, newest first; at most 50.
    pub sessions: Vec<OfUser>,
    /// Unix second until which the user may not speak.
    pub muted_until: Option<i64>,
    /// The token of the token system.
    pub token: Option<Token>,
}

/// What happened with a user lately.
#[derive(Clone, Debug)]
pub struct UserHistory {
    /// The last tries to sign in, newest first; at most 50.
    pub tries: Vec<Tried>,
    /// Lines that the user's programs wrote, of the newest 10,000; newest first, at most 50.
    pub lines: Vec<Log>,
    /// Changes that people and sellers made to the user, of the newest 10,000; newest first, at most 50.
    pub changes: Vec<Logged<Entry>>,
}

impl Service {
    /// A user by number.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn user_by_id(&self, app: &App, id: i64) -> Result<User, ManageError> {
        let app = app.id;
        let user = self.store.db().read(move |conn| users::by_id(conn, app, id)).await?;
        user.ok_or_else(|| ManageError::unknown("user", &id.to_string()))
    }

    /// All that is known of a user.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn user_record(&self, app: &App, id: i64) -> Result<UserRecord, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        let record = self.store.db().read(move |conn| record(conn, app, id, now)).await?;
        record.ok_or_else(|| ManageError::unknown("user", &id.to_string()))
    }

    /// What happened with a user lately.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn user_history(&self, app: &App, user: &User) -> Result<UserHistory, ManageError> {
        let (app, id, name) = (app.id, user.id, user.username.clone());
        let read = move |conn: &mut Conn<'_>| {
            let tries = tries::about(conn, app, Some(id), &[], TOLD)?;
            Ok::<_, StoreError>(UserHistory {
                tries: named(conn, app, tries)?,
                lines: logs::newest_of(conn, app, &name, AMONG, TOLD)?,
                changes: audit::about(conn, app, &name, AMONG, TOLD)?,
            })
        };
        Ok(self.store.db().read(read).await?)
    }
}

fn record(conn: &mut Conn<'_>, app: i64, id: i64, now: i64) -> Result<Option<UserRecord>, StoreError> {
    let Some(user) = users::by_id(conn, app, id)? else { return Ok(None) };
    let mut bans = Vec::new();
    for ban in user_bans::of_user(conn, app, id)? {
        let key = match ban.license {
            Some(license) => licenses::by_id(conn, app, license)?.map(|license| license.key),
            None => None,
        };
        bans.push((ban, key));
    }
    Ok(Some(UserRecord {
        user,
        note: remarks::note(conn, app, id)?,
        device_names: remarks::device_names(conn, app, id)?,
        subscriptions: user_subscriptions::of_user(conn, app, id)?,
        offered: subscriptions::all(conn, app)?,
        variables: variables::all_of_user(conn, app, id)?,
        bans,
        licenses: licenses::of_user(conn, app, id, TOLD)?,
        sessions: shared::newest_of_user(conn, app, id, now, TOLD)?,
        muted_until: chat::muted_until(conn, app, id, now)?,
        token: tokens::of_owner(conn, app, tokens::USER, id)?,
    }))
}
