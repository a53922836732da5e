//! What the vendor does before programs come: settings of the server, and things made with the
//! command line while it runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;

use super::mailbox::Mailbox;
use super::upstream::{FILE, Upstream};
use crate::server::{Server, data_dir, demo_file};
use crate::tools::command;

/// The sender of mails.
const SENDER: &str = "Claviger <no-reply@example.org>";
/// A text that anybody may read; none of it may come out differently.
const MOTD: &str = "Hello \"you\" \\ / é € 😀 </script>";
const HINT: &str = "only for users";
/// What the public file holds.
const NOTICE: &[u8] = b"A notice.\n";
/// The user agent of the webhook that needs a login.
const AGENT: &str = "Agent of a vendor";

/// Writes the settings of the server that will run in this folder.
///
/// # Errors
/// When they cannot be written.
pub fn configure(folder: &Path, mailbox: Option<&Mailbox>) -> Result<()> {
    let mut settings = "outgoing_allow = [\"127.0.0.0/8\"]\n".to_owned();
    if let Some(mailbox) = mailbox {
        settings += &format!("smtp_url = \"{}\"\nsmtp_from = \"{SENDER}\"\n", mailbox.url());
    }
    let data = data_dir(folder);
    fs::create_dir_all(&data).with_context(|| format!("cannot make the folder {}", data.display()))?;
    let file = data.join("claviger.toml");
    fs::write(&file, settings).with_context(|| format!("cannot write {}", file.display()))
}

/// What `webhook add` and `file add` tell.
#[derive(Debug, Deserialize)]
struct Added {
    id: String,
    #[serde(default)]
    user_agent: String,
}

/// The command line, on the data of a running server.
struct Vendor<'a> {
    claviger: &'a Path,
    data: PathBuf,
    app: String,
}

impl Vendor<'_> {
    fn run(&self, area: &str, verb: &str, rest: &[&str]) -> Result<String> {
        let mut command = Command::new(self.claviger);
        command.args([area, verb, &self.app]).args(rest).arg("--data-dir").arg(&self.data);
        command::run_quietly(&mut command)
    }

    fn add(&self, area: &str, rest: &[&str]) -> Result<Added> {
        let printed = self.run(area, "add", &[rest, &["--json"]].concat())?;
        serde_json::from_str(&printed).with_context(|| format!("`{area} add` printed {printed}"))
    }
}

/// Makes what programs use, and returns a file that tells all of it.
///
/// # Errors
/// When a command fails.
pub fn furnish(
    claviger: &Path,
    folder: &Path,
    server: &Server,
    upstream: &Upstream,
    mailbox: Option<&Mailbox>,
) -> Result<PathBuf> {
    let vendor = Vendor { claviger, data: data_dir(folder), app: server.demo.app_path() };
    // All programs come from one address, and go on after one of them was banned.
    vendor.run("app", "set", &["banBlacklistsIp=false"])?;
    vendor.run("variable", "set", &["motd", MOTD, "--public"])?;
    vendor.run("variable", "set", &["hint", HINT])?;
    vendor.run("chat", "add", &["general"])?;
    vendor.run("chat", "add", &["slow", "--delay", "3600"])?;
    let (hook, open) = (upstream.url("/hook"), upstream.url("/open"));
    let hook = vendor.add("webhook", &[&hook, "--user-agent", AGENT])?;
    let open = vendor.add("webhook", &[&open, "--public", "--id", "open-hook"])?;
    let notice = write(folder, "notice.txt", NOTICE)?;
    let program = write(folder, "program.bin", &FILE)?;
    let given = json!({
        "demo": demo_file(folder),
        "claviger": claviger,
        "data": vendor.data,
        "app": vendor.app,
        "mails": mailbox.map(Mailbox::folder),
        "variables": {
            "public": { "name": "motd", "value": MOTD },
            "authed": { "name": "hint", "value": HINT },
        },
        "channels": { "free": "general", "slow": "slow" },
        "webhooks": { "authed": hook.id, "public": open.id, "public_agent": open.user_agent },
        "files": {
            "public": vendor.add("file", &[&notice, "--public", "--id", "100001"])?.id,
            "public_hex": hex(NOTICE),
            "authed": vendor.add("file", &[&program])?.id,
            "authed_hex": hex(&FILE),
            "remote": vendor.add("file", &[&upstream.url("/file")])?.id,
            "gone": vendor.add("file", &[&upstream.url("/gone")])?.id,
        },
    });
    write(folder, "given.json", given.to_string().as_bytes()).map(PathBuf::from)
}

fn write(folder: &Path, name: &str, content: &[u8]) -> Result<String> {
    let file = folder.join(name);
    fs::write(&file, content).with_context(|| format!("cannot write {}", file.display()))?;
    file.into_os_string().into_string().ok().context("the temporary folder's name is not UTF-8")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
