//! `cargo xtask e2e`: programs of all versions of the Client API against demo servers.
//!
//! | client | what drives the server |
//! |---|---|
//! | `crate` | the published Rust crate `keyauth`, unmodified, with the Seller API; API 1.3 written by hand |
//! | `pypi` | the published Python packages `keyauth`, `keyauthy` and `keyauth-ru`, unmodified |
//! | `npm` | the published npm package `keyauth`, unmodified |
//! | `spec` | programs written from the protocol's description, every byte of their replies checked |
//! | `schemathesis` | requests made from the description of the APIs, with the PyPI package of that name |
//! | `objects` | backups in an object store that somebody else wrote, the PyPI package `moto` |
//! | `metrics` | a Prometheus that scrapes a server, its alert rules, and the expressions of the Grafana dashboard |
//! | `acme` | certificates of an authority that somebody else wrote, Pebble |
//! | `moved` | a KeyAuth server's tables in a MariaDB, dumped and imported, then the Python package `keyauth-ru` |
//! | `forgot` | a user who forgot the password, with a mail server |
//! | `dashboard` | people in a headless Chromium, driven with the npm package `playwright-core` |
//!
//! Each program has a fresh server, on which the vendor has made variables, channels, files and webhooks with
//! the command line. Walks through the dashboard start the servers that they need.

mod acme;
pub mod browser;
mod chromium;
mod client;
pub mod fetch;
mod keyauth_crate;
mod mailbox;
mod mariadb;
mod moved;
mod node;
mod objects;
mod prometheus;
mod python;
mod schemathesis;
mod upstream;
mod vendor;
mod web;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::server::Server;
use crate::tools::cargo::{self, Profile};
use crate::tools::say;
use mailbox::Mailbox;
use upstream::Upstream;

/// What to run.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Run only this client; may be given several times
    #[arg(long, value_name = "CLIENT")]
    only: Vec<Client>,
    /// How long Schemathesis sends requests, in seconds
    #[arg(long, default_value_t = SECONDS)]
    seconds: u32,
    /// Of the walks through the dashboard only those whose file is named so; may be given several times
    #[arg(long, value_name = "NAME")]
    walk: Vec<String>,
}

/// How long Schemathesis sends requests unless told otherwise.
const SECONDS: u32 = 120;

impl Default for Options {
    fn default() -> Self {
        Self { only: Vec::new(), seconds: SECONDS, walk: Vec::new() }
    }
}

/// Who drives the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Client {
    /// The published Rust crate, and raw API 1.3
    Crate,
    /// Programs written from the protocol's description
    Spec,
    /// The published Python packages
    Pypi,
    /// The published npm packages
    Npm,
    /// Resetting a password by mail
    Forgot,
    /// Requests made from the description of the APIs
    Schemathesis,
    /// Backups in an object store
    Objects,
    /// A Prometheus that watches
    Metrics,
    /// Certificates of an authority
    Acme,
    /// Moving here from a KeyAuth server on MariaDB
    Moved,
    /// People in a browser
    Dashboard,
}

impl Client {
    fn is_in_python(self) -> bool {
        !matches!(self, Self::Crate | Self::Npm | Self::Metrics | Self::Acme | Self::Dashboard)
    }

    /// The Python programs that it consists of.
    fn python_groups(self) -> &'static [&'static str] {
        match self {
            Self::Crate
            | Self::Npm
            | Self::Schemathesis
            | Self::Objects
            | Self::Metrics
            | Self::Acme
            | Self::Moved
            | Self::Dashboard => &[],
            Self::Spec => &["spec"],
            Self::Pypi => &["keyauth", "keyauthy", "keyauth-ru"],
            Self::Forgot => &["forgot"],
        }
    }
}

/// Builds both sides, lets one drive the other, and stops the servers.
///
/// # Errors
/// When something does not build, an assertion fails, or a server does not exit with status 0.
pub fn run(options: &Options) -> Result<()> {
    let wanted = |client: &Client| options.only.is_empty() || options.only.contains(client);
    let clients: Vec<Client> = Client::value_variants().iter().copied().filter(wanted).collect();
    let claviger = cargo::build("claviger", Profile::Dev)?;
    let upstream = Upstream::start()?;
    if clients.contains(&Client::Crate) {
        keyauth_crate::build()?;
        drive(&claviger, &upstream, None, "the crate keyauth", keyauth_crate::command)?;
    }
    if clients.contains(&Client::Npm) {
        let node = node::prepare(&node::CLIENTS)?;
        let command = |given: &Path| node.program("keyauth_1_0.js", given);
        drive(&claviger, &upstream, None, "the npm package keyauth", command)?;
    }
    if clients.iter().any(|client| client.is_in_python()) {
        let python = python::prepare()?;
        for group in clients.iter().flat_map(|client| client.python_groups()) {
            let mailbox = Mailbox::start(&python)?;
            let command = |given: &Path| python.client(group, given);
            drive(&claviger, &upstream, Some(&mailbox), &format!("the group {group}"), command)?;
            mailbox.stop()?;
        }
        if clients.contains(&Client::Schemathesis) {
            say("Schemathesis sends requests made from the description of the APIs");
            schemathesis::run(&claviger, &python, options.seconds)?;
        }
        if clients.contains(&Client::Objects) {
            say("backups go to an object store and come back");
            objects::run(&claviger, &python)?;
        }
        if clients.contains(&Client::Moved) {
            say("a vendor moves here from a KeyAuth server on MariaDB");
            moved::run(&claviger, &python)?;
        }
    }
    if clients.contains(&Client::Metrics) {
        say("a Prometheus watches a server");
        prometheus::run(&claviger)?;
    }
    if clients.contains(&Client::Acme) {
        acme::run(&claviger)?;
    }
    if clients.contains(&Client::Dashboard) {
        browser::walk(&claviger, &options.walk)?;
    }
    Ok(())
}

/// Lets a client drive a fresh server.
fn drive(
    claviger: &Path,
    upstream: &Upstream,
    mailbox: Option<&Mailbox>,
    name: &str,
    drives: impl FnOnce(&Path) -> Command,
) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    vendor::configure(folder.path(), mailbox)?;
    let server = Server::start(claviger, folder.path())?;
    say(format!("{name} drives the demo server at {}", server.demo.base_url));
    let given = vendor::furnish(claviger, folder.path(), &server, upstream, mailbox)?;
    client::run(drives(&given)).with_context(|| format!("an end-to-end step of {name} failed"))?;
    server.stop()?;
    say("the server stopped on SIGTERM with exit status 0");
    Ok(())
}
