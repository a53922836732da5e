//! `file`: a program downloads a file (`docs/protocol/client.md`).

use claviger_service::Session;
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{
    Answer, Handler, Outcome, Request, Types,
    states::{signed_in, unauthed},
};

pub(crate) const TYPES: Types =
    &[("file", Handler::InSession(|request, session| file(request, session).boxed()))];

async fn file(request: Request, session: Session) -> Outcome {
    let (service, app) = (&request.state.service, &request.app);
    let id = request.get("fileid").unwrap_or_default();
    let found = service.file(app, &id).await?;
    drop(id);
    let reply = match found {
        None => Reply::failure("File not Found"),
        Some(file) if file.authed && signed_in(&session).is_none() => unauthed(app),
        Some(file) => match service.file_content(app, request.ip, &file).await {
            Some(content) => {
                Reply::success("File download successful").with("contents", &hex::encode(content))
            }
            None => Reply::failure("File no longer works, please notify the application developer."),
        },
    };
    Ok(Answer::in_session(&request, &session, reply))
}
