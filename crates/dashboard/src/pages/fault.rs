//! The page that tells what went wrong.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    fault::Fault,
    frame::{Frame, Nav},
    reply,
    visit::Visit,
};

/// Seconds after which it is worth to try again what could not be done for now.
const BUSY_FOR: u64 = 2;

#[derive(Template)]
#[template(path = "fault.html")]
struct Page {
    frame: Frame,
    /// The page itself has one already.
    heading: Option<&'static str>,
    words: String,
}

#[derive(Template)]
#[template(path = "fault.html", block = "told")]
struct Part {
    heading: Option<&'static str>,
    words: String,
}

/// Tells what went wrong. It asks the database for nothing: that may be what failed.
pub(crate) fn fault_page(visit: &Visit, fault: &Fault) -> Response {
    if let Fault::Failed(error) = fault {
        error.log("a page failed");
    }
    let (status, title, words) = fault.told();
    let rendered = if visit.is_fragment() {
        Part { heading: Some(title), words }.render()
    } else {
        Page { frame: Frame::without_apps(visit, title.into(), Nav::Other), heading: None, words }.render()
    };
    let mut response = match rendered {
        Ok(html) => reply::html(status, html),
        Err(_) => (status, title).into_response(),
    };
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, BUSY_FOR.into());
    }
    response
}
