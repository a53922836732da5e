//! A socket that tells its connection what the peer takes.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::connection::{Connection, Order};

/// How much the system may hold of what a peer has not been sent yet: enough for the moment until more is written, and
/// all that a thousand peers who take nothing cost.
const UNSENT: u32 = 64 * 1024;

/// A socket with its connection.
pub(super) struct Socket {
    stream: TcpStream,
    connection: Arc<Connection>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, connection: Arc<Connection>) -> Self {
        // A reply is one write; waiting to fill a packet would only delay it.
        let _ = stream.set_nodelay(true);
        #[cfg(target_os = "linux")]
        {
            let socket = SockRef::from(&stream);
            let _ = socket.set_tcp_notsent_lowat(UNSENT);
            // What is little enough to be written at once must be taken too.
            let _ = socket.set_tcp_user_timeout(Some(connection.patience()));
        }
        Self { stream, connection }
    }

    /// Waits until there is something to read, be it the end.
    pub(super) async fn readable(&self) -> io::Result<()> {
        self.stream.readable().await
    }

    /// The first byte that has come, which stays; 0 where there is none.
    pub(super) async fn first_byte(&self) -> u8 {
        let mut first = [0];
        let _ = self.stream.peek(&mut first).await;
        first[0]
    }

    fn moved(&self, moved: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &moved {
            Poll::Pending => self.connection.reply_waits(),
            Poll::Ready(Ok(bytes)) => self.connection.reply_moved(*bytes),
            Poll::Ready(Err(_)) => {}
        }
        moved
    }
}

impl Drop for Socket {
    /// Who takes too little gets nothing more, not even what is written already.
    fn drop(&mut self) {
        if self.connection.ordered() == Order::Cut {
            let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.moved(moved)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.moved(moved)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
