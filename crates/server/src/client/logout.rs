//! `logout`: the program ends its session (`docs/protocol/client.md`).

use claviger_service::Session;
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{Answer, Handler, Outcome, Request, Types};

pub(crate) const TYPES: Types =
    &[("logout", Handler::InSession(|request, session| logout(request, session).boxed()))];

async fn logout(request: Request, session: Session) -> Outcome {
    if !request.state.service.end_session(&request.app, session.id.as_str()).await? {
        // Killed while this request was under way.
        return Ok(Answer::session_not_found(request.app.clone()));
    }
    Ok(Answer::in_session(&request, &session, Reply::success("Successfully logged out.")))
}
