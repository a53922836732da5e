//! A reply that is written while it is taken: its line comes at the end, when it is known how long it was.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::sync::mpsc::Sender;

use super::{
    line::Line,
    writer::{Told, hand_on},
};

/// Such a body. Whoever gives it up has got so much of it.
pub(super) struct Streamed {
    body: Body,
    taken: u64,
    /// `None`: it is on its way.
    line: Option<Line>,
    sender: Sender<Told>,
}

impl Streamed {
    pub(super) fn new(body: Body, line: Line, sender: Sender<Told>) -> Self {
        Self { body, taken: 0, line: Some(line), sender }
    }

    fn end(&mut self) {
        if let Some(line) = self.line.take() {
            hand_on(&self.sender, Line { bytes: Some(self.taken), ..line });
        }
    }
}

impl HttpBody for Streamed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => self.taken += frame.data_ref().map_or(0, |data| data.len() as u64),
            Some(Err(_)) | None => self.end(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        self.end();
    }
}
