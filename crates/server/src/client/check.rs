//! `check`: is the session still signed in (`docs/protocol/client.md`)?

use claviger_service::Session;
use claviger_wire::client::{ApiVersion, Reply};
use futures_util::FutureExt;

use super::{Answer, Handler, Request, Types, account, states::unauthed};

pub(crate) const TYPES: Types =
    &[("check", Handler::InSession(|request, session| async move { Ok(check(&request, &session)) }.boxed()))];

fn check(request: &Request, session: &Session) -> Answer {
    let messages = &request.app.settings.messages;
    let reply = match &session.state.user {
        None => unauthed(&request.app),
        Some(user) => match &user.banned {
            Some(reason) => Reply::failure(account::with_reason(&messages.user_banned, reason)),
            None if !user.subscribed => Reply::failure(messages.no_active_subs.clone()),
            None => with_role(request, Reply::success("Session is validated.")),
        },
    };
    Answer::in_session(request, session, reply)
}

/// API 1.3 tells the owner's plan to programs that ask; every owner of a Claviger has all of it.
fn with_role(request: &Request, reply: Reply) -> Reply {
    match request.version {
        ApiVersion::V1_3 if request.get("check_paid").as_deref() == Some("1") => {
            reply.with("role", &"seller")
        }
        ApiVersion::V1_3 => reply.with("role", &"not_checked"),
        _ => reply,
    }
}
