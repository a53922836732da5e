//! Accepting connections until asked to stop.

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    http::{Request, Response},
};
use claviger_domain::Seldom;
use futures_util::FutureExt;
use rustix::io::Errno;
#[cfg(target_os = "linux")]
use socket2::{SockFilter, SockRef};
use tokio::net::{TcpListener, TcpStream};

use super::{attend::attend, connection::Connection, entrance::Entrance, hub::Hub};

/// How often connections are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// The same while the server stops.
const LOOK_WHILE_STOPPING: Duration = Duration::from_millis(20);
/// How long new connections are still taken once the server is asked to stop: those that have begun.
const LAST_ACCEPT: Duration = Duration::from_millis(100);
/// How long requests under way may take then.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// Before the next try when the system has no more descriptors, and no connection gives one back.
const RETRY_ACCEPT: Duration = Duration::from_millis(50);

/// Hands each request to `service` until `stop` resolves; requests that have arrived then are answered.
pub(crate) async fn run<S, F>(
    listener: TcpListener,
    entrance: Arc<Entrance>,
    service: S,
    stop: impl Future<Output = ()>,
) where
    S: Fn(SocketAddr, Arc<Connection>, Request<Body>) -> F + Clone + Send + Sync + Unpin + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let hub = entrance.hub.clone();
    let take = |stream: TcpStream, peer: SocketAddr| {
        if let Some(place) = entrance.admit(peer) {
            tokio::spawn(attend(stream, place, peer, entrance.clone(), service.clone()));
        }
    };
    let mut stop = pin!(stop);
    let told = Seldom::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => take(stream, peer),
                Err(error) => failed(&error, &hub, &told).await,
            },
            () = &mut stop => break,
        }
    }
    hub.stop();
    take_last(&listener, &take).await;
    drop(listener);
    let emptied = async {
        while !hub.is_empty() {
            tokio::time::sleep(LOOK_WHILE_STOPPING).await;
        }
    };
    if tokio::time::timeout(STOP_WITHIN, emptied).await.is_err() {
        tracing::warn!(seconds = STOP_WITHIN.as_secs(), "some requests did not finish in time");
    }
}

/// Takes the connections that have begun to be made, and lets none begin. One that the system has made when the
/// listener is closed would be reset, whatever it has sent.
async fn take_last(listener: &TcpListener, take: &impl Fn(TcpStream, SocketAddr)) {
    if refuse_new(listener).is_err() {
        let _ = rustix::net::listen(listener, 0);
    }
    let last = async {
        loop {
            if let Ok((stream, peer)) = listener.accept().await {
                take(stream, peer);
            }
        }
    };
    let _ = tokio::time::timeout(LAST_ACCEPT, last).await;
    // Whatever was made while nobody looked.
    while let Some(Ok((stream, peer))) = listener.accept().now_or_never() {
        take(stream, peer);
    }
}

/// Has the system drop the packets with which connections begin (flag SYN, in byte 13 of TCP's header), as if they had
/// been lost: the client sends them again, and finds that nobody listens.
#[cfg(target_os = "linux")]
fn refuse_new(listener: &TcpListener) -> io::Result<()> {
    const NO_SYN: [SockFilter; 5] = [
        SockFilter::new(0x30, 0, 0, 13),
        SockFilter::new(0x54, 0, 0, 2),
        SockFilter::new(0x15, 0, 1, 0),
        SockFilter::new(0x06, 0, 0, u32::MAX),
        SockFilter::new(0x06, 0, 0, 0),
    ];
    SockRef::from(listener).attach_filter(&NO_SYN)
}

#[cfg(not(target_os = "linux"))]
fn refuse_new(_listener: &TcpListener) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What to do when a connection could not be accepted. `told`: when the log was told.
async fn failed(error: &io::Error, hub: &Hub, told: &Seldom) {
    let short = match error.raw_os_error().map(Errno::from_raw_os_error) {
        // It ended before it was accepted.
        Some(Errno::CONNABORTED | Errno::INTR | Errno::AGAIN) => return,
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => true,
        _ => false,
    };
    if told.is_due(Instant::now()) {
        tracing::warn!(%error, "a connection could not be accepted");
    }
    if short && hub.without_descriptors() > 0 {
        // They end as soon as their tasks have their turn.
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(RETRY_ACCEPT).await;
    }
}

/// Looks at all connections now and then, until it is dropped.
pub(crate) async fn look(hub: Arc<Hub>) {
    loop {
        tokio::time::sleep(if hub.is_stopping() { LOOK_WHILE_STOPPING } else { LOOK_EVERY }).await;
        hub.look();
    }
}
