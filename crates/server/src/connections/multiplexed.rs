//! HTTP/2: requests side by side on one connection that is secured.

use std::{
    convert::Infallible,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::Body,
    http::{HeaderValue, Request, Response, StatusCode, header},
};
use bytes::{Buf, Bytes};
use futures_util::{FutureExt as _, future::Either};
use hyper::{
    body::{Body as HttpBody, Frame, Incoming, SizeHint},
    server::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::{
    connection::{Connection, Order},
    one_of::OneOf,
    stream::Stream,
    told::arriving,
};
use crate::http::read_body;

/// Requests under way on one connection, as clients are told; a browser asks for fewer at once.
const STREAMS: u32 = 64;
/// Largest list of headers in bytes, as for HTTP/1.1.
const HEADERS_MAX: u32 = 64 * 1024;
/// Fields in it, as for HTTP/1.1: a field costs the client a byte, and the server a hundred.
const FIELDS_MAX: usize = 100;
/// How much of one body may come before a handler takes it, and of all together.
const WINDOW: u32 = 128 * 1024;
const WINDOWS: u32 = 512 * 1024;
/// How much of a reply is taken over before the peer takes it.
const UNSENT: usize = 64 * 1024;
/// Streams that a client has reset and that nobody has looked at, beyond which the connection ends; and those that were
/// reset here, for what the client did wrong.
const RESET_BY_CLIENT: usize = 20;
const RESET_HERE: usize = 64;

/// Answers requests until one side has enough.
pub(super) async fn talk<S, F>(stream: Stream, connection: &Arc<Connection>, service: S)
where
    S: Fn(Arc<Connection>, Request<Body>) -> F + Clone + Send + Sync + Unpin + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    connection.multiplex();
    let handler = service_fn(|request: Request<Incoming>| {
        let one = OneOf::begin(connection);
        let (parts, body) = request.into_parts();
        let body = arriving(body, &one);
        let response = match parts.headers.len() {
            0..=FIELDS_MAX => {
                let request = with_host(Request::from_parts(parts, body));
                Either::Left(service(connection.clone(), request))
            }
            _ => Either::Right(too_many_fields(body)),
        };
        async move {
            let response = response.await;
            Ok::<_, Infallible>(response.map(|body| Leaving { body, one }))
        }
    });
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.max_concurrent_streams(STREAMS)
        .max_header_list_size(HEADERS_MAX)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOWS)
        .max_send_buf_size(UNSENT)
        .max_pending_accept_reset_streams(RESET_BY_CLIENT)
        .max_local_error_reset_streams(RESET_HERE);
    let mut http = pin!(http.serve_connection(TokioIo::new(stream), handler));
    loop {
        let told = tokio::select! {
            biased;
            // A client that goes away is no news.
            _ = &mut http => return,
            told = connection.told() => told,
        };
        match told {
            Order::None | Order::Rest => {}
            Order::Finish => http.as_mut().graceful_shutdown(),
            Order::Close => {
                http.as_mut().graceful_shutdown();
                // What it has to say goes out at once, or not at all.
                return drop(http.now_or_never());
            }
            Order::Cut => return,
        }
    }
}

/// The answer to a head that is too large. The body is read before: a client that is still sending may not see it.
async fn too_many_fields(body: Body) -> Response<Body> {
    let _ = read_body(body).await;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    response
}

/// The request with the host in its header, where HTTP/1.1 has it.
fn with_host(mut request: Request<Body>) -> Request<Body> {
    if !request.headers().contains_key(header::HOST)
        && let Some(authority) = request.uri().authority()
        && let Ok(host) = HeaderValue::try_from(authority.as_str())
    {
        request.headers_mut().insert(header::HOST, host);
    }
    request
}

/// The body of a reply.
struct Leaving {
    body: Body,
    one: Arc<OneOf>,
}

impl HttpBody for Leaving {
    type Data = Part;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Part>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(None) = polled {
            self.one.answered();
        }
        let ended = self.body.is_end_stream();
        polled.map_ok(|frame| {
            if ended {
                self.one.answered();
            }
            frame.map_data(|bytes| Part::new(bytes, self.one.clone()))
        })
    }

    fn is_end_stream(&self) -> bool {
        let ended = self.body.is_end_stream();
        if ended {
            self.one.answered();
        }
        ended
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A part of a reply, which tells its stream when it is sent.
struct Part {
    bytes: Bytes,
    one: Arc<OneOf>,
}

impl Part {
    fn new(bytes: Bytes, one: Arc<OneOf>) -> Self {
        one.reply_made(bytes.len());
        Self { bytes, one }
    }
}

impl Buf for Part {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn chunks_vectored<'a>(&'a self, parts: &mut [io::IoSlice<'a>]) -> usize {
        self.bytes.chunks_vectored(parts)
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.one.reply_moved(count);
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.bytes.is_empty() {
            self.one.reply_moved(self.bytes.len());
        }
    }
}
