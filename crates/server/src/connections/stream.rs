//! What is said on a connection, plain or secured; it tells the connection what came, and when all is sent.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::server::TlsStream;

use super::{connection::Connection, socket::Socket};
use crate::tls::HTTP_2;

/// Both directions of a connection.
pub(super) struct Stream {
    transport: Transport,
    connection: Arc<Connection>,
    /// Several requests go at once, and each of them tells for itself.
    multiplexed: bool,
    /// Read before, and not yet handed on.
    ahead: Bytes,
}

enum Transport {
    Plain(Socket),
    Secure(Box<TlsStream<Socket>>),
}

/// Calls what both kinds of transport have.
macro_rules! with_transport {
    ($stream:expr, $call:ident ( $($argument:expr),* )) => {
        match &mut $stream.transport {
            Transport::Plain(socket) => Pin::new(socket).$call($($argument),*),
            Transport::Secure(tls) => Pin::new(&mut **tls).$call($($argument),*),
        }
    };
}

impl Stream {
    /// What is said on the socket as it is.
    pub(super) fn plain(socket: Socket, connection: Arc<Connection>) -> Self {
        Self { transport: Transport::Plain(socket), connection, multiplexed: false, ahead: Bytes::new() }
    }

    /// What is said within TLS.
    pub(super) fn secure(tls: TlsStream<Socket>, connection: Arc<Connection>) -> Self {
        let multiplexed = tls.get_ref().1.alpn_protocol() == Some(HTTP_2);
        Self { transport: Transport::Secure(Box::new(tls)), connection, multiplexed, ahead: Bytes::new() }
    }

    /// Whether HTTP/2 was agreed on.
    pub(super) fn is_multiplexed(&self) -> bool {
        self.multiplexed
    }

    /// Puts back what was read and not used.
    pub(super) fn put_back(&mut self, bytes: Bytes) {
        self.ahead = bytes;
    }

    /// Waits until there is something to read, be it the end.
    pub(super) async fn readable(&mut self) -> io::Result<()> {
        if !self.ahead.is_empty() {
            return Ok(());
        }
        match &mut self.transport {
            Transport::Plain(socket) => socket.readable().await,
            Transport::Secure(tls) => {
                let (socket, session) = tls.get_mut();
                // It came along with the end of the handshake.
                let here =
                    session.process_new_packets().is_ok_and(|state| state.plaintext_bytes_to_read() > 0);
                if here { Ok(()) } else { socket.readable().await }
            }
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if !self.ahead.is_empty() {
            let bytes = self.ahead.len().min(buffer.remaining());
            buffer.put_slice(&self.ahead[..bytes]);
            self.ahead.advance(bytes);
        } else if with_transport!(self, poll_read(context, buffer))?.is_pending() {
            return Poll::Pending;
        }
        if !self.multiplexed && buffer.filled().len() > before {
            self.connection.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        with_transport!(self, poll_write(context, bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        with_transport!(self, poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Plain(socket) => socket.is_write_vectored(),
            Transport::Secure(tls) => tls.is_write_vectored(),
        }
    }

    /// Called when all that was made has been written; done when the system has it.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = with_transport!(self, poll_flush(context));
        if flushed.is_ready() && !self.multiplexed {
            self.connection.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        with_transport!(self, poll_shutdown(context))
    }
}
