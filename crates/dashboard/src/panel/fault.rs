//! The pages of the panel that tell what went wrong.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{frame::PanelFrame, visit::PanelVisit, words::Words};
use crate::{fault::Fault, reply};

/// Seconds after which it is worth to try again what could not be done for now.
const BUSY_FOR: u64 = 2;

#[derive(Template)]
#[template(path = "panel/fault.html")]
struct Page {
    frame: PanelFrame,
    words: String,
}

/// Tells that there is no panel: for whatever reason, in the same words.
pub(super) fn no_panel(words: Words) -> Response {
    let page = Page {
        frame: PanelFrame::of_none(words, words.say("not-offered")),
        words: words.say("not-offered-words"),
    };
    render(StatusCode::NOT_FOUND, &page)
}

/// Tells what went wrong, where there may be no panel at hand.
pub(super) fn fault_page(visit: Option<&PanelVisit>, words: Words, fault: &Fault) -> Response {
    if let Fault::Failed(error) = fault {
        error.log("a page of a panel failed");
    }
    let (status, title, told) = match fault {
        Fault::NotFound => (StatusCode::NOT_FOUND, words.say("no-page"), words.say("no-page-words")),
        Fault::Forbidden(_) => {
            (StatusCode::FORBIDDEN, words.say("foreign-form"), words.say("foreign-form-words"))
        }
        Fault::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, words.say("too-large"), words.say("too-large-words"))
        }
        Fault::Invalid(_) => (StatusCode::BAD_REQUEST, words.say("unusable"), words.say("unusable-words")),
        Fault::TooOften(_) | Fault::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, words.say("is-busy"), words.say("is-busy-words"))
        }
        Fault::Failed(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, words.say("failed"), words.say("failed-words"))
        }
    };
    let frame = match visit {
        Some(visit) => PanelFrame::new(visit, title),
        None => PanelFrame::of_none(words, title),
    };
    let mut response = render(status, &Page { frame, words: told });
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, BUSY_FOR.into());
    }
    response
}

fn render(status: StatusCode, page: &Page) -> Response {
    match page.render() {
        Ok(html) => reply::html(status, html),
        Err(_) => status.into_response(),
    }
}
