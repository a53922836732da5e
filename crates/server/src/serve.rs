//! Accepting connections until asked to stop.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request, response::Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

use crate::{State, client, router};

/// How long a connection may take to send a request's head, or stay idle.
const HEAD_WITHIN: Duration = Duration::from_secs(75);
/// How long requests under way may take once the server is asked to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How often idle rate limit buckets are dropped.
const TIDY_EVERY: Duration = Duration::from_secs(60);
/// Before the next try when the system has no more file descriptors.
const RETRY_ACCEPT: Duration = Duration::from_millis(200);

/// Serves requests until `stop` resolves; requests under way are finished.
pub async fn serve(listener: TcpListener, state: Arc<State>, stop: impl Future<Output = ()> + Send) {
    let background = tokio::spawn(state.service.clone().run_background());
    let tidying = tokio::spawn(tidy(state.clone()));
    let app = router(state.clone());
    let connections = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => accept(stream, peer, &state, &app, &connections),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(RETRY_ACCEPT).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        () = tokio::time::sleep(STOP_WITHIN) => {
            tracing::warn!(seconds = STOP_WITHIN.as_secs(), "some requests did not finish in time");
        }
    }
    background.abort();
    tidying.abort();
}

fn accept(
    stream: TcpStream,
    peer: SocketAddr,
    state: &Arc<State>,
    app: &Router,
    connections: &GracefulShutdown,
) {
    // A reply is one write; waiting to fill a packet would only delay it.
    let _ = stream.set_nodelay(true);
    let (state, app) = (state.clone(), app.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let (state, app) = (state.clone(), app.clone());
        async move { Ok::<_, Infallible>(respond(state, app, peer, request.map(Body::new)).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    // A client that goes away is no news.
    tokio::spawn(async move { drop(connection.await) });
}

/// Programs come by the thousand and know four paths, so their requests do not go through the router.
async fn respond(
    state: Arc<State>,
    mut app: Router,
    peer: SocketAddr,
    mut request: Request<Body>,
) -> Response {
    if let Some(version) = client::version_at(request.uri().path()) {
        return client::handle(state, version, peer, request).await;
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    let Ok(response) = Service::call(&mut app, request).await;
    response
}

async fn tidy(state: Arc<State>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        state.limits.forget_idle();
    }
}
