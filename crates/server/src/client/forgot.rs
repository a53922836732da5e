//! `forgot`: a user asks for a new password by mail (`docs/protocol/client.md`).

use claviger_service::{Session, accounts::Forgot};
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{Answer, Handler, Outcome, Request, Types};

pub(crate) const TYPES: Types =
    &[("forgot", Handler::InSession(|request, session| forgot(request, session).boxed()))];

async fn forgot(request: Request, session: Session) -> Outcome {
    let (username, email) = (request.owned("username"), request.owned("email"));
    let service = &request.state.service;
    let reply = match service.forgot(&request.app, request.ip, username, email).await? {
        Forgot::Sent => Reply::success("Successfully sent email to change password."),
        Forgot::NotConfigured => Reply::failure("Password reset by email is not configured."),
        Forgot::UnknownUser => Reply::failure("No user found with that username!"),
        Forgot::NoEmail => Reply::failure(
            "Email address not provided during register, ask developer to edit your account and change email.",
        ),
        Forgot::WrongEmail => Reply::failure("Email address doesn't match!"),
        Forgot::TooMany => Reply::failure("Too many emails were sent to you. Try again in an hour."),
        Forgot::NotSent => Reply::failure("The email could not be sent. Try again later."),
        Forgot::Paused(seconds) => return Ok(Answer::paused(&request, &session, seconds)),
    };
    Ok(Answer::in_session(&request, &session, reply))
}
