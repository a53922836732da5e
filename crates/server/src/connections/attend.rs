//! One connection from its first byte to its end.

use std::{
    future::poll_fn,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use axum::{
    body::Body,
    http::{Request, Response},
};
use futures_util::FutureExt as _;
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    connection::{Connection, Order, Phase},
    entrance::Entrance,
    handshake::secure,
    hub::Place,
    multiplexed,
    socket::Socket,
    stream::Stream,
    told::{Leaving, arriving},
};

/// Largest head of a request in bytes, beyond which the answer is 431: sellers send 60 KB of parameters in it.
const HEAD_MAX: usize = 64 * 1024;
/// What is still read of a request that was answered before all of it came: a peer that is still sending would not see
/// the reply otherwise.
const READ_ON: u64 = 256 * 1024;
/// How long at most.
const READ_ON_WITHIN: Duration = Duration::from_secs(1);

/// Answers requests until one side has enough.
pub(super) async fn attend<S, F>(
    mut socket: TcpStream,
    mut place: Place,
    mut peer: SocketAddr,
    entrance: Arc<Entrance>,
    service: S,
) where
    S: Fn(SocketAddr, Arc<Connection>, Request<Body>) -> F + Clone + Send + Sync + Unpin + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    if entrance.introduced {
        match Box::pin(entrance.introduce(&mut socket, place, peer)).await {
            Some(introduced) => (place, peer) = introduced,
            None => return,
        }
    }
    let service = move |connection, request| service(peer, connection, request);
    let connection = place.connection.clone();
    let socket = Socket::new(socket, connection.clone());
    let mut stream = match &entrance.tls {
        None => Stream::plain(socket, connection.clone()),
        Some(tls) => match secure(socket, &connection, tls, || entrance.admits_handshake(peer)).await {
            Some(stream) => stream,
            None => return,
        },
    };
    if stream.is_multiplexed() {
        return Box::pin(multiplexed::talk(stream, &connection, service)).await;
    }
    loop {
        // Nothing has come yet, or not for a while: the socket is all that is held.
        connection.rests(true);
        let order = tokio::select! {
            biased;
            ready = stream.readable() => if ready.is_ok() { Order::None } else { return },
            order = connection.told() => order,
        };
        match order {
            Order::None => {}
            Order::Rest | Order::Finish => continue,
            // Whoever comes back to it later sees that it has ended.
            Order::Close => return drop(stream.shutdown().now_or_never()),
            Order::Cut => return,
        }
        connection.rests(false);
        match Box::pin(talk(stream, &connection, service.clone())).await {
            Some(rested) => stream = rested,
            None => return,
        }
    }
}

/// Answers requests; gives the stream back when it is to rest.
async fn talk<S, F>(stream: Stream, connection: &Arc<Connection>, service: S) -> Option<Stream>
where
    S: Fn(Arc<Connection>, Request<Body>) -> F + Send + Sync + Unpin + 'static,
    F: Future<Output = Response<Body>> + Send,
{
    let handler = hyper::service::service_fn(|request: Request<Incoming>| {
        connection.begins();
        let (parts, body) = request.into_parts();
        let request = Request::from_parts(parts, arriving(body, connection));
        // Called within: what it returns is large, and would be moved about otherwise.
        let service = &service;
        async move {
            let response = service(connection.clone(), request).await;
            Ok::<_, std::convert::Infallible>(response.map(|body| Leaving::new(body, connection.clone())))
        }
    });
    let mut http = http1::Builder::new();
    http.max_buf_size(HEAD_MAX);
    let mut http = http.serve_connection(TokioIo::new(stream), handler);
    let mut told = pin!(connection.told());
    let order = poll_fn(|context| {
        // A client that goes away is no news.
        if Pin::new(&mut http).poll(context).is_ready() {
            return Poll::Ready(Order::None);
        }
        loop {
            match std::task::ready!(told.as_mut().poll(context)) {
                // It ends with its reply, which says so.
                Order::Finish => told.set(connection.told()),
                Order::Rest if connection.phase() != Phase::Idle => told.set(connection.told()),
                order => return Poll::Ready(order),
            }
        }
    });
    let order = order.await;
    let parts = http.into_parts();
    let mut stream = parts.io.into_inner();
    match order {
        Order::Rest => {
            stream.put_back(parts.read_buf);
            return Some(stream);
        }
        Order::Cut | Order::Finish => {}
        Order::Close => drop(stream.shutdown().now_or_never()),
        Order::None => say_farewell(stream, connection).await,
    }
    None
}

/// Ends a connection so that the peer gets all that was sent: a socket that is closed while something comes loses it.
async fn say_farewell(mut stream: Stream, connection: &Connection) {
    connection.ends();
    let _ = stream.shutdown().await;
    let mut rest = stream.take(READ_ON);
    let mut sink = tokio::io::sink();
    let read_on = tokio::time::timeout(READ_ON_WITHIN, tokio::io::copy(&mut rest, &mut sink));
    tokio::select! {
        _ = read_on => {}
        _ = connection.told() => {}
    }
}
