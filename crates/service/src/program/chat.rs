//! Chat, as programs use it. What the vendor does with it is in [`crate::vendor`].

use claviger_store::{
    Conn, StoreError,
    chat::{self, Message},
    sessions::SessionUser,
    users,
};

use crate::{App, Service, ServiceError};

/// Longest message in bytes.
const MESSAGE_MAX: usize = 2000;

/// What came of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// It was said.
    Done,
    /// No such channel.
    UnknownChannel,
    /// The user's last message there was too short a time ago.
    TooSoon,
    /// The user may not speak until this Unix second.
    Muted(i64),
    /// There is no message.
    Blank,
    /// Longer than 2000 bytes.
    TooLong,
}

impl Service {
    /// The messages of a channel as users see them, oldest first; none for a channel that is not there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn chat_messages(&self, app: &App, channel: &str) -> Result<Vec<Message>, ServiceError> {
        let (app, channel) = (app.id, channel.to_owned());
        let mut messages = self.store.db().read(move |conn| chat::messages(conn, app, &channel)).await?;
        for message in messages.iter_mut().filter(|message| message.author.is_empty()) {
            message.author = self.made_up_name(app, message.user);
        }
        Ok(messages)
    }

    /// Says something in a channel.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn say(
        &self,
        app: &App,
        user: SessionUser,
        channel: String,
        message: Option<String>,
    ) -> Result<Say, ServiceError> {
        let (app, now) = (app.id, self.clock.now());
        Ok(self.store.db().write(move |conn| say(conn, app, &user, &channel, message, now)).await?)
    }
}

fn say(
    conn: &mut Conn<'_>,
    app: i64,
    user: &SessionUser,
    channel: &str,
    message: Option<String>,
    now: i64,
) -> Result<Say, StoreError> {
    let Some(found) = chat::lock_channel(conn, app, channel)? else { return Ok(Say::UnknownChannel) };
    let last = chat::last_sent(conn, app, channel, user.id)?;
    if last.is_some_and(|last| now - last < found.delay) {
        return Ok(Say::TooSoon);
    }
    if let Some(until) = chat::muted_until(conn, app, user.id, now)? {
        return Ok(Say::Muted(until));
    }
    let Some(message) = message else { return Ok(Say::Blank) };
    if message.len() > MESSAGE_MAX {
        return Ok(Say::TooLong);
    }
    let named = users::by_id(conn, app, user.id)?.filter(|user| user.by_license.is_none());
    let author = named.map(|user| user.username).unwrap_or_default();
    chat::say(conn, app, channel, &Message { user: user.id, author, message, sent: now })?;
    Ok(Say::Done)
}
