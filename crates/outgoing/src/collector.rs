//! The collector of traces. The operator chose it, so no guard stands before it, as before the object store.

use std::{fmt, time::Duration};

use bytes::Bytes;
use reqwest::{Client, Method, header::HeaderMap};

use crate::{cause::cause, tls};

/// How long connecting, and all of a call, may take.
const CONNECT: Duration = Duration::from_secs(5);
const WITHIN: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read; none of them matters much.
const ANSWER_MAX: usize = 64 * 1024;

/// A client for the collector of traces.
#[derive(Clone)]
pub struct Collector(Client);

impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Collector")
    }
}

impl Collector {
    /// A client; nothing is asked yet.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new() -> Result<Self, String> {
        let tls = tls::config(tls::system_roots()).map_err(|error| error.to_string())?;
        let client = tls::client(tls).connect_timeout(CONNECT).timeout(WITHIN).build();
        client.map(Self).map_err(|error| error.to_string())
    }

    /// Posts what was gathered; the status of the answer, and its body.
    ///
    /// # Errors
    /// When nothing comes back. The text does not repeat the headers, in which there may be a token.
    pub async fn post(&self, url: &str, headers: HeaderMap, body: Bytes) -> Result<(u16, Bytes), String> {
        let failed = |error: reqwest::Error| cause(&error.without_url());
        let sent = self.0.request(Method::POST, url).headers(headers).body(body).send().await;
        let mut answer = sent.map_err(failed)?;
        let (status, mut read) = (answer.status().as_u16(), Vec::new());
        while let Some(piece) = answer.chunk().await.map_err(failed)? {
            if read.len() + piece.len() > ANSWER_MAX {
                break;
            }
            read.extend_from_slice(&piece);
        }
        Ok((status, read.into()))
    }
}
