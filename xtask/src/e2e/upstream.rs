//! Somebody else's web server on the loopback address, for webhooks and files.

use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::routing::get;
use bytes::Bytes;

/// A file that is no text.
pub const FILE: [u8; 6] = [0x00, 0xFF, 0x80, 0x0A, 0x3C, 0x41];

/// The web server. It ends with this program.
#[derive(Debug)]
pub struct Upstream {
    address: SocketAddr,
}

impl Upstream {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// When it cannot listen.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on 127.0.0.1")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (started, outcome) = mpsc::channel();
        thread::Builder::new().name("upstream".into()).spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(started.send(Err(error))),
            };
            runtime.block_on(async {
                match tokio::net::TcpListener::from_std(listener) {
                    Ok(listener) => {
                        // The receiver waits for it.
                        let _ = started.send(Ok(()));
                        let _ = axum::serve(listener, router()).await;
                    }
                    Err(error) => drop(started.send(Err(error))),
                }
            });
        })?;
        outcome.recv().context("the web server for webhooks and files ended")??;
        Ok(Self { address })
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

fn router() -> Router {
    Router::new()
        .route("/file", get(async || FILE.to_vec()))
        .route("/gone", get(async || StatusCode::NOT_FOUND))
        .fallback(echo)
}

/// Says what was asked.
async fn echo(method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> String {
    let mut told = format!("{method} {uri}\n");
    for name in [header::USER_AGENT, header::CONTENT_TYPE] {
        let value = headers.get(&name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        // Writing to memory does not fail.
        let _ = writeln!(told, "{name}: {}", value.unwrap_or_default());
    }
    format!("{told}\n{}", String::from_utf8_lossy(&body))
}
