//! A Claviger server that a chore starts on a data folder of its own, in demo mode.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::tools::daemon::{Daemon, Spec, StopWith};
use crate::tools::interrupt;

/// How long a server may take until it is ready.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How often a waiting chore asks whether the server is ready; start-up times are that exact.
const POLL: Duration = Duration::from_millis(2);
/// How long it may take to say whether it is.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// The folder, inside a chore's temporary folder, that the server keeps its data in.
const DATA: &str = "data";

/// What a demo server writes to `demo.json`; only what the chores use.
#[derive(Debug, Clone, Deserialize)]
pub struct Demo {
    /// Scheme, address and port.
    pub base_url: String,
    /// Names the demo's owner on the Client API.
    pub owner_id: String,
    /// The name of the demo's application.
    pub app_name: String,
    /// The version that `init` must send.
    pub app_version: String,
    /// The secret of the application's Seller API.
    pub seller_key: String,
    /// Unused license keys.
    pub licenses: Vec<String>,
    /// Who signs in to the dashboard.
    pub dashboard: Dashboard,
}

/// Who signs in to the dashboard.
#[derive(Debug, Clone, Deserialize)]
pub struct Dashboard {
    /// The owner's name.
    pub username: String,
    /// The owner's password.
    pub password: String,
}

impl Demo {
    /// Address and port, as in a `Host` header.
    pub fn authority(&self) -> &str {
        let authority = self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, rest)| rest);
        authority.trim_end_matches('/')
    }

    /// The demo's application as the command line names it.
    pub fn app_path(&self) -> String {
        format!("demo/{}", self.app_name)
    }

    /// The full URL of a path that begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.trim_end_matches('/'))
    }
}

/// A running demo server.
#[derive(Debug)]
pub struct Server {
    daemon: Daemon,
    /// Where it listens, and its keys.
    pub demo: Demo,
    /// From the start of the process to the first 200 of `/readyz`.
    pub ready_after: Duration,
}

impl Server {
    /// Starts `claviger serve --demo` in `folder`, or starts it again there on the same port.
    ///
    /// # Errors
    /// When it does not become ready; with the end of its log.
    pub fn start(binary: &Path, folder: &Path) -> Result<Self> {
        Self::start_with(binary, folder, &[])
    }

    /// As [`Server::start`], with more words on its command line.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn start_with(binary: &Path, folder: &Path, more: &[&str]) -> Result<Self> {
        let known = demo_file(folder).exists().then(|| read_demo(folder)).transpose()?;
        let listen = known.as_ref().map_or("127.0.0.1:0", Demo::authority).to_owned();
        let data: OsString = data_dir(folder).into();
        let spawned = Instant::now();
        let mut daemon = Daemon::spawn(&Spec {
            name: "the claviger server".into(),
            program: binary.into(),
            args: ["serve", "--demo", "--listen", &listen, "--data-dir"]
                .map(OsString::from)
                .into_iter()
                .chain([data])
                .chain(more.iter().map(OsString::from))
                .collect(),
            user: None,
            stop_with: StopWith::Terminate,
            folder: folder.into(),
            log: folder.join("server.log"),
        })?;
        let demo = match known {
            Some(demo) => demo,
            None => wait(&mut daemon, "wrote no demo.json", || read_demo(folder).ok())?,
        };
        wait_until_ready(&mut daemon, demo.authority())?;
        Ok(Self { daemon, demo, ready_after: spawned.elapsed() })
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.daemon.pid()
    }

    /// Sends SIGTERM and waits for the end, which must be an exit with status 0.
    ///
    /// # Errors
    /// When it ends in any other way.
    pub fn stop(self) -> Result<()> {
        let status = self.daemon.stop()?;
        if !status.success() {
            bail!("the claviger server ended with {status} after SIGTERM, expected exit status 0");
        }
        Ok(())
    }
}

/// The folder that the server in `folder` keeps its data in.
pub fn data_dir(folder: &Path) -> PathBuf {
    folder.join(DATA)
}

/// The `demo.json` of the server in `folder`.
pub fn demo_file(folder: &Path) -> PathBuf {
    data_dir(folder).join("demo.json")
}

fn read_demo(folder: &Path) -> Result<Demo> {
    let file = demo_file(folder);
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not as expected", file.display()))
}

/// Waits for the first 200 of `/readyz` at an address and port.
///
/// # Errors
/// When it does not come in time, or the server ends; with the end of its log.
pub fn wait_until_ready(daemon: &mut Daemon, authority: &str) -> Result<()> {
    wait(daemon, "is not ready", || is_ready(authority).ok().filter(|ready| *ready)).map(drop)
}

/// Asks until there is an answer.
///
/// # Errors
/// With `complaint` and the end of its log when the server ends, or the time is up.
pub fn wait<T>(daemon: &mut Daemon, complaint: &str, ask: impl Fn() -> Option<T>) -> Result<T> {
    let start = Instant::now();
    while start.elapsed() < START_LIMIT {
        interrupt::check()?;
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        daemon.check_running()?;
        thread::sleep(POLL);
    }
    Err(daemon.complaint(complaint))
}

/// Whether the server at `authority` says that it is ready.
fn is_ready(authority: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect(authority)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    write!(stream, "GET /readyz HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(line.starts_with("HTTP/1.1 200 "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_file_gives_the_address_and_urls() {
        let demo: Demo = serde_json::from_str(
            r#"{"base_url":"http://127.0.0.1:8080","owner_id":"AAAAAAAAAA","app_name":"demo",
                "app_version":"1.0","app_secret":"00","seller_key":"11","public_key":"22",
                "licenses":["a","b"],"dashboard":{"url":"u","username":"n","password":"p"}}"#,
        )
        .unwrap();
        assert_eq!(demo.authority(), "127.0.0.1:8080");
        assert_eq!(demo.url("/readyz"), "http://127.0.0.1:8080/readyz");
    }
}
