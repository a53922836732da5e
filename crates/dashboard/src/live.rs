//! Live updates: server-sent events, each a piece of HTML under a name that elements of the page listen to.

use std::{convert::Infallible, fmt::Write, time::Duration};

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use claviger_capacity::{Party, Permit, Tenant, Who};
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

/// What a connection holds.
struct Connection<S> {
    visit: Visit,
    /// Its place, until the browser goes away.
    _place: Permit,
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
    let owner = Who { tenant: Tenant::Owner(visit.app()?.owner_id.clone()), party: Party::Own };
    let place = visit.state.live.try_enter(owner).map_err(|_| Fault::Busy)?;
    let connection = Connection {
        visit: visit.clone(),
        _place: place,
        events,
        stop: visit.state.stopping(),
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
    let Connection { visit, events, stop, beat, .. } = &mut connection;
    let part = tokio::select! {
        event = events.next() => event?.encode(),
        () = tokio::time::sleep_until(*beat) => {
            *beat = Instant::now() + BEAT;
            if !is_signed_in(visit).await {
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
