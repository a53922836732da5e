//! `/metrics`, on a listener of its own: what it tells is for operators, and a flood of clients takes no place of theirs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
};
use claviger_capacity::Resource;
use hyper::body::Incoming;
use tokio::{net::TcpListener, sync::Mutex};

use super::page;
use crate::{State, brief};

/// How long a page is told again, however many ask.
const KEPT: Duration = Duration::from_millis(400);
/// How often sessions are counted, where the database keeps no estimate.
const COUNT_EVERY: Duration = Duration::from_hours(1);

/// The page that was made last.
type Kept = Mutex<Option<(Instant, String)>>;

/// Answers those who watch the server, until it is dropped.
pub async fn serve_metrics(listener: TcpListener, state: Arc<State>) {
    let (shared, kept) = (state.clone(), Arc::new(Kept::default()));
    let answer = move |_, request: Request<Incoming>| {
        let (state, kept) = (shared.clone(), kept.clone());
        async move {
            match (request.method(), request.uri().path()) {
                (&Method::GET | &Method::HEAD, "/metrics") => told(page_of(&state, &kept).await),
                (_, "/metrics") => refused(StatusCode::METHOD_NOT_ALLOWED, "ask with GET\n"),
                _ => refused(StatusCode::NOT_FOUND, "there is /metrics, and nothing else\n"),
            }
        }
    };
    tokio::join!(brief::answer(listener, Resource::Metrics, answer), count(&state));
}

async fn page_of(state: &State, kept: &Kept) -> String {
    let mut kept = kept.lock().await;
    if let Some((made, text)) = &*kept
        && made.elapsed() < KEPT
    {
        return text.clone();
    }
    let text = page::write(state).await;
    *kept = Some((Instant::now(), text.clone()));
    text
}

fn told(text: String) -> Response<Body> {
    let mut response = Response::new(text.into());
    let kind = HeaderValue::from_static(claviger_metrics::Page::CONTENT_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

fn refused(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response
}

async fn count(state: &State) {
    loop {
        if let Err(error) = state.service.count_for_metrics().await {
            error.log("sessions could not be counted for metrics");
        }
        tokio::time::sleep(COUNT_EVERY).await;
    }
}
