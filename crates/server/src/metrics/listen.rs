//! `/metrics`, on a listener of its own: what it tells is for operators, and a flood of clients takes no place of theirs.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, Response, StatusCode, header},
};
use claviger_capacity::{Gate, Resource, Who};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

use super::page;
use crate::State;

/// How long a connection may take with its only request.
const WITHIN: Duration = Duration::from_secs(10);
/// How long a page is told again, however many ask.
const KEPT: Duration = Duration::from_millis(400);
/// Before the next try when a connection could not be accepted.
const RETRY: Duration = Duration::from_millis(50);
/// How often sessions are counted, where the database keeps no estimate.
const COUNT_EVERY: Duration = Duration::from_hours(1);

/// The page that was made last.
type Kept = Mutex<Option<(Instant, String)>>;

/// Answers those who watch the server, until it is dropped.
pub async fn serve_metrics(listener: TcpListener, state: Arc<State>) {
    let (gate, kept) = (Gate::new(Resource::Metrics), Arc::new(Kept::default()));
    let answering = async {
        loop {
            let Ok((stream, peer)) = listener.accept().await else {
                tokio::time::sleep(RETRY).await;
                continue;
            };
            // Without a place it is closed.
            let Ok(place) = gate.try_enter(Who::person(peer.ip().to_canonical().into())) else { continue };
            let (state, kept) = (state.clone(), kept.clone());
            tokio::spawn(async move {
                let _place = place;
                let _ = tokio::time::timeout(WITHIN, attend(stream, &state, &kept)).await;
            });
        }
    };
    tokio::join!(answering, count(&state));
}

async fn attend(stream: TcpStream, state: &State, kept: &Kept) {
    let answer = service_fn(async |request: Request<Incoming>| {
        Ok::<_, Infallible>(match (request.method(), request.uri().path()) {
            (&Method::GET | &Method::HEAD, "/metrics") => told(page_of(state, kept).await),
            (_, "/metrics") => refused(StatusCode::METHOD_NOT_ALLOWED, "ask with GET\n"),
            _ => refused(StatusCode::NOT_FOUND, "there is /metrics, and nothing else\n"),
        })
    });
    let mut http = http1::Builder::new();
    http.keep_alive(false);
    let _ = http.serve_connection(TokioIo::new(stream), answer).await;
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
