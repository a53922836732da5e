//! A listener of its own for something small: each connection has one request, and little time.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, Response},
};
use claviger_capacity::{Gate, Resource, Who};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// How long a connection may take with its only request.
const WITHIN: Duration = Duration::from_secs(10);
/// Before the next try when a connection could not be accepted.
const RETRY: Duration = Duration::from_millis(50);

/// Answers requests, until it is dropped. Who finds no place is closed.
pub(crate) async fn answer<S, F>(listener: TcpListener, resource: Resource, service: S)
where
    S: Fn(SocketAddr, Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let (gate, service) = (Gate::new(resource), Arc::new(service));
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(RETRY).await;
            continue;
        };
        let Ok(place) = gate.try_enter(Who::person(peer.ip().to_canonical().into())) else { continue };
        let service = service.clone();
        tokio::spawn(async move {
            let _place = place;
            let _ = tokio::time::timeout(WITHIN, attend(stream, peer, &*service)).await;
        });
    }
}

async fn attend<S, F>(stream: TcpStream, peer: SocketAddr, service: &S)
where
    S: Fn(SocketAddr, Request<Incoming>) -> F,
    F: Future<Output = Response<Body>>,
{
    let service = service_fn(async |request| Ok::<_, Infallible>(service(peer, request).await));
    let mut http = http1::Builder::new();
    http.keep_alive(false);
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}
