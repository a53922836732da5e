//! A server with tenants, in a folder of its own.

use std::ffi::OsString;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use rustix::process::{Resource, getrlimit};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use xtask::server::{wait, wait_until_ready};
use xtask::tools::daemon::{Daemon, Spec, StopWith};
use xtask::tools::{command, free_port};

use crate::http::{Connection, Reply, get};
use crate::secure::Secure;
use crate::tenant::Tenant;

/// Where whoever prepares a scenario asks from.
const BACKSTAGE: Ipv4Addr = Ipv4Addr::new(127, 0, 50, 1);
/// Connections that make many requests for a scenario.
const MANY: usize = 32;
/// Descriptors that a program gets where these are not what it is about.
const DESCRIPTORS: (u64, u64) = (16384, 16384);
/// The password of every account.
const PASSWORD: &str = "nine ladders before the quiet gate";

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Flags of `claviger serve` besides address and folder.
    pub flags: Vec<String>,
    /// The soft and the hard limit of descriptors.
    pub descriptors: (u64, u64),
    /// What it speaks TLS with, if it does.
    pub secure: Option<Secure>,
}

impl Default for Setup {
    fn default() -> Self {
        Self { flags: Vec::new(), descriptors: DESCRIPTORS, secure: None }
    }
}

impl Setup {
    /// With these flags.
    pub fn with(flags: &[&str]) -> Self {
        Self { flags: flags.iter().map(|flag| (*flag).to_owned()).collect(), ..Self::default() }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Site {
    // The order matters: the server ends before its folder goes.
    daemon: Option<Daemon>,
    binary: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
    runtime: Runtime,
    folder: TempDir,
}

impl Site {
    /// Starts a server without rate limits and makes tenants of these names.
    ///
    /// # Errors
    /// When it does not start or refuses one.
    pub fn prepare(binary: &Path, names: &[&str]) -> Result<(Self, Vec<Tenant>)> {
        let folder = tempfile::Builder::new().prefix("claviger-siege-").tempdir();
        let folder = folder.context("cannot make a temporary folder")?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut site = Self { daemon: None, binary: binary.to_owned(), address, runtime, folder };
        site.start(&Setup::with(&["--rate-limits", "false"]))?;
        let tenants = names.iter().map(|name| site.tenant(name)).collect::<Result<_>>()?;
        Ok((site, tenants))
    }

    /// Stops the server and starts it again as the scenario wants it.
    ///
    /// # Errors
    /// When it does not stop in good order or does not start.
    pub fn restart(&mut self, setup: &Setup) -> Result<()> {
        self.stop()?;
        self.start(setup)
    }

    /// Stops the server, which must exit with status 0.
    ///
    /// # Errors
    /// When it does not.
    pub fn stop(&mut self) -> Result<()> {
        let Some(daemon) = self.daemon.take() else { return Ok(()) };
        let status = daemon.stop()?;
        ensure!(status.success(), "the server ended with {status} after SIGTERM");
        Ok(())
    }

    fn start(&mut self, setup: &Setup) -> Result<()> {
        // Nobody may give away more than there is.
        let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
        let (soft, hard) = (setup.descriptors.0.min(most), setup.descriptors.1.min(most));
        let mut args: Vec<OsString> = vec![format!("--nofile={soft}:{hard}").into(), "--".into()];
        args.push(self.binary.clone().into());
        args.extend(["serve", "--listen", &self.address.to_string(), "--data-dir"].map(OsString::from));
        args.push(self.data().into());
        let of_tls = setup.secure.iter().flat_map(|secure| &secure.flags);
        args.extend(setup.flags.iter().chain(of_tls).map(OsString::from));
        let mut daemon = Daemon::spawn(&Spec {
            name: "the claviger server".into(),
            program: "prlimit".into(),
            args,
            user: None,
            stop_with: StopWith::Terminate,
            folder: self.folder.path().into(),
            log: self.log(),
        })?;
        match &setup.secure {
            None => wait_until_ready(&mut daemon, &self.address.to_string())?,
            Some(secure) => {
                let is_ready = || self.runtime.block_on(self.is_ready(secure)).ok().filter(|&ready| ready);
                wait(&mut daemon, "is not ready", is_ready)?;
            }
        }
        self.daemon = Some(daemon);
        Ok(())
    }

    async fn is_ready(&self, secure: &Secure) -> std::io::Result<bool> {
        let mut connection = Connection::open_secure(BACKSTAGE, self.address, secure).await?;
        Ok(connection.ask(&get("/readyz", &[])).await?.status == 200)
    }

    /// The id of its process.
    ///
    /// # Errors
    /// When it was stopped.
    pub fn pid(&self) -> Result<u32> {
        self.daemon.as_ref().map(Daemon::pid).context("the server was stopped")
    }

    /// Fails when the server has ended.
    ///
    /// # Errors
    /// With the end of its log.
    pub fn check_running(&mut self) -> Result<()> {
        self.daemon.as_mut().context("the server was stopped")?.check_running()
    }

    /// The file that it logs to since its last start.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// The folder of its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The write-ahead log of its database.
    pub fn wal(&self) -> PathBuf {
        self.data().join("claviger.db-wal")
    }

    /// A file of the scenario's own.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program's command line on the data; what it prints.
    ///
    /// # Errors
    /// When it fails.
    pub fn command(&self, args: &[&str]) -> Result<String> {
        command::run_quietly(Command::new(&self.binary).args(args).arg("--data-dir").arg(self.data()))
    }

    /// Sends requests, some at a time, and returns the replies in their order.
    ///
    /// # Errors
    /// When a connection breaks.
    pub fn ask_many(&self, requests: &[Vec<u8>]) -> Result<Vec<Reply>> {
        let each = requests.len().div_ceil(MANY).max(1);
        let parts: Vec<Vec<Vec<u8>>> = requests.chunks(each).map(<[_]>::to_vec).collect();
        let server = self.address;
        self.runtime.block_on(async {
            let asking = parts.into_iter().map(|part| {
                tokio::task::spawn(async move {
                    let mut connection = Connection::open(BACKSTAGE, server).await?;
                    let mut replies = Vec::new();
                    for request in part {
                        replies.push(connection.ask(&request).await?);
                    }
                    std::io::Result::Ok(replies)
                })
            });
            let asking: Vec<_> = asking.collect();
            let mut replies = Vec::new();
            for task in asking {
                replies.extend(task.await??);
            }
            Ok(replies)
        })
    }

    /// Sends a request.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn ask(&self, request: Vec<u8>) -> Result<Reply> {
        self.ask_many(&[request])?.pop().context("there is no reply")
    }

    /// Sends a request, which must succeed.
    ///
    /// # Errors
    /// When it does not.
    pub fn must(&self, request: Vec<u8>) -> Result<Reply> {
        let reply = self.ask(request)?;
        ensure!(reply.succeeded(), "a request was answered with {}", reply.brief());
        Ok(reply)
    }

    /// Makes sessions of an application.
    ///
    /// # Errors
    /// When one is refused.
    pub fn sessions(&self, tenant: &Tenant, count: usize) -> Result<Vec<String>> {
        let replies = self.ask_many(&vec![tenant.init(); count])?;
        replies.iter().map(session_id).collect()
    }

    /// Makes sessions in which somebody is signed in with a license each.
    ///
    /// # Errors
    /// When one is refused.
    pub fn signed_in(&self, tenant: &Tenant, count: usize) -> Result<Vec<String>> {
        let amount = count.to_string();
        let path = tenant.path();
        let keys = self.command(&["license", "add", &path, "--days", "30", "--amount", &amount, "--json"])?;
        let keys: Vec<String> = serde_json::from_str(&keys).context("the keys are no list")?;
        let sessions = self.sessions(tenant, count)?;
        let requests = sessions.iter().zip(&keys).map(|(session, key)| {
            let hwid = format!("siege-hardware-{key}");
            tenant.program("license", &[("sessionid", session), ("key", key), ("hwid", &hwid)])
        });
        for reply in self.ask_many(&requests.collect::<Vec<_>>())? {
            ensure!(reply.succeeded(), "a license was answered with {}", reply.brief());
        }
        Ok(sessions)
    }

    /// Makes users that log in with [`Tenant::password`] and [`HWID`].
    ///
    /// # Errors
    /// When one is refused.
    pub fn users(&self, tenant: &Tenant, names: &[&str]) -> Result<()> {
        let amount = names.len().to_string();
        let path = tenant.path();
        let keys = self.command(&["license", "add", &path, "--days", "30", "--amount", &amount, "--json"])?;
        let keys: Vec<String> = serde_json::from_str(&keys).context("the keys are no list")?;
        let session = &self.sessions(tenant, 1)?[0];
        for (name, key) in names.iter().zip(&keys) {
            let user = [("username", *name), ("pass", &tenant.password), ("key", key), ("hwid", HWID)];
            self.must(tenant.program("register", &[&user[..], &[("sessionid", session)]].concat()))?;
        }
        Ok(())
    }

    fn tenant(&self, name: &str) -> Result<Tenant> {
        let mut create = Command::new(&self.binary);
        create.args(["owner", "create", name, "--password-stdin", "--data-dir"]).arg(self.data());
        create.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command::spawn(&mut create)?;
        child.stdin.take().context("no standard input")?.write_all(PASSWORD.as_bytes())?;
        ensure!(child.wait()?.success(), "the owner {name} was refused");
        let app = format!("{name}-app");
        let made = self.command(&["app", "create", &app, "--owner", name, "--json"])?;
        let made: Value = serde_json::from_str(&made).context("a new application is no JSON")?;
        let text = |field: &str| -> Result<String> {
            Ok(made[field].as_str().with_context(|| format!("a new application has no {field}"))?.to_owned())
        };
        let (owner_id, seller_key) = (text("owner_id")?, text("seller_key")?);
        Ok(Tenant { owner: name.into(), password: PASSWORD.into(), app, owner_id, seller_key })
    }
}

/// The device of all users.
pub const HWID: &str = "siege-hardware-0000000000";

/// The id of the session that an `init` made.
///
/// # Errors
/// When it made none.
pub fn session_id(reply: &Reply) -> Result<String> {
    let made: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let id =
        made["sessionid"].as_str().with_context(|| format!("init was answered with {}", reply.brief()))?;
    Ok(id.to_owned())
}
