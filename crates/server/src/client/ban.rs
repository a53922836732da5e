//! `ban`: a program bans its own user (`docs/protocol/client.md`).

use claviger_domain::in_one_line;
use claviger_service::{Session, SessionUser, accounts::Ban};
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{Answer, Handler, Outcome, Request, Types, account::hwid};

pub(crate) const TYPES: Types =
    &[("ban", Handler::SignedIn(|request, session, user| ban(request, session, user).boxed()))];

/// Longest reason in bytes.
const REASON_MAX: usize = 99;
const DEFAULT_REASON: &str = "User banned from triggering ban function in the client";

async fn ban(request: Request, session: Session, user: SessionUser) -> Outcome {
    let reason = request.owned("reason").unwrap_or_else(|| DEFAULT_REASON.into());
    if reason.len() > REASON_MAX {
        let reply = Reply::failure("Reason must be 99 characters or less");
        return Ok(Answer::in_session(&request, &session, reply));
    }
    // A ban matters more than the form of its reason.
    let reason = in_one_line(&reason).into_owned();
    let with_ip = request.app.settings.ban_blacklists_ip;
    let ip = request.ip.known().filter(|_| with_ip).map(|ip| ip.to_string());
    let ban = Ban { user: user.id, license: None, reason, hwid: hwid(&request), ip, by_program: true };
    let reply = match request.state.service.ban_user(&request.app, ban).await? {
        true => Reply::success("Successfully Banned User"),
        false => Reply::failure("Failed to ban user."),
    };
    Ok(Answer::in_session(&request, &session, reply))
}
