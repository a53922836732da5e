//! `kill`, `killall` and `fetchallsessions` (`docs/protocol/sessions.md`).

use std::borrow::Cow;

use axum::body::Body;
use bytes::Bytes;
use claviger_domain::SessionId;
use claviger_service::{Listing, ListingPart, ScanRow, ServiceError, SessionFilter, vendor::Whose};
use claviger_wire::seller::{SellerReply, SessionRow, list_end, session_row, text};
use futures_util::{FutureExt, stream};

use super::{
    Answer, Outcome, Request,
    kind::{CURSOR, Field, LIMIT, NEXT, Param, Shape, Type, Types, field, may, nullable, text as plain},
};

pub(crate) const TYPES: Types = &[
    Type::new("kill", |request| kill(request).boxed(), "Ends a session, or all of a user or an address.")
        .params(KILL)
        .changes(&["sessid", "session", "user", "ip", "validated"]),
    Type::new("killall", |request| kill_all(request).boxed(), "Ends all sessions of the application.")
        .changes(&[]),
    Type::new("fetchallsessions", |request| fetch_all(request).boxed(), "Lists live sessions, oldest first.")
        .params(LIST)
        .data(&[field("sessions", Shape::Rows(ROW)), NEXT])
        .statuses(&[400, 406]),
];

const KILL: &[Param] = &[
    may(
        "sessid",
        "Id of the session; needed unless one of the others is there, which do not count beside it",
    ),
    may("user", "All sessions of this user"),
    may("ip", "All sessions from this address or network; with `user` those of this user"),
    may(
        "validated",
        "All sessions that are signed in (1), or are not (0); with the others only those of them",
    ),
];
const LIST: &[Param] = &[
    LIMIT,
    CURSOR,
    may("credential", "Only sessions of this user"),
    may("validated", "Only sessions that are signed in (1), or are not (0)"),
    may("ip", "Only sessions from this address or network"),
];
const ROW: &[Field] =
    &[plain("id"), nullable("credential"), plain("expiry"), plain("validated"), plain("ip")];

/// Most rows on a page.
const LIMIT_MAX: usize = 10_000;

async fn kill(request: Request) -> Outcome {
    // A published library sends `session`.
    let names = ["sessid", "session"];
    let one = names.iter().any(|name| request.params.has(name));
    let killed = if one {
        let id = request.params.get_any(&names).unwrap_or_default();
        request.service().end_session(&request.app, &id).await?
    } else {
        let whose = whose(&request).unwrap_or_default();
        request.service().end_sessions_of(&request.app, whose).await? > 0
    };
    Ok(if killed {
        SellerReply::success(text::SESSION_KILLED).into()
    } else {
        SellerReply::failure(text::SESSION_NOT_KILLED).into()
    })
}

/// Whose sessions a request names. `None` when a parameter is there that says nothing: a script whose value is missing
/// must not end more than it meant.
fn whose(request: &Request) -> Option<Whose> {
    let given = |name| request.params.has(name).then(|| request.params.get(name));
    let user = given("user").map(|user| user.map(Cow::into_owned));
    let ip = given("ip").map(|ip| ip.and_then(|text| text.parse().ok()));
    let validated = given("validated").map(|text| text.and_then(|text| yes_or_no(&text)));
    Some(Whose {
        user: user.map_or(Some(None), |user| user.map(Some))?,
        ip: ip.map_or(Some(None), |ip| ip.map(Some))?,
        signed_in: validated.map_or(Some(None), |validated| validated.map(Some))?,
        ..Whose::default()
    })
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "0" => Some(false),
        "1" => Some(true),
        _ => None,
    }
}

async fn kill_all(request: Request) -> Outcome {
    Ok(if request.state.service.end_all_sessions(&request.app).await? {
        SellerReply::success(text::ALL_SESSIONS_KILLED).into()
    } else {
        SellerReply::failure(text::NO_SESSION_KILLED).into()
    })
}

async fn fetch_all(request: Request) -> Outcome {
    let filter = match filter(&request) {
        Ok(filter) => filter,
        Err(name) => return Ok(SellerReply::invalid_parameter(name).into()),
    };
    let first_page = filter.after.is_none();
    let mut listing = request.state.service.list_sessions(&request.app, filter, encode).await?;
    let mut start = session_row::LIST_START.to_vec();
    // The status depends on whether there is a row, so the first part is awaited.
    match listing.next().await {
        Some(ListingPart::Rows(rows)) => start.extend(rows),
        Some(ListingPart::End { .. }) if first_page => {
            return Ok(SellerReply::failure(text::NO_SESSIONS).status(406).into());
        }
        Some(ListingPart::End { more }) => {
            start.extend(suffix(more));
            return Ok(streamed(Body::from(start)));
        }
        Some(ListingPart::Failed(error)) => return Err(error.into()),
        None => return Err(ServiceError::System("a listing ended early".into()).into()),
    }
    Ok(streamed(Body::from_stream(parts(start, listing))))
}

fn streamed(body: Body) -> Answer {
    Answer::Stream { body, text: false }
}

/// The parameters of a listing, or the name of the one that is malformed.
fn filter(request: &Request) -> Result<SessionFilter, &'static str> {
    let get = |name| request.params.get(name);
    let limit = get("limit").map(|text| text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit)));
    let after = get("cursor").map(|text| SessionId::parse(&text));
    let validated = get("validated").map(|text| yes_or_no(&text));
    let ip = get("ip").map(|text| text.parse().ok());
    Ok(SessionFilter {
        limit: limit.map(|limit| limit.ok_or("limit")).transpose()?,
        after: after.map(|after| after.ok_or("cursor")).transpose()?,
        credential: get("credential").map(Cow::into_owned),
        validated: validated.map(|validated| validated.ok_or("validated")).transpose()?,
        ip: ip.map(|ip| ip.ok_or("ip")).transpose()?,
        text: None,
    })
}

fn encode(out: &mut Vec<u8>, row: ScanRow<'_>, first: bool) {
    let ScanRow { id, credential, expires, ip, .. } = row;
    let validated = credential.is_some();
    SessionRow { id, credential, expires, validated, ip }.write(out, first);
}

fn suffix(more: Option<SessionId>) -> Vec<u8> {
    let mut out = Vec::new();
    list_end(&mut out, more.as_ref().map(SessionId::as_str));
    out
}

/// The pieces of the body. When the database fails in the middle, the connection breaks off, so that nobody takes
/// half a list for the whole.
fn parts(start: Vec<u8>, listing: Listing) -> impl stream::Stream<Item = std::io::Result<Bytes>> {
    stream::unfold((Some(start), Some(listing)), async |(start, listing)| {
        if let Some(start) = start {
            return Some((Ok(start.into()), (None, listing)));
        }
        let mut listing = listing?;
        Some(match listing.next().await {
            Some(ListingPart::Rows(rows)) => (Ok(rows.into()), (None, Some(listing))),
            Some(ListingPart::End { more }) => (Ok(suffix(more).into()), (None, None)),
            Some(ListingPart::Failed(error)) => {
                tracing::error!(%error, "a listing broke off");
                (Err(std::io::Error::other("the listing broke off")), (None, None))
            }
            None => (Err(std::io::Error::other("the listing was given up")), (None, None)),
        })
    })
}
