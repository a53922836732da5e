//! Accepting connections until asked to stop.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, Uri},
    response::Response,
};
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

/// Serves requests until `stop` resolves; requests under way are finished. `pages` are those for people: each of their
/// requests brings the [`ClientAddress`](claviger_domain::ClientAddress) along as an extension.
pub async fn serve(
    listener: TcpListener,
    state: Arc<State>,
    pages: Router,
    stop: impl Future<Output = ()> + Send,
) {
    let background = tokio::spawn(state.service.clone().run_background());
    let tidying = tokio::spawn(tidy(state.clone()));
    let app = router(state.clone(), pages);
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
    state.service.write_held().await;
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
    let mut version = client::version_at(request.uri().path());
    if version.is_none()
        && let Some(uri) = with_single_slashes(request.uri())
    {
        version = client::version_at(uri.path());
        *request.uri_mut() = uri;
    }
    if let Some(version) = version {
        return client::handle(state, version, peer, request).await;
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    let Ok(response) = Service::call(&mut app, request).await;
    response
}

/// The address with one slash where its path has several, as joining a base with a slash and a path makes them; `None`
/// where there is nothing to change. A redirect would lose the body.
fn with_single_slashes(uri: &Uri) -> Option<Uri> {
    if !uri.path().contains("//") {
        return None;
    }
    let mut path = String::with_capacity(uri.path().len());
    for char in uri.path().chars() {
        if char != '/' || !path.ends_with('/') {
            path.push(char);
        }
    }
    if let Some(query) = uri.query() {
        path.extend(["?", query]);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path.try_into().ok()?);
    Uri::from_parts(parts).ok()
}

async fn tidy(state: Arc<State>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        state.limits.forget_idle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_are_not_doubled() {
        for (uri, expected) in [
            ("/api/1.2/", None),
            ("/?a=//b", None),
            ("//api/seller/?a=//b?c", Some("/api/seller/?a=//b?c")),
            ("/api//seller/add//", Some("/api/seller/add/")),
            ("////", Some("/")),
            ("http://x.example//api///1.3//?", Some("http://x.example/api/1.3/?")),
            ("/%2f//", Some("/%2f/")),
        ] {
            let single = with_single_slashes(&uri.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(single.as_deref(), expected, "{uri}");
        }
    }
}
