//! `log`: a program writes a line for the vendor (`docs/protocol/client.md`).

use claviger_service::{Line, Session};
use futures_util::FutureExt;

use super::{Answer, Handler, Outcome, Request, Types, states::closed};

pub(crate) const TYPES: Types = &[("log", Handler::Always(|request, session| log(request, session).boxed()))];

/// The reply is the same whether or not the line was kept.
async fn log(request: Request, session: Option<Session>) -> Outcome {
    if let Some(session) = session.as_ref().filter(|_| closed(&request.app).is_none()) {
        let line = Line {
            session: session.id,
            credential: session.state.user.as_ref().map(|user| user.credential.clone()),
            pc_user: request.owned("pcuser"),
            message: request.owned("message"),
            ip: request.ip.to_string(),
        };
        request.state.service.write_log(&request.app, line).await?;
    }
    Ok(Answer::logged(&request, session.as_ref()))
}
