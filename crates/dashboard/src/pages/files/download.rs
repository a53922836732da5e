//! The content of a file for the vendor, and a link that may be given away.

use std::{io, sync::Arc};

use askama::Template;
use bytes::Bytes;
use claviger_capacity::Permit;
use claviger_service::Content;
use futures_util::{Stream, stream};

use super::list::{address, named};
use crate::{
    confirm::Confirm,
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    record::record_about,
    tables::download,
    visit::Visit,
};

/// Bytes that are read at once.
const PIECE: u64 = 256 * 1024;

pub(super) async fn content(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let file = named(&visit, &visit.query).await?;
    let place = service.download_place(app, visit.ip).map_err(|_| Fault::Busy)?;
    let content = service.file_content(app, visit.ip, &file).await.map_err(|_| Fault::Busy)?;
    let Some(content) = content else {
        return Err(Fault::Invalid(
            "Its content cannot be had: the address does not answer, or the upload is not on disk. The server's log says more."
                .into(),
        ));
    };
    Ok(download(&file.name, "application/octet-stream", pieces(content, place)))
}

fn pieces(content: Content, place: Permit) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let content = Arc::new(content);
    stream::unfold((content, 0, place), |(content, at, place)| async move {
        let length = PIECE.min(content.length() - at);
        if length == 0 {
            return None;
        }
        let from = content.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut bytes = vec![0; length as usize];
            from.read_at(at, &mut bytes)?;
            Ok(Bytes::from(bytes))
        });
        let read = reading.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        Some((read, (content, at + length, place)))
    })
}

pub(super) async fn ask_link(visit: Visit) -> Answer {
    let (app, file) = (visit.app()?, named(&visit, &visit.query).await?);
    if file.url.is_some() {
        return Err(Fault::Invalid("This file has an address of its own: give that away.".into()));
    }
    let confirm = Confirm {
        title: format!("Make a link to {}?", file.name),
        words: vec![
            "Whoever has the link may download the file for a day, without signing in.".into(),
            "It ends before that when the file is replaced or deleted, or when the application is paused or renamed.".into(),
        ],
        button: "Make a link".into(),
        action: format!("{}/link", address(app)),
        fields: vec![("id".into(), file.id)],
        back: address(app),
        ..Confirm::default()
    };
    confirm.ask(&visit, Nav::Files).await
}

#[derive(Template)]
#[template(path = "file_link.html")]
struct Page {
    frame: Frame,
    name: String,
    link: String,
    sha256: String,
    ends: Moment,
    back: String,
}

pub(super) async fn link(visit: Visit) -> Answer {
    let (app, file) = (visit.app()?, named(&visit, &visit.form).await?);
    let link =
        if file.url.is_some() { None } else { visit.service().share_file(app, visit.ip, &file).await? };
    let Some(link) = link else {
        return Err(Fault::Invalid("Its content cannot be had. The server's log says more.".into()));
    };
    record_about(&visit, app, &file.id, "link-file", &file.name).await?;
    let page = Page {
        frame: visit.frame("Link to a file", Nav::Files).await?,
        name: file.name,
        link: format!("{}/api/files/{}", visit.state.public_url, link.token),
        sha256: link.sha256,
        ends: visit.moment(link.expires),
        back: address(app),
    };
    visit.render(&page)
}
