//! What comes before the first request of a connection that is secured.

use std::sync::Arc;

use tokio::io::AsyncWriteExt as _;

use super::{
    connection::{Connection, Order, ended},
    socket::Socket,
    stream::Stream,
};
use crate::tls::Tls;

/// The first byte of a handshake.
const HANDSHAKE: u8 = 22;
/// For whoever speaks HTTP without TLS.
const PLAIN: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\
    content-length: 49\r\n\r\nThis port speaks HTTPS: begin with https:// here\n";

/// Shakes hands once the peer begins to, and `may`; `None` when nothing comes of it. What a request's head may take, a
/// handshake may take too.
pub(super) async fn secure(
    mut socket: Socket,
    connection: &Arc<Connection>,
    tls: &Tls,
    may: impl FnOnce() -> bool,
) -> Option<Stream> {
    // Nothing has come yet: the socket is all that is held.
    loop {
        tokio::select! {
            biased;
            ready = socket.readable() => break ready.ok()?,
            order = connection.told() => if order != Order::Rest { return None },
        }
    }
    connection.rests(false);
    connection.received();
    let shaking = async {
        let first = socket.first_byte().await;
        if first.is_ascii_uppercase() {
            let _ = socket.write_all(PLAIN).await;
            return None;
        }
        if first != HANDSHAKE || !may() {
            return None;
        }
        match tls.accept(socket).await {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(%error, "no TLS with a client");
                None
            }
        }
    };
    let stream = tokio::select! {
        stream = Box::pin(shaking) => stream?,
        () = ended(connection) => return None,
    };
    connection.secured();
    Some(Stream::secure(stream, connection.clone()))
}
