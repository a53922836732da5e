//! Bodies that are made while they are taken: from files, in small pieces, on threads that may block. Whoever takes
//! nothing has two pieces in memory and holds no thread; once the last one was taken, or nobody will take any more, all
//! is given back.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use claviger_capacity::Permit;
use futures_util::task::AtomicWaker;
use hyper::body::{Frame, SizeHint};
use tokio::task::JoinHandle;

/// So many pieces may be made that were not taken yet.
const AHEAD: usize = 2;

/// What a body is made of, piece by piece.
pub(crate) trait Source: Send + 'static {
    /// Appends the next piece to `out`; `false` when it is the last one. May block.
    ///
    /// # Errors
    /// What the system says.
    fn next(&mut self, out: &mut Vec<u8>) -> io::Result<bool>;
}

/// A body of `length` bytes, which holds `place` until they were taken. Whoever keeps two pieces gets no third: it is for
/// connections, which give away what they took.
pub(crate) fn body(source: impl Source, length: u64, place: Permit) -> Body {
    let held = Arc::new(Held { ahead: AtomicUsize::new(0), taken: AtomicWaker::new(), _place: place });
    let state = if length == 0 { State::Ended } else { State::Idle(Box::new(source)) };
    Body::new(Pieces { state, left: length, held })
}

struct Pieces {
    state: State,
    left: u64,
    held: Arc<Held>,
}

/// A piece, and what the next one comes from.
type Made = (Box<dyn Source>, Vec<u8>);

enum State {
    Idle(Box<dyn Source>),
    Making(JoinHandle<io::Result<Made>>),
    Ended,
}

/// What the body and its pieces hold together.
struct Held {
    /// Pieces that were not taken yet.
    ahead: AtomicUsize,
    /// Told when one was.
    taken: AtomicWaker,
    _place: Permit,
}

/// A piece that waits to be taken.
struct Piece {
    bytes: Vec<u8>,
    held: Arc<Held>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.held.ahead.fetch_sub(1, Ordering::AcqRel);
        self.held.taken.wake();
    }
}

impl Held {
    fn poll_room(&self, context: &Context<'_>) -> Poll<()> {
        let has_room = || self.ahead.load(Ordering::Acquire) < AHEAD;
        if has_room() {
            return Poll::Ready(());
        }
        self.taken.register(context.waker());
        // One may have been taken in between.
        if has_room() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Pieces {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Poll::Ready(None),
                State::Idle(mut source) => {
                    if self.held.poll_room(context).is_pending() {
                        self.state = State::Idle(source);
                        return Poll::Pending;
                    }
                    self.state = State::Making(tokio::task::spawn_blocking(move || {
                        let mut bytes = Vec::new();
                        source.next(&mut bytes)?;
                        Ok((source, bytes))
                    }));
                }
                State::Making(mut making) => {
                    let Poll::Ready(made) = Pin::new(&mut making).poll(context) else {
                        self.state = State::Making(making);
                        return Poll::Pending;
                    };
                    return Poll::Ready(Some(self.made(made.map_err(io::Error::other).flatten())));
                }
            }
        }
    }

    fn made(&mut self, made: io::Result<Made>) -> io::Result<Bytes> {
        let (source, bytes) = made?;
        let left = self.left.checked_sub(bytes.len() as u64).filter(|_| !bytes.is_empty());
        self.left = left.ok_or_else(|| io::Error::other("a body of another length than was told"))?;
        if self.left > 0 {
            self.state = State::Idle(source);
        }
        self.held.ahead.fetch_add(1, Ordering::AcqRel);
        Ok(Bytes::from_owner(Piece { bytes, held: self.held.clone() }))
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = ready!(self.get_mut().poll_piece(context));
        Poll::Ready(piece.map(|piece| {
            piece.map(Frame::data).inspect_err(|error| tracing::warn!(%error, "a download broke off"))
        }))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use claviger_capacity::{Bounds, Gate, Resource, Who};
    use futures_util::StreamExt;
    use proptest::prelude::*;

    use super::*;

    struct Letters {
        pieces: u8,
        /// Lives as long as the source.
        _alive: Arc<()>,
    }

    impl Source for Letters {
        fn next(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
            self.pieces -= 1;
            out.extend([b'a' + self.pieces; 1000]);
            Ok(self.pieces > 0)
        }
    }

    fn gate() -> Gate {
        Gate::with(Resource::Downloads, Bounds { all: 1, ..Resource::Downloads.bounds() })
    }

    /// Until whoever blocks has seen that nobody waits any more.
    async fn is_alone(alive: &Arc<()>) {
        while Arc::strong_count(alive) > 1 {
            tokio::task::yield_now().await;
        }
    }

    proptest! {
        /// After any number of polls and pieces, whoever drops the body and what came of it gives all back.
        #[test]
        fn all_is_given_back_wherever_it_breaks_off(pieces in 1..6u8, polls in 0..20usize, keep in any::<bool>()) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (gate, alive) = (gate(), Arc::new(()));
                let place = gate.try_enter(Who::app(1)).unwrap();
                let source = Letters { pieces, _alive: alive.clone() };
                let mut stream = body(source, u64::from(pieces) * 1000, place).into_data_stream();
                let mut taken = Vec::new();
                for _ in 0..polls {
                    match poll_fn(|context| Poll::Ready(stream.poll_next_unpin(context))).await {
                        Poll::Ready(Some(piece)) if keep => taken.push(piece.unwrap()),
                        Poll::Ready(Some(piece)) => drop(piece.unwrap()),
                        Poll::Ready(None) => break,
                        Poll::Pending => tokio::task::yield_now().await,
                    }
                }
                assert!(taken.len() <= AHEAD, "no more than two are in memory");
                drop(stream);
                assert_eq!(gate.figures().held, usize::from(!taken.is_empty()), "held until the last is taken");
                drop(taken);
                assert_eq!(gate.figures().held, 0);
                is_alone(&alive).await;
            });
        }
    }

    /// As a connection does it, which gives each piece away before it takes another.
    async fn take(body: Body) -> Result<Vec<u8>, axum::Error> {
        let (mut stream, mut bytes) = (body.into_data_stream(), Vec::new());
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece?);
        }
        Ok(bytes)
    }

    #[tokio::test]
    async fn all_comes_in_its_order() {
        let (gate, alive) = (gate(), Arc::new(()));
        let place = gate.try_enter(Who::app(1)).unwrap();
        let body = body(Letters { pieces: 5, _alive: alive.clone() }, 5000, place);
        assert_eq!(body.size_hint().exact(), Some(5000));
        let bytes = take(body).await.unwrap();
        let expected: Vec<u8> = b"edcba".iter().flat_map(|&letter| [letter; 1000]).collect();
        assert_eq!((bytes, gate.figures().held), (expected, 0));
        is_alone(&alive).await;
    }

    #[tokio::test]
    async fn a_length_that_is_wrong_breaks_off() {
        let gate = gate();
        let place = gate.try_enter(Who::app(1)).unwrap();
        let body = body(Letters { pieces: 3, _alive: Arc::default() }, 2500, place);
        assert!(take(body).await.is_err());
        assert_eq!(gate.figures().held, 0);
    }
}
