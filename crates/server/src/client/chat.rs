//! `chatget` and `chatsend` (`docs/protocol/client.md`).

use claviger_service::{Say, Session, SessionUser};
use claviger_wire::client::Reply;
use futures_util::FutureExt;
use jiff::Timestamp;
use serde::Serialize;

use super::{Answer, Handler, Outcome, Request, Types};

pub(crate) const TYPES: Types = &[
    ("chatget", Handler::SignedIn(|request, session, _| get(request, session).boxed())),
    ("chatsend", Handler::SignedIn(|request, session, user| send(request, session, user).boxed())),
];

#[derive(Serialize)]
struct Message<'a> {
    author: &'a str,
    message: &'a str,
    timestamp: i64,
}

async fn get(request: Request, session: Session) -> Outcome {
    let channel = request.get("channel").unwrap_or_default();
    let messages = request.state.service.chat_messages(&request.app, &channel).await?;
    drop(channel);
    let messages: Vec<Message<'_>> = messages
        .iter()
        .map(|said| Message { author: &said.author, message: &said.message, timestamp: said.sent })
        .collect();
    let reply = Reply::success("Successfully retrieved chat messages").with("messages", &messages);
    Ok(Answer::in_session(&request, &session, reply))
}

async fn send(request: Request, session: Session, user: SessionUser) -> Outcome {
    let channel = request.owned("channel").unwrap_or_default();
    let message = request.owned("message");
    let reply = match request.state.service.say(&request.app, user, channel, message).await? {
        Say::Done => Reply::success("Successfully sent chat message"),
        Say::UnknownChannel => Reply::failure("Chat channel not found"),
        Say::TooSoon => Reply::failure(request.app.settings.messages.chat_hit_delay.clone()),
        Say::Muted(until) => Reply::failure(format!("You're muted from chat until {}", date(until))),
        Say::Blank => Reply::failure("Message can't be blank"),
        Say::TooLong => Reply::failure("Message too long!"),
    };
    Ok(Answer::in_session(&request, &session, reply))
}

/// A time as the protocol writes it for people, such as `March 10, 2026, 5:16 pm` (UTC).
fn date(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    time.strftime("%B %-d, %Y, %-I:%M %P").to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates_are_written_for_people() {
        assert_eq!(super::date(1_773_162_960), "March 10, 2026, 5:16 pm");
        assert_eq!(super::date(1_767_225_600), "January 1, 2026, 12:00 am");
        assert!(super::date(i64::MAX).starts_with("December "));
    }
}
