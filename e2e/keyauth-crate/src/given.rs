//! What the vendor made for programs, and the command line to do more.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// How long a running server may take to notice what the command line changed.
const NOTICED: Duration = Duration::from_secs(5);

/// Variables, channels, files and webhooks of the demo's application.
#[derive(Debug, Default)]
pub struct Given {
    /// Where the server wrote about itself.
    pub demo: PathBuf,
    /// Name and value of a variable that anybody may read.
    pub public_variable: (String, String),
    /// Name and value of a variable that needs a login.
    pub authed_variable: (String, String),
    /// A chat channel without a delay.
    pub channel: String,
    /// The id of a webhook.
    pub webhook: String,
    /// The id of a file.
    pub file: String,
    /// What it holds.
    pub file_content: Vec<u8>,
    claviger: String,
    data: String,
    app: String,
}

impl Given {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read or lacks a field.
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let given: Value =
            serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))?;
        let text = |pointer: &str| {
            let text = given.pointer(pointer).and_then(Value::as_str);
            text.map(str::to_owned).with_context(|| format!("{} has no {pointer}", file.display()))
        };
        let variable = |which: &str| -> Result<_> {
            Ok((text(&format!("/variables/{which}/name"))?, text(&format!("/variables/{which}/value"))?))
        };
        Ok(Self {
            demo: text("/demo")?.into(),
            public_variable: variable("public")?,
            authed_variable: variable("authed")?,
            channel: text("/channels/free")?,
            webhook: text("/webhooks/authed")?,
            file: text("/files/authed")?,
            file_content: hex::decode(text("/files/authed_hex")?)?,
            claviger: text("/claviger")?,
            data: text("/data")?,
            app: text("/app")?,
        })
    }

    /// Runs a command of the vendor on the application; what it prints.
    ///
    /// # Errors
    /// When it fails.
    pub fn vendor(&self, area: &str, verb: &str, rest: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.claviger);
        command.args([area, verb, &self.app]).args(rest).args(["--data-dir", &self.data]);
        let output = command.output().with_context(|| format!("cannot start {}", self.claviger))?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "`claviger {area} {verb}` failed: {complaint}");
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Repeats what holds as soon as the server has noticed a change.
    ///
    /// # Errors
    /// The last one, when it never holds.
    pub fn eventually(&self, attempt: impl Fn() -> Result<()>) -> Result<()> {
        let start = Instant::now();
        loop {
            let outcome = attempt();
            if outcome.is_ok() || start.elapsed() > NOTICED {
                return outcome;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}
