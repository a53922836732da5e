//! `var`, `getvar` and `setvar`: texts of the vendor and of the user (`docs/protocol/client.md`).

use claviger_domain::is_line;
use claviger_service::{Session, SessionUser, SetVariable};
use claviger_wire::client::{ApiVersion, Reply};
use futures_util::FutureExt;

use super::{
    Answer, Handler, Outcome, Request, Types,
    states::{signed_in, unauthed},
};

pub(crate) const TYPES: Types = &[
    ("var", Handler::InSession(|request, session| var(request, session).boxed())),
    (GETVAR, Handler::SignedIn(|request, session, user| get(request, session, user).boxed())),
    ("setvar", Handler::SignedIn(|request, session, user| set(request, session, user).boxed())),
];

/// Its variable is read along with the session.
pub(crate) const GETVAR: &str = "getvar";
/// Longest name of a user's variable in bytes.
const NAME_MAX: usize = 99;
/// Longest value of a user's variable in bytes.
const VALUE_MAX: usize = 500;

async fn var(request: Request, session: Session) -> Outcome {
    let app = &request.app;
    let name = request.get("varid").or_else(|| request.get("var")).unwrap_or_default();
    let found = request.state.service.variable(app, &name).await?;
    drop(name);
    let reply = match found {
        None => Reply::failure("Variable not found."),
        Some(variable) if variable.authed && signed_in(&session).is_none() => unauthed(app),
        Some(variable) => Reply::success(variable.value.clone()),
    };
    Ok(Answer::in_session(&request, &session, reply))
}

async fn get(request: Request, session: Session, user: SessionUser) -> Outcome {
    let value = match request.version {
        // The name was encrypted with the session's key, so it was not known before.
        ApiVersion::V1_0 => {
            let name = request.owned("var").unwrap_or_default();
            request.state.service.user_variable(&request.app, user.id, &name).await?
        }
        _ => session.state.variable.clone(),
    };
    let reply = match value {
        Some(value) => Reply::success("Successfully retrieved variable").with("response", &value),
        None => Reply::failure("Variable not found for user"),
    };
    Ok(Answer::in_session(&request, &session, reply))
}

async fn set(request: Request, session: Session, user: SessionUser) -> Outcome {
    let answer = |reply| Ok(Answer::in_session(&request, &session, reply));
    let Some(name) = request.owned("var").or_else(|| request.owned("varid")) else {
        return answer(Reply::failure("No variable name provided"));
    };
    let Some(value) = request.owned("data") else {
        return answer(Reply::failure("No variable data provided"));
    };
    if value.len() > VALUE_MAX {
        return answer(Reply::failure("Variable data must be 500 characters or less"));
    }
    if name.len() > NAME_MAX || !is_line(&name) {
        return answer(Reply::failure("Failed to set variable"));
    }
    let service = &request.state.service;
    let reply = match service.set_user_variable(&request.app, user.id, name, value).await? {
        SetVariable::Done => Reply::success("Successfully set variable"),
        SetVariable::ReadOnly => Reply::failure("Variable is read only"),
        SetVariable::TooMany => Reply::failure("Failed to set variable"),
    };
    answer(reply)
}
