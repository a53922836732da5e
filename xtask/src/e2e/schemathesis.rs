//! Schemathesis, which makes requests from the description of the APIs, and compares the replies with it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::client;
use super::python::Python;
use crate::server::Server;

/// What is not looked at: bad input is answered with status 200 by the protocol, and keys are tested elsewhere.
const NOT_LOOKED_AT: [&str; 9] = [
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "unsupported_method",
    "allow_header_conformance",
    "use_after_free",
    "ensure_resource_availability",
    "ignored_auth",
    "object_level_authorization",
];

/// Where the protocol has peculiarities: two types answer 500 when there is nothing to change, and the Client API calls
/// a plain text JSON where no application has the name that was sent.
const PECULIAR: &str = r#"
[[operations]]
include-path-regex = "^/api/seller/(addtime|resetpw)$"
checks.not_a_server_error.enabled = false

[[operations]]
include-path-regex = "^/api/1\\.[0-3]/$"
checks.response_schema_conformance.enabled = false
"#;

/// Puts something into the application, for the requests to find.
const MADE: [&str; 8] = [
    "adduser?user=a&sub=default&expiry=9",
    "add?expiry=1&mask=a&note=a",
    "setvar?user=a&var=a&data=a",
    "addvar?name=a&data=a&authed=0",
    "addchannel?name=a",
    "black?ip=192.0.2.1",
    "addWhite?ip=192.0.2.1",
    "addbutton?value=a&text=a",
];

/// Lets it send requests for so many seconds.
///
/// # Errors
/// When a reply is not as described, or the server does not stop in good order.
pub fn run(claviger: &Path, python: &Python, seconds: u32) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let server = Server::start(claviger, folder.path())?;
    let (base, key) = (server.demo.base_url.trim_end_matches('/'), &server.demo.seller_key);
    for made in MADE {
        let mut ask = python.tool("schemathesis", "import sys, urllib.request as r; r.urlopen(sys.argv[1])");
        ask.arg(format!("{base}/api/seller/{made}&sellerkey={key}"));
        client::run(ask).with_context(|| format!("{made} failed"))?;
    }
    let configuration = folder.path().join("schemathesis.toml");
    let off = NOT_LOOKED_AT.map(|check| format!("{check}.enabled = false\n")).concat();
    let text = format!("[parameters]\nsellerkey = \"{key}\"\n\n[checks]\n{off}{PECULIAR}");
    fs::write(&configuration, text).context("cannot write the configuration of Schemathesis")?;
    let mut run = python.tool("schemathesis", "from schemathesis.cli import schemathesis; schemathesis()");
    run.arg("--config-file").arg(&configuration).args(["run", &format!("{base}/api/openapi.json")]);
    run.args(["--header", &format!("Authorization: Bearer {key}")]);
    run.args(["--phases", "examples,coverage,fuzzing", "--max-time", &seconds.to_string()]);
    run.args(["--workers", "2", "--warnings", "off", "--no-color"]).current_dir(folder.path());
    client::run(run).context("a reply is not as the description says")?;
    server.stop()
}
