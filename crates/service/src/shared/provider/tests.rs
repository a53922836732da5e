//! How often a provider is asked, whoever wants to sign in.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use claviger_capacity::Who;
use claviger_outgoing::{Outgoing, OutgoingOptions};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{http::Way, known::Known};
use crate::shared::calls::Calls;

/// A provider that counts what it is asked.
#[derive(Default)]
struct Asked {
    metadata: AtomicUsize,
    keys: AtomicUsize,
    away: AtomicBool,
}

impl Asked {
    fn counts(&self) -> (usize, usize) {
        (self.metadata.load(Ordering::Relaxed), self.keys.load(Ordering::Relaxed))
    }

    async fn answer(&self, stream: &mut TcpStream, at: SocketAddr) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("a request"));
        }
        let url = format!("http://{at}");
        let body = if head.starts_with(b"GET /keys ") {
            self.keys.fetch_add(1, Ordering::Relaxed);
            json!({ "keys": [] })
        } else {
            self.metadata.fetch_add(1, Ordering::Relaxed);
            json!({
                "issuer": url,
                "authorization_endpoint": format!("{url}/authorize"),
                "token_endpoint": format!("{url}/token"),
                "jwks_uri": format!("{url}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            })
        };
        let (body, status) = (body.to_string(), if self.away.load(Ordering::Relaxed) { 500 } else { 200 });
        let answer = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await.expect("somebody who reads");
    }
}

async fn provider() -> (Arc<Asked>, String, Calls) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let asked = Arc::new(Asked::default());
    let counting = asked.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counting.answer(&mut stream, at).await;
        }
    });
    let options = OutgoingOptions { allow: vec!["127.0.0.0/8".parse().unwrap()], own_url: None };
    let calls = Calls::new(Arc::new(Outgoing::new(options).unwrap()));
    (asked, format!("http://{at}"), calls)
}

#[tokio::test]
async fn a_crowd_asks_once_an_hour() {
    let (asked, issuer, calls) = provider().await;
    let (known, way) = (Known::default(), Way { calls: &calls, who: Who::server() });
    let crowd = (0..50).map(|_| known.metadata(&issuer, &way, 1000));
    for told in futures_util::future::join_all(crowd).await {
        assert_eq!(told.unwrap().issuer().as_str(), issuer);
    }
    assert_eq!(asked.counts(), (1, 1));
    known.metadata(&issuer, &way, 1000 + 3599).await.unwrap();
    assert_eq!(asked.counts(), (1, 1));
    known.metadata(&issuer, &way, 1000 + 3600).await.unwrap();
    assert_eq!(asked.counts(), (2, 2));
}

#[tokio::test]
async fn keys_are_fetched_again_once_a_minute_at_most() {
    let (asked, issuer, calls) = provider().await;
    let (known, way) = (Known::default(), Way { calls: &calls, who: Who::server() });
    let metadata = known.metadata(&issuer, &way, 1000).await.unwrap();
    for second in [1000, 1030, 1059] {
        assert!(known.newer_keys(&metadata, &way, second).await.unwrap().is_none());
    }
    assert_eq!(asked.counts(), (1, 1));
    for _ in 0..3 {
        known.newer_keys(&metadata, &way, 1060).await.unwrap();
    }
    assert_eq!(asked.counts(), (1, 2));
}

#[tokio::test]
async fn one_that_fails_is_left_alone_for_a_moment() {
    let (asked, issuer, calls) = provider().await;
    asked.away.store(true, Ordering::Relaxed);
    let (known, way) = (Known::default(), Way { calls: &calls, who: Who::server() });
    for second in [1000, 1000, 1004] {
        known.metadata(&issuer, &way, second).await.unwrap_err();
    }
    assert_eq!(asked.counts(), (1, 0));
    asked.away.store(false, Ordering::Relaxed);
    known.metadata(&issuer, &way, 1005).await.unwrap();
    assert_eq!(asked.counts(), (2, 1));
}
