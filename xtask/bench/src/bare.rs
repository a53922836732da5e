//! The ceiling: an axum handler that reads the whole request and answers a fixed reply.
//!
//! It runs as a process of its own (`claviger-bench bare`), as the real server does.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use xtask::tools::daemon::{Daemon, Spec, StopWith};
use xtask::tools::{free_port, interrupt};

/// How long the bare server may take to listen.
const START_LIMIT: Duration = Duration::from_secs(10);

/// How to run `claviger-bench bare`.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The address to listen on
    #[arg(long)]
    listen: SocketAddr,
    /// A JSON file with the reply: `{"headers":{…},"body":"…"}`
    #[arg(long)]
    reply: PathBuf,
}

/// A reply to give to every request, as the real server gave it once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reply {
    /// The headers, without those that the HTTP library adds (`date`, `content-length`).
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

/// Serves until the process is ended.
///
/// # Errors
/// When the reply cannot be read or the address cannot be listened on.
pub fn run(options: &Options) -> Result<()> {
    let text =
        fs::read(&options.reply).with_context(|| format!("cannot read {}", options.reply.display()))?;
    let reply: Reply = serde_json::from_slice(&text).context("the reply's file is not as expected")?;
    let mut headers = HeaderMap::new();
    for (name, value) in &reply.headers {
        headers.insert(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    let state = (headers, Bytes::from(reply.body));
    let router = Router::new().fallback(answer).with_state(state);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(options.listen).await?;
        tokio::select! {
            served = axum::serve(listener, router) => served?,
            () = stopped() => {}
        }
        Ok(())
    })
}

/// Takes the whole request body, as a handler that parses it would.
async fn answer(State((headers, body)): State<(HeaderMap, Bytes)>, request: Bytes) -> Response {
    drop(request);
    (headers, body).into_response()
}

async fn stopped() {
    while !interrupt::requested() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Starts a bare server for `reply`. Returns it with its base URL.
///
/// # Errors
/// When it cannot be started or does not listen.
pub fn start(reply: &Reply, folder: &Path) -> Result<(Daemon, String)> {
    let file = folder.join("bare-reply.json");
    fs::write(&file, serde_json::to_vec(reply)?)?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let mut daemon = Daemon::spawn(&Spec {
        name: "the bare server".into(),
        program: std::env::current_exe().context("cannot find our own program file")?,
        args: vec!["bare".into(), "--listen".into(), (&address).into(), "--reply".into(), file.into()],
        user: None,
        stop_with: StopWith::Terminate,
        folder: folder.into(),
        log: folder.join("bare.log"),
    })?;
    let start = Instant::now();
    while std::net::TcpStream::connect(&address).is_err() {
        interrupt::check()?;
        daemon.check_running()?;
        if start.elapsed() > START_LIMIT {
            return Err(daemon.complaint("does not listen"));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok((daemon, format!("http://{address}")))
}
