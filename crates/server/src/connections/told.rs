//! Bodies that tell their connection what becomes of them.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::connection::Connection;

/// Who hears what becomes of the body of a request.
pub(super) trait Hears: Send + Sync + 'static {
    /// More of it is waited for.
    fn body_waits(&self);
    /// So many bytes of it came.
    fn body_moved(&self, bytes: usize);
    /// It is there, or nobody wants more of it.
    fn body_ended(&self);
}

impl Hears for Connection {
    fn body_waits(&self) {
        self.body_waits();
    }

    fn body_moved(&self, bytes: usize) {
        self.body_moved(bytes);
    }

    fn body_ended(&self) {
        self.body_ended();
    }
}

/// The body of a request, while it comes.
pub(super) struct Arriving<H: Hears> {
    body: Incoming,
    told: Arc<H>,
}

/// The body of a request as handlers read it.
pub(super) fn arriving<H: Hears>(body: Incoming, told: &Arc<H>) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    Body::new(Arriving { body, told: told.clone() })
}

impl<H: Hears> HttpBody for Arriving<H> {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Pending => self.told.body_waits(),
            Poll::Ready(Some(Ok(frame))) => {
                self.told.body_moved(frame.data_ref().map_or(0, Bytes::len));
            }
            Poll::Ready(_) => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<H: Hears> Drop for Arriving<H> {
    fn drop(&mut self) {
        self.told.body_ended();
    }
}

/// The body of a reply. When it is dropped, all of it is made, or given up.
pub(super) struct Leaving {
    body: Body,
    connection: Arc<Connection>,
}

impl Leaving {
    pub(super) fn new(body: Body, connection: Arc<Connection>) -> Self {
        Self { body, connection }
    }
}

impl HttpBody for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.connection.answered();
    }
}
