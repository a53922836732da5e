//! Certificates of an authority that somebody else wrote: Pebble, of the makers of Let's Encrypt, which looks for real
//! whether names lead to the server. Names are resolved by the server for tests that comes with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::tools::daemon::{Daemon, Spec, StopWith};
use crate::tools::{apt, command, free_port, interrupt, say};

/// How long any step may take.
const LIMIT: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The names that certificates are for.
const NAME: &str = "license.example.com";
const SECOND: &str = "second.example.com";
/// How long certificates count that are to be renewed, in seconds: twenty seconds later.
const SHORT: u32 = 30;

/// Gets certificates, with the authority away, the node that orders killed, and the authority without a memory.
///
/// # Errors
/// When a step fails, or a client refuses what the server shows.
pub fn run(claviger: &Path) -> Result<()> {
    install()?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let site = Site::new(claviger, folder.path())?;
    let _names = site.names()?;
    say("an authority is away, comes, and loses the node that orders");
    let node = site.node("second", NAME, "tls-alpn-01", site.ports.tls)?;
    site.wait("the log to tell that the authority is away", || {
        site.log("second").contains("cannot be reached").then_some(())
    })?;
    // It holds its port, and lets the authority wait: nothing comes of an order before it goes on.
    signal(&node, Signal::STOP)?;
    let authority = site.authority("first", None)?;
    let orders = site.node("first", NAME, "tls-alpn-01", free_port()?)?;
    site.wait("the authority to be asked", || site.kept("challenges.json").exists().then_some(()))?;
    signal(&orders, Signal::KILL)?;
    orders.stop().context("cannot wait for the node that was killed")?;
    ensure!(site.kept("order.json").exists(), "the order of the node that was killed is not kept");
    signal(&node, Signal::CONT)?;
    let certificate = site.certificate(None)?;
    site.fetch(&site.root()?, NAME)?;
    let placed = site.log("authority-first").matches("Added order").count();
    ensure!(placed == 1, "{placed} orders were placed where one was enough");
    stop(node)?;
    stop(authority)?;
    say("a restart uses the certificate that is there");
    let root = folder.path().join("first-root.pem");
    fs::copy(folder.path().join("root.pem"), &root).context("cannot keep the root")?;
    let node = site.node("again", NAME, "tls-alpn-01", site.ports.tls)?;
    site.wait("the server", || site.fetch(&root, NAME).ok())?;
    ensure!(site.certificate(None)? == certificate, "another certificate, and nobody issued one");
    stop(node)?;
    say(
        "an authority that has forgotten everything is asked for another name, by plain HTTP, and again in time",
    );
    let authority = site.authority("second", Some(SHORT))?;
    let node = site.node("renews", &format!("{NAME},{SECOND}"), "http-01", site.ports.tls)?;
    let certificate = site.certificate(Some(&certificate))?;
    let root = site.root()?;
    site.wait("the other certificate", || site.fetch(&root, SECOND).ok())?;
    let (start, mut asked) = (Instant::now(), 0);
    while fs::read_to_string(site.kept("certificate.pem"))? == certificate || asked < 20 {
        ensure!(start.elapsed() < LIMIT, "the certificate is not renewed:\n{}", site.log("renews"));
        interrupt::check()?;
        site.fetch(&root, NAME).context("a request failed while the certificate was renewed")?;
        asked += 1;
    }
    for _ in 0..20 {
        site.fetch(&root, SECOND).context("a request failed after the certificate was renewed")?;
    }
    say(format!("of {} requests during a renewal none failed", asked + 20));
    stop(node)?;
    stop(authority)
}

fn install() -> Result<()> {
    let there = |program: &str, argument: &str| command::succeeds(Command::new(program).arg(argument));
    if there("curl", "--version") && there("openssl", "version") && Path::new("/usr/bin/pebble").exists() {
        return Ok(());
    }
    apt::install(&["curl", "openssl", "pebble"], "certificates of an authority")
}

/// What all steps share.
struct Site<'a> {
    claviger: &'a Path,
    folder: &'a Path,
    ports: Ports,
}

struct Ports {
    authority: u16,
    management: u16,
    names: u16,
    tls: u16,
    http: u16,
}

impl<'a> Site<'a> {
    fn new(claviger: &'a Path, folder: &'a Path) -> Result<Self> {
        let mut openssl = Command::new("openssl");
        openssl.args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(' '));
        openssl.args(["-subj", "/CN=authority", "-addext", "subjectAltName=IP:127.0.0.1"]);
        openssl.args([
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ]);
        command::run_quietly(openssl.current_dir(folder))
            .context("no certificate for the authority itself")?;
        let ports = Ports {
            authority: free_port()?,
            management: free_port()?,
            names: free_port()?,
            tls: free_port()?,
            http: free_port()?,
        };
        Ok(Self { claviger, folder, ports })
    }

    fn daemon(&self, name: &str, program: &str, args: Vec<String>) -> Result<Daemon> {
        Daemon::spawn(&Spec {
            name: name.into(),
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            user: None,
            stop_with: StopWith::Terminate,
            folder: self.folder.into(),
            log: self.folder.join(format!("{name}.log")),
        })
    }

    /// What tells that all names are this machine.
    fn names(&self) -> Result<Daemon> {
        let management = free_port()?;
        let args = format!(
            "-defaultIPv4 127.0.0.1 -defaultIPv6= -dns01 127.0.0.1:{} -http01= -https01= -tlsalpn01= -doh= -management 127.0.0.1:{management}",
            self.ports.names
        );
        // Not all releases know DNS over HTTPS.
        let help =
            Command::new("pebble-challtestsrv").arg("-help").output().context("no server for names")?;
        let knows_doh = String::from_utf8_lossy(&help.stderr).contains("-doh");
        let args = args.split(' ').filter(|argument| knows_doh || *argument != "-doh=").map(Into::into);
        self.daemon("names", "pebble-challtestsrv", args.collect())
    }

    /// An authority without a memory, whose certificates count for so many seconds.
    fn authority(&self, name: &str, seconds: Option<u32>) -> Result<Daemon> {
        let Ports { authority, management, names, tls, http } = self.ports;
        let period =
            seconds.map_or(String::new(), |seconds| format!(r#","certificateValidityPeriod":{seconds}"#));
        let config = format!(
            r#"{{"pebble":{{"listenAddress":"127.0.0.1:{authority}","managementListenAddress":"127.0.0.1:{management}","certificate":"cert.pem","privateKey":"key.pem","httpPort":{http},"tlsPort":{tls}{period}}}}}"#
        );
        fs::write(self.folder.join("pebble.json"), config)
            .context("cannot write the authority's settings")?;
        let args = ["PEBBLE_VA_NOSLEEP=1", "pebble", "-strict", "-config", "pebble.json", "-dnsserver"];
        let mut args: Vec<String> = args.map(Into::into).into();
        args.push(format!("127.0.0.1:{names}"));
        let mut daemon = self.daemon(&format!("authority-{name}"), "env", args)?;
        self.wait("the authority", || self.root().ok())?;
        daemon.check_running()?;
        Ok(daemon)
    }

    /// A server with data of its own, which shares what is kept of the authority.
    fn node(&self, name: &str, names: &str, challenge: &str, port: u16) -> Result<Daemon> {
        let Ports { authority, http, .. } = self.ports;
        let mut args = format!(
            "serve --data-dir data-{name} --listen 127.0.0.1:{port} --public-url https://{NAME} --acme-domains {names} \
             --acme-terms-agreed --acme-dir acme --acme-ca-file cert.pem --acme-challenge {challenge} \
             --acme-directory https://127.0.0.1:{authority}/dir"
        );
        if challenge == "http-01" {
            args += &format!(" --redirect-listen 127.0.0.1:{http}");
        }
        let program = self.claviger.to_str().context("a path in UTF-8")?;
        self.daemon(name, program, args.split(' ').map(Into::into).collect())
    }

    /// Where a file is that is kept of the authority.
    fn kept(&self, name: &str) -> PathBuf {
        self.folder.join("acme").join(name)
    }

    fn log(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(format!("{name}.log"))).unwrap_or_default()
    }

    /// The certificate that is kept, once it is another than `before`.
    fn certificate(&self, before: Option<&str>) -> Result<String> {
        self.wait("a certificate", || {
            let text = fs::read_to_string(self.kept("certificate.pem")).ok()?;
            (Some(text.as_str()) != before).then_some(text)
        })
    }

    /// The root that certificates of the authority are verified with.
    fn root(&self) -> Result<PathBuf> {
        let (url, path) =
            (format!("https://127.0.0.1:{}/roots/0", self.ports.management), self.folder.join("root.pem"));
        let mut curl = command::without_proxies(Command::new("curl"));
        curl.args([
            "--silent",
            "--fail",
            "--cacert",
            "cert.pem",
            "--max-time",
            "5",
            "--output",
            "root.pem",
            &url,
        ]);
        command::run_quietly(curl.current_dir(self.folder)).context("the authority tells no root")?;
        Ok(path)
    }

    /// Asks the server under a name, as a client that trusts this root alone.
    fn fetch(&self, root: &Path, name: &str) -> Result<()> {
        let port = self.ports.tls;
        let mut curl = command::without_proxies(Command::new("curl"));
        curl.args(["--silent", "--show-error", "--fail", "--max-time", "5", "--cacert"]).arg(root);
        curl.args([
            "--resolve",
            &format!("{name}:{port}:127.0.0.1"),
            &format!("https://{name}:{port}/readyz"),
        ]);
        let told = command::run_quietly(&mut curl)?;
        ensure!(told == "ready\n", "{name} answers {told}");
        Ok(())
    }

    /// Asks until there is an answer, or the time is up.
    fn wait<T>(&self, what: &str, ask: impl Fn() -> Option<T>) -> Result<T> {
        let start = Instant::now();
        loop {
            interrupt::check()?;
            if let Some(answer) = ask() {
                return Ok(answer);
            }
            let logs = ["authority-first", "authority-second", "first", "second", "again", "renews"];
            let end = |log: String| log.lines().rev().take(5).collect::<Vec<_>>().join("\n");
            ensure!(
                start.elapsed() < LIMIT,
                "waited in vain for {what}; the logs, their last lines first:\n{}",
                logs.map(|name| format!("{name}:\n{}", end(self.log(name)))).join("\n")
            );
            thread::sleep(LOOK_EVERY);
        }
    }
}

fn signal(daemon: &Daemon, signal: Signal) -> Result<()> {
    let id = Pid::from_raw(daemon.pid().cast_signed()).context("a process")?;
    kill_process(id, signal).context("cannot send a signal")
}

fn stop(daemon: Daemon) -> Result<()> {
    daemon.stop().map(drop).context("cannot stop a server")
}
