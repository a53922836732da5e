//! `file`: a program downloads a file (`docs/protocol/client.md`).

use std::sync::Arc;

use claviger_service::{FileLink, Session};
use claviger_wire::client::Reply;
use futures_util::FutureExt;

use super::{
    Answer, Handler, Outcome, Request, Types,
    answer::NO_LONGER,
    download::Download,
    states::{signed_in, unauthed},
};
use crate::links;

pub(crate) const TYPES: Types =
    &[("file", Handler::InSession(|request, session| file(request, session).boxed()))];

async fn file(request: Request, session: Session) -> Outcome {
    let (service, app, ip) = (&request.state.service, &request.app, request.ip);
    let id = request.owned("fileid").unwrap_or_default();
    let answer = |reply| Answer::in_session(&request, &session, reply);
    let file = match service.file(app, &id).await? {
        None => return Ok(answer(Reply::failure("File not Found"))),
        Some(file) if file.authed && signed_in(&session).is_none() => return Ok(answer(unauthed(app))),
        Some(file) => file,
    };
    if file.url.is_none() && request.get("link").as_deref() == Some("1") {
        let link = service.link_file(app, ip, &session, &file).await?;
        return Ok(answer(link.map_or_else(|| Reply::failure(NO_LONGER), |link| linked(&request, &link))));
    }
    let place = match service.download_place(app, ip) {
        Ok(place) => place,
        Err(full) => return Ok(answer(Reply::failure("")).full(full.retry_after.as_secs())),
    };
    match service.file_content(app, ip, &file).await {
        Err(full) => Ok(answer(Reply::failure("")).full(full.retry_after.as_secs())),
        Ok(None) => Ok(answer(Reply::failure(NO_LONGER))),
        Ok(Some(content)) => {
            service.count_download(app, &file);
            let download = Download { content: Arc::new(content), place, ip };
            Ok(answer(Reply::success("File download successful")).with_file(download))
        }
    }
}

/// Where the file is, instead of its content.
fn linked(request: &Request, link: &FileLink) -> Reply {
    Reply::success("File link created")
        .with("url", &links::address(&request.state.public_url, &link.token))
        .with("sha256", &link.sha256)
        .with("size", &link.size)
        .with("expires", &link.expires)
}
