//! Chat channels, what was said there, and who may not speak.

use claviger_domain::fold;
use claviger_store::{
    StoreError,
    chat::{self, Channel, Message},
    takeover::{Kind, Known},
    users,
};

use super::{
    named::{Named, take_named},
    record::Record,
    slice::{Fate, Slice, told},
};
use crate::{
    shared::limits::NAME_MAX as USERNAME_MAX,
    vendor::{
        chat::{MESSAGE_MAX, NAME_MAX, SECONDS_MAX},
        checks::{check_line, check_name, check_text},
    },
};

/// Whose messages are nobody's.
const NOBODY: Known = Known { id: 0, ours: false };

/// Takes channels.
pub(super) fn take_channels(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = |record: &Record| {
        let name = check_name("the name of a channel", record.needed(&["name"])?, NAME_MAX);
        let delay = record.number(&["delay"])?.unwrap_or_default();
        if !(0..=SECONDS_MAX).contains(&delay) {
            return Err(format!("`delay` is no number of seconds: {delay}"));
        }
        Ok(Channel { name: name.map_err(|error| told(&error))?, delay })
    };
    take_named(
        slice,
        &Named {
            what: "channel",
            read: &read,
            name: &|channel: &Channel| channel.name.clone(),
            is_there: &|conn, app, channel| Ok(chat::channel_of(conn, app, &channel.name)?.is_some()),
            make: &|conn, app, channel| chat::add_channel(conn, app, channel),
        },
    )
}

/// Takes messages that are newer than all that their channel has; it keeps the newest ones.
pub(super) fn take_messages(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = slice.parse(|record| {
        let channel = check_name("the name of a channel", record.needed(&["channel"])?, NAME_MAX);
        let author = check_line("the name of a user", record.needed(&["author"])?, USERNAME_MAX);
        let message = check_text("a message", record.needed(&["message"])?, MESSAGE_MAX);
        let sent = record.second(&["timestamp"])?.ok_or("`timestamp` is empty")?;
        let message = Message {
            user: 0,
            author: author.map_err(|error| told(&error))?,
            message: message.map_err(|error| told(&error))?,
            sent,
        };
        Ok((channel.map_err(|error| told(&error))?, message))
    });
    let names: Vec<&str> = read.iter().flatten().map(|(_, message)| message.author.as_str()).collect();
    let known = slice.known(Kind::User, &names)?;
    let mut fates = Vec::with_capacity(read.len());
    for row in read {
        let (channel, message) = match row {
            Ok(row) => row,
            Err(fate) => {
                fates.push(fate);
                continue;
            }
        };
        let user = known.get(&message.author).unwrap_or(NOBODY);
        // A key that is a name is nothing for others.
        let by_license =
            users::by_id(slice.conn, slice.app, user.id)?.is_some_and(|user| user.by_license.is_some());
        let author = if by_license { String::new() } else { message.author.clone() };
        let message = Message { user: user.id, author, ..message };
        let here = chat::messages(slice.conn, slice.app, &channel)?;
        let is_old = here.last().is_some_and(|last| last.sent > message.sent) || here.contains(&message);
        let exists = chat::channel_of(slice.conn, slice.app, &channel)?.is_some()
            || (!slice.makes() && slice.has_seen("channel", &channel));
        fates.push(if !exists {
            Fate::of_nobody("channel", &channel)
        } else if is_old {
            Fate::There
        } else {
            if slice.makes() {
                chat::say(slice.conn, slice.app, &channel, &message)?;
            }
            slice.fate_of_new()
        });
    }
    Ok(fates)
}

/// Takes who may not speak.
pub(super) fn take_mutes(slice: &mut Slice<'_, '_>) -> Result<Vec<Fate>, StoreError> {
    let read = slice.parse(|record| {
        let user = check_line("the name of a user", record.needed(&["user", "username"])?, USERNAME_MAX);
        let until = record.second(&["time", "until"])?.ok_or("`time` is empty")?;
        Ok((user.map_err(|error| told(&error))?, until))
    });
    let names: Vec<&str> = read.iter().flatten().map(|(user, _)| user.as_str()).collect();
    let known = slice.known(Kind::User, &names)?;
    let (now, mut fates) = (slice.now, Vec::with_capacity(read.len()));
    for row in read {
        fates.push(match row {
            Err(fate) => fate,
            Ok((_, until)) if until <= now => {
                Fate::Refused { kind: "it has ended", why: "it has ended".into() }
            }
            Ok((user, until)) => match slice.find(Kind::User, &known, &user) {
                None => Fate::of_nobody("user", &user),
                Some(known) if !known.ours => Fate::There,
                Some(_) if !slice.see("mute", &fold(&user)) => Fate::There,
                Some(known) => {
                    if slice.makes() {
                        chat::mute(slice.conn, slice.app, known.id, until)?;
                    }
                    slice.fate_of_new()
                }
            },
        });
    }
    Ok(fates)
}
