//! Live updates: server-sent events, each a piece of HTML under a name that elements of the page listen to.

use std::{convert::Infallible, fmt::Write, time::Duration};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::{sync::watch, time::Instant};

use crate::{
    fault::{Answer, Fault},
    visit::Visit,
};

/// How often a connection on which nothing happens is told that it lives, and whether the person is still signed in.
const BEAT: Duration = Duration::from_secs(15);

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// What elements listen to, with `sse-swap`.
    pub name: &'static str,
    /// The piece of HTML.
    pub data: String,
}

impl Event {
    /// As it goes over the wire: a line cannot hold a line break.
    fn encode(&self) -> Bytes {
        let mut text = format!("event: {}\n", self.name);
        for line in self.data.lines() {
            // Writing to memory does not fail.
            let _ = writeln!(text, "data: {line}");
        }
        if self.data.is_empty() {
            text.push_str("data:\n");
        }
        text.push('\n');
        text.into()
    }
}

/// Gives the place back when the browser goes away.
struct Place {
    visit: Visit,
    /// Of whose application the page is.
    owner_id: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.visit.state.places.give_back(&self.owner_id);
    }
}

/// What a connection holds.
struct Connection<S> {
    place: Place,
    events: S,
    stop: watch::Receiver<bool>,
    beat: Instant,
}

/// Sends events to the page until it is closed, the person is signed out or the server stops. Browsers connect again by
/// themselves.
///
/// # Errors
/// When too many pages are live, or the page is of no application.
pub(crate) fn stream(visit: &Visit, events: impl Stream<Item = Event> + Send + Unpin + 'static) -> Answer {
    let owner_id = visit.app()?.owner_id.clone();
    if !visit.state.places.take(&owner_id) {
        return Err(Fault::Busy);
    }
    let connection = Connection {
        place: Place { visit: visit.clone(), owner_id },
        events,
        stop: visit.state.places.stopping(),
        beat: Instant::now() + BEAT,
    };
    let parts = stream::unfold(connection, next).map(Ok::<_, Infallible>);
    let mut response: Response = Body::from_stream(parts).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies that gather would hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

async fn next<S: Stream<Item = Event> + Unpin>(
    mut connection: Connection<S>,
) -> Option<(Bytes, Connection<S>)> {
    let Connection { place, events, stop, beat } = &mut connection;
    let part = tokio::select! {
        event = events.next() => event?.encode(),
        () = tokio::time::sleep_until(*beat) => {
            *beat = Instant::now() + BEAT;
            if !is_signed_in(&place.visit).await {
                return None;
            }
            Bytes::from_static(b": alive\n\n")
        }
        () = stopped(stop) => return None,
    };
    Some((part, connection))
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the server is gone: stopped as well.
    drop(stop.wait_for(|stop| *stop).await);
}

async fn is_signed_in(visit: &Visit) -> bool {
    let Some(person) = &visit.person else { return false };
    visit.service().is_signed_in(person).await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_in_their_event() {
        let event = Event { name: "began", data: "<tr>\n\nevent: x\r\n</tr>".into() };
        assert_eq!(event.encode(), "event: began\ndata: <tr>\ndata: \ndata: event: x\ndata: </tr>\n\n");
        assert_eq!(Event { name: "x", data: String::new() }.encode(), "event: x\ndata:\n\n");
    }
}
