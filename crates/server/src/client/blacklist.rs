//! `checkblacklist`: is the device or the address kept out (`docs/protocol/client.md`)?

use claviger_service::Session;
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{Answer, Handler, Outcome, Request, Types, account::hwid};

pub(crate) const TYPES: Types = &[
    ("checkblacklist", Handler::InSession(|request, session| check(request, session).boxed())),
    ("checkBlack", Handler::InSession(|request, session| check(request, session).boxed())),
];

async fn check(request: Request, session: Session) -> Outcome {
    let service = &request.state.service;
    let reply = match service.is_blacklisted(&request.app, hwid(&request), request.ip).await? {
        true => Reply::success("Client is blacklisted"),
        false => Reply::failure("Client is not blacklisted"),
    };
    Ok(Answer::in_session(&request, &session, reply))
}
