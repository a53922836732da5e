//! Chat channels, and who may not speak there.

use claviger_store::{
    Conn, StoreError,
    chat::{self, Channel, Message, Mute, Spoken},
    users,
};

use super::{
    ManageError,
    checks::{check_length, check_line, check_name, either_name, lock_user, must_be_new, must_exist},
};
use crate::{
    App, Service, ServiceError,
    shared::{
        limits,
        pulses::{Along, Pulse},
    },
};

/// Longest name of a channel in bytes.
pub(crate) const NAME_MAX: usize = 50;
/// Longest message in bytes, as for programs.
pub(crate) const MESSAGE_MAX: usize = 2000;
/// Who speaks for the vendor is no user.
const NOBODY: i64 = 0;
/// Longest delay and longest mute, in seconds: a hundred years, which no sum overflows.
pub(crate) const SECONDS_MAX: i64 = 3_153_600_000;

/// A message, as a vendor reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The message; its author is what programs show.
    pub message: Message,
    /// The author signs in by license: the name is made up.
    pub made_up: bool,
}

impl Service {
    /// What is kept of a channel, the newest first; nothing of one that is not there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn said_in(&self, app: &App, channel: &str) -> Result<Vec<Said>, ServiceError> {
        let (id, channel) = (app.id, channel.to_owned());
        let messages =
            self.store.db().read::<_, StoreError, _>(move |conn| chat::messages(conn, id, &channel)).await?;
        let said = messages.into_iter().rev().map(|mut message| {
            let made_up = message.author.is_empty();
            if made_up {
                message.author = self.made_up_name(id, message.user);
            }
            Said { message, made_up }
        });
        Ok(said.collect())
    }

    /// As [`Service::mute`], for who signs in by license: by number, along with the name that is made up for them.
    ///
    /// # Errors
    /// When they do not go together, the user is gone, or the database fails.
    pub async fn mute_made_up(
        &self,
        app: &App,
        user: i64,
        name: &str,
        seconds: i64,
    ) -> Result<i64, ManageError> {
        check_seconds("the time", seconds)?;
        if self.made_up_name(app.id, user) != name {
            return Err(ManageError::unknown("user", name));
        }
        let (app, name, until) = (app.id, name.to_owned(), self.clock.now() + seconds);
        self.manage(move |conn| {
            must_exist(users::by_id(conn, app, user)?.is_some(), "user", &name)?;
            chat::mute(conn, app, user, until)?;
            Ok(until)
        })
        .await
    }

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
        let cleared =
            self.manage(move |conn| either_name(&name, |name| Ok(chat::clear(conn, app, name)? > 0))).await?;
        self.pulses.nudge(app, Along::Chat);
        Ok(cleared)
    }

    /// The channels after a name, at most `limit`, with what was said there last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn channels_page(
        &self,
        app: &App,
        after: String,
        limit: i64,
    ) -> Result<Vec<Spoken>, ServiceError> {
        let app = app.id;
        Ok(self.store.db().read(move |conn| chat::channels_page(conn, app, &after, limit)).await?)
    }

    /// A channel of this name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn channel(&self, app: &App, name: &str) -> Result<Option<Channel>, ServiceError> {
        let (app, name) = (app.id, name.to_owned());
        Ok(self.store.db().read(move |conn| chat::channel_of(conn, app, &name)).await?)
    }

    /// Says something in a channel in a name that is no user's: what programs show as the author. No delay holds it up.
    ///
    /// # Errors
    /// When there is no such channel, the name is a user's, a text is empty or too long, or the database fails.
    pub async fn say_as(
        &self,
        app: &App,
        channel: &str,
        author: &str,
        message: &str,
    ) -> Result<(), ManageError> {
        let author = check_line("the name", author, limits::NAME_MAX)?;
        let message = message.trim().to_owned();
        check_length("the message", &message, MESSAGE_MAX)?;
        if message.contains('\0') {
            return Err(ManageError::Unfit("the message holds what no text does".into()));
        }
        let (app, channel, now) = (app.id, channel.to_owned(), self.clock.now());
        self.manage(move |conn| {
            if users::by_name(conn, app, &author)?.is_some() {
                let told = format!(
                    "`{author}` is the name of a user: choose another, so that nobody takes you for them"
                );
                return Err(ManageError::Unfit(told));
            }
            must_exist(chat::lock_channel(conn, app, &channel)?.is_some(), "channel", &channel)?;
            let message = Message { user: NOBODY, author, message, sent: now };
            Ok(chat::say(conn, app, &channel, &message)?)
        })
        .await?;
        self.pulses.nudge(app, Along::Chat);
        Ok(())
    }

    /// Is told when something was said or done in the application's channels, or written with `log`.
    pub fn read_along(&self, app: &App, topic: Along) -> Pulse {
        self.pulses.join(app.id, topic)
    }

    /// Who may not speak now, after the user of a number, at most `limit`; by name, and with a made-up one for who signs in by
    /// license, as in chats.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mutes_page(&self, app: &App, after: i64, limit: i64) -> Result<Vec<Mute>, ServiceError> {
        let (app, now) = (app.id, self.clock.now());
        let read = move |conn: &mut Conn<'_>| chat::mutes_page(conn, app, now, after, limit);
        let mutes = self.store.db().read::<_, StoreError, _>(read).await?;
        Ok(mutes.into_iter().map(|mute| self.as_shown(app, mute)).collect())
    }

    fn as_shown(&self, app: i64, mute: Mute) -> Mute {
        let username = if mute.by_license { self.made_up_name(app, mute.user) } else { mute.username };
        Mute { username, ..mute }
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
        .await?;
        self.pulses.nudge(app, Along::Chat);
        Ok(())
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

    /// Lets a user speak again who was muted, by number. Returns the name as it is shown, and whether the user was muted; `None`:
    /// there is no such user.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unmute_number(&self, app: &App, user: i64) -> Result<Option<(String, bool)>, ManageError> {
        let id = app.id;
        let unmuted = self
            .manage(move |conn| {
                let Some(found) = users::by_id(conn, id, user)? else { return Ok(None) };
                Ok(Some((chat::unmute(conn, id, user)?, found)))
            })
            .await?;
        Ok(unmuted.map(|(was_muted, found)| {
            let made_up = found.by_license.is_some();
            (if made_up { self.made_up_name(id, user) } else { found.username }, was_muted)
        }))
    }
}

fn check_seconds(what: &str, seconds: i64) -> Result<(), ManageError> {
    if (0..=SECONDS_MAX).contains(&seconds) {
        Ok(())
    } else {
        Err(ManageError::Unfit(format!("{what} has 0 to {SECONDS_MAX} seconds")))
    }
}
