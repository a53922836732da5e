//! `upgrade`: a license prolongs what a user has (`docs/protocol/client.md`).

use claviger_service::{Session, accounts::Upgrade};
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{Answer, Handler, Outcome, Request, Types, account::with_reason};

pub(crate) const TYPES: Types =
    &[("upgrade", Handler::InSession(|request, session| upgrade(request, session).boxed()))];

async fn upgrade(request: Request, session: Session) -> Outcome {
    let (username, key) = (request.owned("username"), request.owned("key"));
    let messages = &request.app.settings.messages;
    let reply = match request.state.service.upgrade(&request.app, request.ip, username, key).await? {
        Upgrade::Done => Reply::success("Upgraded successfully"),
        Upgrade::KeyNotFound => Reply::failure(messages.key_not_found.clone()),
        Upgrade::KeyUsed => Reply::failure(messages.key_used.clone()),
        Upgrade::KeyBanned(reason) => Reply::failure(with_reason(&messages.key_banned, &reason)),
        Upgrade::NoSubscriptionOfLevel => Reply::failure(messages.no_sub_level.clone()),
        Upgrade::NoTime => Reply::failure("Unhandled Error! Contact us if you need help"),
        Upgrade::UserBanned(reason) => Reply::failure(with_reason(&messages.user_banned, &reason)),
        Upgrade::UnknownUser => Reply::failure(messages.username_not_found.clone()),
        Upgrade::Paused(seconds) => return Ok(Answer::paused(&request, &session, seconds)),
    };
    Ok(Answer::in_session(&request, &session, reply))
}
