//! `changeUsername`: a user takes another name (`docs/protocol/client.md`).

use claviger_domain::NOT_A_LINE;
use claviger_service::{Session, SessionUser, accounts::ChangeUsername};
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{Answer, Handler, Outcome, Request, Types};

pub(crate) const TYPES: Types = &[(
    "changeUsername",
    Handler::SignedIn(|request, session, user| change_username(request, session, user).boxed()),
)];

async fn change_username(request: Request, session: Session, user: SessionUser) -> Outcome {
    let (service, app) = (&request.state.service, &request.app);
    let outcome = service.change_username(app, session.id, user.id, request.owned("newUsername")).await?;
    let reply = match outcome {
        ChangeUsername::Done => Reply::success("Successfully changed username, user logged out."),
        ChangeUsername::TooLong => Reply::failure("Username must be shorter than 70 characters"),
        ChangeUsername::TooShort => Reply::failure(app.settings.messages.username_too_short.clone()),
        ChangeUsername::NotALine => Reply::failure(format!("Username {NOT_A_LINE}")),
        ChangeUsername::Taken => Reply::failure("Username already used!"),
        ChangeUsername::Unchanged => Reply::failure("Failed to change username!"),
    };
    Ok(Answer::in_session(&request, &session, reply))
}
