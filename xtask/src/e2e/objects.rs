//! Backups in an object store that somebody else wrote: the PyPI package `moto`, which answers as S3 does.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::python::Python;
use crate::server::Server;
use crate::tools::daemon::{Daemon, Spec, StopWith};
use crate::tools::{command, free_port, interrupt};

/// How long it may take to listen, and to have a bucket.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Files, and the bytes of each: together more than one part of a backup.
const FILES: usize = 3;
const FILE: usize = 15 << 20;
/// Makes a bucket with what people use for that.
const MAKE: &str = "import sys, boto3; boto3.client('s3', endpoint_url=sys.argv[1], region_name='eu-central-1', \
                    aws_access_key_id='key', aws_secret_access_key='secret').create_bucket(Bucket='backups', \
                    CreateBucketConfiguration={'LocationConstraint': 'eu-central-1'})";
/// Tells what is in it, a name a line.
const LIST: &str = "import sys, boto3; s3 = boto3.client('s3', endpoint_url=sys.argv[1], region_name='eu-central-1', \
                    aws_access_key_id='key', aws_secret_access_key='secret'); \
                    print(*[o['Key'] for o in s3.list_objects_v2(Bucket='backups').get('Contents', [])], sep='\\n')";

/// A running store.
struct Store {
    daemon: Daemon,
    url: String,
}

impl Store {
    fn start(python: &Python, folder: &Path) -> Result<Self> {
        let port = free_port().context("no free port on 127.0.0.1")?;
        let line = "from moto.server import main; import sys; main(sys.argv[1:])";
        let mut serve = python.tool("moto", line);
        serve.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let mut args: Vec<_> = vec!["PYTHONUTF8=1".into()];
        args.extend(serve.get_envs().filter_map(|(name, value)| {
            let mut pair = name.to_owned();
            pair.push("=");
            pair.push(value?);
            Some(pair)
        }));
        args.push(serve.get_program().into());
        args.extend(serve.get_args().map(Into::into));
        let daemon = Daemon::spawn(&Spec {
            name: "the object store".into(),
            program: "env".into(),
            args,
            user: None,
            stop_with: StopWith::Terminate,
            folder: folder.into(),
            log: folder.join("store.log"),
        })?;
        let mut store = Self { daemon, url: format!("http://127.0.0.1:{port}") };
        let start = Instant::now();
        while !command::succeeds(&mut store.ask(python, MAKE)) {
            interrupt::check()?;
            store.daemon.check_running()?;
            if start.elapsed() > START_LIMIT {
                return Err(store.daemon.complaint("has no bucket"));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(store)
    }

    fn ask(&self, python: &Python, line: &str) -> Command {
        command::without_proxies({
            let mut ask = python.tool("moto", line);
            ask.arg(&self.url);
            ask
        })
    }

    fn names(&self, python: &Python) -> Result<Vec<String>> {
        let told = command::run_quietly(&mut self.ask(python, LIST)).context("the store does not list")?;
        Ok(told.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect())
    }
}

/// Makes backups there, of which one is killed in the middle, looks through them, restores one, clears them away.
///
/// # Errors
/// When a step fails, or what comes back is not what was there.
pub fn run(claviger: &Path, python: &Python) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let store = Store::start(python, folder.path())?;
    let server = Server::start(claviger, folder.path())?;
    let data = folder.path().join("data");
    let operator = Operator { claviger, folder: folder.path(), settings: settings(folder.path(), &store)? };
    let app = server.demo.app_path();
    for number in 1..=FILES {
        let file = folder.path().join(format!("file-{number}"));
        fs::write(&file, noise(number as u64)).context("cannot write a file")?;
        operator.json(&["file", "add", &app, file.to_str().unwrap_or_default(), "--json"], &data)?;
    }
    operator.killed(&data)?;
    let half = store.names(python)?;
    ensure!(half.is_empty(), "one that was killed left {half:?}");
    let made = operator.json(&["backup", "create", "--json"], &data)?;
    let name = made["name"].as_str().context("the backup has a name")?.to_owned();
    let names = store.names(python)?;
    ensure!(names == [format!("night/{name}")], "the store has {names:?}");
    operator.run(&["backup", "verify"], &data)?;
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).context("cannot make a folder")?;
    fs::copy(data.join("master.key"), elsewhere.join("master.key")).context("cannot copy the master key")?;
    operator.run(&["backup", "restore"], &elsewhere)?;
    for command in [&["license", "list", &app, "--json"][..], &["file", "list", &app, "--json"]] {
        let (was, is) = (operator.json(command, &data)?, operator.json(command, &elsewhere)?);
        ensure!(was == is, "{command:?} tells something else of what was restored");
    }
    let (was, is) = (uploads(&data)?, uploads(&elsewhere)?);
    ensure!(was.len() == FILES && was == is, "the uploads came back otherwise");
    operator.run(&["backup", "create"], &data)?;
    operator.run(&["backup", "prune", "--keep-daily", "1"], &data)?;
    let left = store.names(python)?;
    ensure!(left.len() == 1, "of two backups of a day, these are left: {left:?}");
    server.stop()?;
    store.daemon.stop().context("cannot stop the object store")?;
    Ok(())
}

/// Runs commands on a data folder.
struct Operator<'a> {
    claviger: &'a Path,
    folder: &'a Path,
    settings: PathBuf,
}

impl Operator<'_> {
    fn command(&self, args: &[&str], data: &Path) -> Command {
        let mut command = Command::new(self.claviger);
        command.args(args).arg("--config").arg(&self.settings).arg("--data-dir").arg(data);
        command.current_dir(self.folder);
        command::without_proxies(command)
    }

    fn run(&self, args: &[&str], data: &Path) -> Result<()> {
        command::run(&mut self.command(args, data)).with_context(|| format!("{args:?} failed"))
    }

    fn json(&self, args: &[&str], data: &Path) -> Result<Value> {
        let told = command::run_quietly(&mut self.command(args, data))
            .with_context(|| format!("{args:?} failed"))?;
        serde_json::from_str(&told).with_context(|| format!("{args:?} told {told}"))
    }

    /// One that is killed once it sends: its copy of the database is there by then.
    fn killed(&self, data: &Path) -> Result<()> {
        let mut making = self.command(&["backup", "create"], data);
        let mut making =
            making.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("no backup begins")?;
        let start = Instant::now();
        // A connection to the store stands in the list of its descriptors.
        let sends = |id: u32| {
            let descriptors = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
            descriptors
                .filter_map(|entry| fs::read_link(entry.path()).ok())
                .any(|to| to.to_string_lossy().starts_with("socket:"))
        };
        while !sends(making.id()) {
            interrupt::check()?;
            ensure!(
                making.try_wait()?.is_none() && start.elapsed() < START_LIMIT,
                "a backup ended before it sent"
            );
            thread::yield_now();
        }
        making.kill().context("cannot kill a backup")?;
        making.wait().context("cannot wait for a backup")?;
        Ok(())
    }
}

/// The settings of a server with backups in the store.
fn settings(folder: &Path, store: &Store) -> Result<PathBuf> {
    let (secret, settings) = (folder.join("secret"), folder.join("backup.toml"));
    fs::write(&secret, "secret\n").context("cannot write the key of the store")?;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).context("cannot hide the key")?;
    let text = format!(
        "[backup]\nplace = 's3://backups/night'\ns3_endpoint = '{}'\ns3_region = 'eu-central-1'\ns3_access_key = 'key'\n\
         s3_secret_key_file = '{}'\n",
        store.url,
        secret.display()
    );
    fs::write(&settings, text).context("cannot write the settings")?;
    Ok(settings)
}

/// Bytes that do not compress.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(FILE).collect()
}

/// The uploads of the only application, by their names.
fn uploads(data: &Path) -> Result<Vec<(std::ffi::OsString, Vec<u8>)>> {
    let entries = fs::read_dir(data.join("files/1")).context("there are no uploads")?;
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name(), fs::read(entry.path())?))
    };
    let mut found = entries.map(read).collect::<Result<Vec<_>>>()?;
    found.sort_unstable();
    Ok(found)
}
