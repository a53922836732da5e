//! By which rules connections come in, and whose they are.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use claviger_domain::Seldom;
use claviger_wire::proxy_protocol::{Introduced, NotIntroduced, Progress, read};
use tokio::{io::AsyncReadExt as _, net::TcpStream};

use super::{
    connection::{Connection, ended},
    hub::{Hub, Place, Refused},
};
use crate::tls::Tls;

/// By which rules connections come in.
pub(crate) struct Entrance {
    /// Where they are counted.
    pub(crate) hub: Arc<Hub>,
    /// What they are secured with.
    pub(crate) tls: Option<Arc<Tls>>,
    /// Whether a proxy begins each of them with the address of its client.
    pub(crate) introduced: bool,
    /// Which peers are proxies that speak for many.
    pub(crate) trusts: Box<dyn Fn(SocketAddr) -> bool + Send + Sync>,
    /// Whether an address may shake hands once more.
    pub(crate) may_shake: Box<dyn Fn(SocketAddr) -> bool + Send + Sync>,
    /// Hears of those with more connections than they may have.
    pub(crate) over_share: Box<dyn Fn(SocketAddr) + Send + Sync>,
    /// When the log was told of those who come past the proxies, of proxies that do not introduce anybody, and of those
    /// who shake hands too often.
    pub(crate) told: [Seldom; 3],
}

impl Entrance {
    /// A place for a connection that was accepted; without one it is closed.
    pub(super) fn admit(&self, peer: SocketAddr) -> Option<Place> {
        let trusted = (self.trusts)(peer);
        if self.introduced && !trusted {
            if self.told[0].is_due(Instant::now()) {
                tracing::warn!(
                    address = %peer.ip(),
                    "a connection was closed that comes from no trusted proxy: with proxy_protocol only those in \
                     trusted_proxies may connect"
                );
            }
            return None;
        }
        self.heard(peer, self.hub.admit(peer, trusted))
    }

    /// Whether a client may shake hands once more. Trusted proxies speak for many.
    pub(super) fn admits_handshake(&self, peer: SocketAddr) -> bool {
        let admits = (self.trusts)(peer) || (self.may_shake)(peer);
        if !admits {
            self.hub.figures().handshakes.add();
            if self.told[2].is_due(Instant::now()) {
                tracing::warn!(
                    address = %peer.ip(),
                    "connections are closed before their handshake: this address has made more than handshake_rate \
                     allows. Clients that keep their connections need fewer; a proxy belongs in trusted_proxies"
                );
            }
        }
        admits
    }

    fn heard(&self, peer: SocketAddr, place: Result<Place, Refused>) -> Option<Place> {
        match place {
            Ok(place) => return Some(place),
            Err(Refused::OverShare) => (self.over_share)(peer),
            Err(Refused::Full) => {}
        }
        None
    }

    /// Reads whose connection it is that a proxy opened, and gives it a place of theirs instead of the proxy's.
    pub(super) async fn introduce(
        &self,
        stream: &mut TcpStream,
        place: Place,
        proxy: SocketAddr,
    ) -> Option<(Place, SocketAddr)> {
        let introduced = tokio::select! {
            introduced = introduction(stream, &place.connection) => introduced?,
            () = ended(&place.connection) => return None,
        };
        match introduced {
            Ok(Introduced::Itself) => {
                place.connection.leave_nameless();
                Some((place, proxy))
            }
            Ok(Introduced::Client(client)) => {
                let moved = self.hub.readmit(place, client, (self.trusts)(client));
                Some((self.heard(client, moved)?, client))
            }
            Err(NotIntroduced) => {
                if self.told[1].is_due(Instant::now()) {
                    tracing::warn!(
                        proxy = %proxy.ip(),
                        "a trusted proxy began a connection without the PROXY protocol, so it was closed: switch that on \
                         there (HAProxy: send-proxy-v2, nginx: proxy_protocol on), or proxy_protocol off here"
                    );
                }
                None
            }
        }
    }
}

/// What a proxy tells before everything else; `None` when nothing comes of it.
async fn introduction(
    stream: &mut TcpStream,
    connection: &Connection,
) -> Option<Result<Introduced, NotIntroduced>> {
    stream.readable().await.ok()?;
    // As with the head of a request, the time counts from the first byte on.
    connection.received();
    let mut bytes = Vec::new();
    loop {
        match read(&bytes) {
            Ok(Progress::Whole(introduced, _)) => return Some(Ok(introduced)),
            Ok(Progress::Missing(more)) => {
                let there = bytes.len();
                bytes.resize(there + more, 0);
                stream.read_exact(&mut bytes[there..]).await.ok()?;
            }
            Err(error) => return Some(Err(error)),
        }
    }
}
