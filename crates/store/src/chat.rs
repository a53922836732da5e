//! Chat: channels of an application, what was said there, and who may not speak.

use crate::{Conn, Result, Row, params, pending::USER_STAYS};

/// Messages that a channel keeps, the newest ones.
pub const KEPT: i64 = 50;

/// A chat channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Seconds that a user waits between two messages.
    pub delay: i64,
}

/// A message, as it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Number of the user, who may be gone.
    pub user: i64,
    /// Name of the user; empty for who signs in by license, whose name is nothing for others.
    pub author: String,
    /// The text.
    pub message: String,
    /// Unix second.
    pub sent: i64,
}

fn channel(row: &Row) -> Result<Channel> {
    Ok(Channel { name: row.get(0)?, delay: row.get(1)? })
}

/// Adds a channel; `false` when the name is taken.
pub fn add_channel(conn: &mut Conn<'_>, app: i64, new: &Channel) -> Result<bool> {
    let sql =
        "INSERT INTO chat_channels (app, name, delay) VALUES ($1, $2, $3) ON CONFLICT (app, name) DO NOTHING";
    Ok(conn.execute(sql, params![app, &new.name, new.delay])? == 1)
}

/// All channels of an application, in the order of the alphabet.
pub fn channels(conn: &mut Conn<'_>, app: i64) -> Result<Vec<Channel>> {
    let sql = "SELECT name, delay FROM chat_channels WHERE app = $1 ORDER BY name";
    conn.query(sql, params![app])?.iter().map(channel).collect()
}

/// A channel with what was said there last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The channel.
    pub channel: Channel,
    /// Messages that are kept.
    pub messages: i64,
    /// Unix second of the newest of them.
    pub last: Option<i64>,
}

/// Who may not speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mute {
    /// Number of the user.
    pub user: i64,
    /// Name of the user.
    pub username: String,
    /// Whether the name is a license key.
    pub by_license: bool,
    /// Unix second of the end.
    pub until: i64,
}

/// A channel of this name, if there is one.
pub fn channel_of(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<Option<Channel>> {
    let sql = "SELECT name, delay FROM chat_channels WHERE app = $1 AND name = $2";
    conn.query_one(sql, params![app, name])?.as_ref().map(channel).transpose()
}

/// The channels after a name, at most `limit`, in the order of the alphabet.
pub fn channels_page(conn: &mut Conn<'_>, app: i64, after: &str, limit: i64) -> Result<Vec<Spoken>> {
    let of = "FROM chat_messages m WHERE m.app = c.app AND m.channel = c.name";
    let sql = format!(
        "SELECT c.name, c.delay, (SELECT COUNT(*) {of}), (SELECT MAX(m.sent) {of}) FROM chat_channels c
         WHERE c.app = $1 AND c.name > $2 ORDER BY c.name LIMIT $3"
    );
    let spoken = |row: &Row| Ok(Spoken { channel: channel(row)?, messages: row.get(2)?, last: row.get(3)? });
    conn.query(&sql, params![app, after, limit])?.iter().map(spoken).collect()
}

/// Finds a channel and keeps others from speaking there until the end of the transaction.
pub fn lock_channel(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<Option<Channel>> {
    let sql =
        format!("SELECT name, delay FROM chat_channels WHERE app = $1 AND name = $2{}", conn.for_update());
    conn.query_one(&sql, params![app, name])?.as_ref().map(channel).transpose()
}

/// Changes the delay of a channel; `false` when there is none of that name.
pub fn set_delay(conn: &mut Conn<'_>, app: i64, name: &str, delay: i64) -> Result<bool> {
    let sql = "UPDATE chat_channels SET delay = $3 WHERE app = $1 AND name = $2";
    Ok(conn.execute(sql, params![app, name, delay])? == 1)
}

/// Deletes a channel with its messages; `false` when there is none.
pub fn delete_channel(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<bool> {
    clear(conn, app, name)?;
    Ok(conn.execute("DELETE FROM chat_channels WHERE app = $1 AND name = $2", params![app, name])? == 1)
}

/// Deletes the messages of a channel; returns how many.
pub fn clear(conn: &mut Conn<'_>, app: i64, name: &str) -> Result<u64> {
    conn.execute("DELETE FROM chat_messages WHERE app = $1 AND channel = $2", params![app, name])
}

/// The messages of a channel, oldest first.
pub fn messages(conn: &mut Conn<'_>, app: i64, channel: &str) -> Result<Vec<Message>> {
    let sql = "SELECT user_id, author, message, sent FROM chat_messages
               WHERE app = $1 AND channel = $2 ORDER BY id";
    let message = |row: &Row| {
        Ok(Message { user: row.get(0)?, author: row.get(1)?, message: row.get(2)?, sent: row.get(3)? })
    };
    conn.query(sql, params![app, channel])?.iter().map(message).collect()
}

/// Unix second of a user's last message in a channel, if it is still kept.
pub fn last_sent(conn: &mut Conn<'_>, app: i64, channel: &str, user: i64) -> Result<Option<i64>> {
    let sql = "SELECT MAX(sent) FROM chat_messages WHERE app = $1 AND channel = $2 AND user_id = $3";
    conn.query_one(sql, params![app, channel, user])?.map_or(Ok(None), |row| row.get(0))
}

/// Adds a message, and drops what the channel no longer keeps.
pub fn say(conn: &mut Conn<'_>, app: i64, channel: &str, message: &Message) -> Result<()> {
    let id = conn.next_serials(app, "chat_messages", 1)?;
    conn.execute(
        "INSERT INTO chat_messages (app, channel, id, user_id, author, message, sent)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![app, channel, id, message.user, &message.author, &message.message, message.sent],
    )?;
    conn.execute(
        "DELETE FROM chat_messages WHERE app = $1 AND channel = $2 AND id <=
             (SELECT id FROM chat_messages WHERE app = $1 AND channel = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)",
        params![app, channel, KEPT],
    )?;
    Ok(())
}

/// Keeps a user from speaking until a Unix second; a new time replaces an old one.
pub fn mute(conn: &mut Conn<'_>, app: i64, user: i64, until: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO chat_mutes (app, user_id, until) VALUES ($1, $2, $3)
         ON CONFLICT (app, user_id) DO UPDATE SET until = excluded.until",
        params![app, user, until],
    )?;
    Ok(())
}

/// Lets a user speak again; `false` when nothing kept him from it.
pub fn unmute(conn: &mut Conn<'_>, app: i64, user: i64) -> Result<bool> {
    let sql = "DELETE FROM chat_mutes WHERE app = $1 AND user_id = $2";
    Ok(conn.execute(sql, params![app, user])? == 1)
}

/// Unix second until which a user may not speak, if that is after `now`.
pub fn muted_until(conn: &mut Conn<'_>, app: i64, user: i64, now: i64) -> Result<Option<i64>> {
    let sql = "SELECT until FROM chat_mutes WHERE app = $1 AND user_id = $2 AND until > $3";
    conn.query_one(sql, params![app, user, now])?.map(|row| row.get(0)).transpose()
}

/// Who may not speak at `now`, by name, with the Unix second of the end.
pub fn mutes(conn: &mut Conn<'_>, app: i64, now: i64) -> Result<Vec<(String, i64)>> {
    let sql = format!(
        "SELECT users.username, m.until FROM chat_mutes m
         JOIN users ON users.app = m.app AND users.id = m.user_id
         WHERE m.app = $1 AND m.until > $2 AND {USER_STAYS} ORDER BY users.username"
    );
    conn.query(&sql, params![app, now])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Who may not speak at `now`, after the user of a number, at most `limit`, by name.
pub fn mutes_page(conn: &mut Conn<'_>, app: i64, now: i64, after: i64, limit: i64) -> Result<Vec<Mute>> {
    let sql = format!(
        "SELECT users.id, users.username, m.until, users.by_license FROM chat_mutes m
         JOIN users ON users.app = m.app AND users.id = m.user_id
         WHERE m.app = $1 AND m.until > $2 AND {USER_STAYS}
             AND users.username > COALESCE((SELECT username FROM users WHERE app = $1 AND id = $3), '')
         ORDER BY users.username LIMIT $4"
    );
    let mute = |row: &Row| {
        let by_license = row.get::<Option<i64>>(3)?.is_some();
        Ok(Mute { user: row.get(0)?, username: row.get(1)?, until: row.get(2)?, by_license })
    };
    conn.query(&sql, params![app, now, after, limit])?.iter().map(mute).collect()
}
