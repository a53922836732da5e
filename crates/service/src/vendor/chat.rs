//! Chat channels, and who may not speak there.

use claviger_store::chat::{self, Channel};

use super::{
    ManageError,
    checks::{check_name, either_name, lock_user, must_be_new, must_exist},
};
use crate::{App, Service};

/// Longest name of a channel in bytes.
const NAME_MAX: usize = 50;
/// Longest delay and longest mute, in seconds: a hundred years, which no sum overflows.
const SECONDS_MAX: i64 = 3_153_600_000;

impl Service {
    /// The channels of an application, in the order of the alphabet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn channels(&self, app: &App) -> Result<Vec<Channel>, ManageError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| chat::channels(conn, app)).await?)
    }

    /// Adds a channel.
    ///
    /// # Errors
    /// When its name is too long or taken, its delay is negative, or the database fails.
    pub async fn add_channel(&self, app: &App, new: Channel) -> Result<(), ManageError> {
        let new = Channel { name: check_name("the name of a channel", &new.name, NAME_MAX)?, ..new };
        check_seconds("the delay", new.delay)?;
        let app = app.id;
        self.manage(move |conn| must_be_new(chat::add_channel(conn, app, &new)?, "channel", &new.name)).await
    }

    /// Changes the delay of a channel.
    ///
    /// # Errors
    /// When there is none of that name, the delay is negative, or the database fails.
    pub async fn set_channel_delay(&self, app: &App, new: Channel) -> Result<(), ManageError> {
        check_seconds("the delay", new.delay)?;
        let app = app.id;
        self.manage(move |conn| {
            let found = either_name(&new.name, |name| chat::set_delay(conn, app, name, new.delay))?;
            must_exist(found, "channel", &new.name)
        })
        .await
    }

    /// Deletes the messages of a channel; `false` when there are none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_channel(&self, app: &App, name: &str) -> Result<bool, ManageError> {
        let (app, name) = (app.id, name.to_owned());
        self.manage(move |conn| either_name(&name, |name| Ok(chat::clear(conn, app, name)? > 0))).await
    }

    /// Who may not speak now, with the Unix second of the end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mutes(&self, app: &App) -> Result<Vec<(String, i64)>, ManageError> {
        let (app, now) = (app.id, self.clock.now());
        Ok(self.store.db().read(move |conn| chat::mutes(conn, app, now)).await?)
    }

    /// Deletes a channel with its messages.
    ///
    /// # Errors
    /// When there is none, or the database fails.
    pub async fn delete_channel(&self, app: &App, name: &str) -> Result<(), ManageError> {
        let (app, name) = (app.id, name.to_owned());
        self.manage(move |conn| {
            let found = either_name(&name, |name| chat::delete_channel(conn, app, name))?;
            must_exist(found, "channel", &name)
        })
        .await
    }

    /// Keeps a user from speaking for so many seconds; returns the Unix second of the end.
    ///
    /// # Errors
    /// When there is no such user, the time is negative, or the database fails.
    pub async fn mute(&self, app: &App, username: &str, seconds: i64) -> Result<i64, ManageError> {
        check_seconds("the time", seconds)?;
        let (app, username, until) = (app.id, username.to_owned(), self.clock.now() + seconds);
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            chat::mute(conn, app, user.id, until)?;
            Ok(until)
        })
        .await
    }

    /// Lets a user speak again; `false` when nothing kept the user from it.
    ///
    /// # Errors
    /// When there is no such user, or the database fails.
    pub async fn unmute(&self, app: &App, username: &str) -> Result<bool, ManageError> {
        let (app, username) = (app.id, username.to_owned());
        self.manage(move |conn| {
            let user = lock_user(conn, app, &username)?;
            Ok(chat::unmute(conn, app, user.id)?)
        })
        .await
    }
}

fn check_seconds(what: &str, seconds: i64) -> Result<(), ManageError> {
    if (0..=SECONDS_MAX).contains(&seconds) {
        Ok(())
    } else {
        Err(ManageError::Unfit(format!("{what} has 0 to {SECONDS_MAX} seconds")))
    }
}
