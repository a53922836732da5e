//! Starting the program and stopping it.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use serde::Deserialize;
use tempfile::TempDir;

use super::{App, Browser, Cli, eventually, http};

/// The program under test, with nothing of the caller's settings.
pub fn claviger() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claviger"));
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CLAVIGER_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null());
    command
}

/// As [`claviger`], started by another program that these words name, such as `unshare`.
pub fn claviger_under(wrapper: &[String]) -> Command {
    let Some((program, args)) = wrapper.split_first() else { return claviger() };
    let plain = claviger();
    let mut command = Command::new(program);
    command.args(args).arg(plain.get_program()).stdin(Stdio::null());
    for (name, _) in plain.get_envs() {
        command.env_remove(name);
    }
    command
}

/// Words that allow a program so many file descriptors, for [`claviger_under`].
pub fn with_descriptors(descriptors: u32) -> [String; 3] {
    ["sh".into(), "-c".into(), format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"")]
}

/// A started `claviger serve`, killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Where its two streams go.
    output: [PathBuf; 2],
    /// What it was told, which it may repeat: the address of its database is not its own.
    told: Vec<String>,
}

impl Process {
    /// Starts the command; its output goes to files in `folder`.
    pub fn spawn(mut command: Command, folder: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let output = ["out", "err"].map(|stream| folder.join(format!("serve-{count}.{stream}")));
        let [out, err] = output.each_ref().map(|path| File::create(path).expect("a file for the output"));
        let told = command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect();
        let child = command.stdout(out).stderr(err).spawn().expect("the program starts");
        Self { child, output, told }
    }

    pub fn stdout(&self) -> String {
        read(&self.output[0])
    }

    pub fn stderr(&self) -> String {
        read(&self.output[1])
    }

    /// Waits until it says where it listens and answers there; the address is an IP with its port.
    pub fn wait_for_address(&mut self) -> String {
        let address = eventually("the server to say where it listens", || {
            self.assert_running();
            find_address(&self.stdout(), &self.told).or_else(|| find_address(&self.stderr(), &self.told))
        });
        eventually("the server to be ready", || {
            self.assert_running();
            // It listens once all is ready; whoever does not come as it wants is told so, or closed and the log is.
            match http::try_request(&address, "GET", "/readyz", &[], b"") {
                Ok(reply) => (reply.status == 200 || reply.text().contains("speaks HTTPS")).then_some(()),
                Err(_) => self.stderr().contains("a connection without the PROXY protocol").then_some(()),
            }
        });
        address
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) -> ExitStatus {
        eventually("the program to end", || self.child.try_wait().expect("the program is our child"))
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status().expect("a shell");
        assert!(status.success(), "{kill}");
    }

    /// Asks it to stop, waits for it and insists on a clean end.
    pub fn stop(&mut self, signal: &str) {
        self.signal(signal);
        let status = self.wait();
        assert_eq!(status.code(), Some(0), "after SIG{signal}: {status}\n{}", self.stderr());
    }

    /// Whether it has ended.
    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().expect("the program is our child").is_some()
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// As a power failure for the program: SIGKILL.
    pub fn crash(&mut self) {
        self.child.kill().expect("the program runs");
        self.child.wait().expect("the program is our child");
    }

    fn assert_running(&mut self) {
        if let Some(status) = self.child.try_wait().expect("the program is our child") {
            panic!("the server ended: {status}\n{}\n{}", self.stdout(), self.stderr());
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("the server's log:\n{}", self.stderr());
        }
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// The first loopback address with a port in a text, but for port 0 and those in the arguments.
fn find_address(text: &str, told: &[String]) -> Option<String> {
    text.match_indices("127.0.0.").find_map(|(start, prefix)| {
        let (host, rest) = text[start + prefix.len()..].split_once(':')?;
        let host: u8 = host.parse().ok()?;
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let port: u16 = rest[..digits].parse().ok()?;
        let address = format!("127.0.0.{host}:{port}");
        (port != 0 && !told.iter().any(|arg| arg.contains(&address))).then_some(address)
    })
}

fn folder_with(settings: &str) -> Arc<TempDir> {
    let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("a data folder");
    fs::write(data.join("claviger.toml"), settings).expect("a settings file");
    folder
}

/// `demo.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Demo {
    pub base_url: String,
    pub owner_id: String,
    pub app_name: String,
    pub app_version: String,
    pub app_secret: String,
    pub seller_key: String,
    pub public_key: String,
    pub licenses: Vec<String>,
    pub dashboard: Dashboard,
}

/// The part of `demo.json` about the dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Dashboard {
    pub url: String,
    pub username: String,
    pub password: String,
}

/// A running demo server with a data folder of its own.
#[derive(Debug)]
pub struct Server {
    // The order matters: the program ends before its folder goes.
    pub process: Process,
    pub demo: Demo,
    /// The demo's application.
    pub app: App,
    pub cli: Cli,
    folder: Arc<TempDir>,
    database: Option<String>,
}

impl Server {
    /// A demo server on a fresh folder.
    pub fn start() -> Self {
        Self::start_in(&[], Arc::new(tempfile::tempdir().expect("a temporary folder")), None)
    }

    /// A demo server on a fresh folder with these lines in its settings file.
    pub fn start_with(settings: &str) -> Self {
        Self::start_in(&[], folder_with(settings), None)
    }

    /// As `start_with`, and it keeps its data in PostgreSQL.
    pub fn start_on_with(database: &str, settings: &str) -> Self {
        Self::start_in(&[], folder_with(settings), Some(database.to_owned()))
    }

    /// A demo server on a fresh folder that keeps its data in PostgreSQL.
    pub fn start_on(database: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        Self::start_in(&[], folder, Some(database.to_owned()))
    }

    /// A demo server with its database elsewhere, started by another program that these words name.
    pub fn start_under(wrapper: &[String], folder: TempDir, database: &Path) -> Self {
        let database = database.to_str().expect("a path in UTF-8").to_owned();
        Self::start_in(wrapper, Arc::new(folder), Some(database))
    }

    /// As `start_with`, where the system allows the program so many file descriptors.
    pub fn start_with_descriptors(descriptors: u32, settings: &str) -> Self {
        Self::start_in(&with_descriptors(descriptors), folder_with(settings), None)
    }

    /// As `start_with`, with these variables of the environment, written NAME=VALUE.
    pub fn start_with_variables(variables: &[String], settings: &str) -> Self {
        Self::start_with_variables_on(variables, None, settings)
    }

    /// As `start_with_variables`, perhaps with its data in PostgreSQL.
    pub fn start_with_variables_on(variables: &[String], database: Option<&str>, settings: &str) -> Self {
        let wrapper: Vec<_> = ["env".to_owned()].into_iter().chain(variables.iter().cloned()).collect();
        Self::start_in(&wrapper, folder_with(settings), database.map(str::to_owned))
    }

    fn start_in(wrapper: &[String], folder: Arc<TempDir>, database: Option<String>) -> Self {
        let data = folder.path().join("data");
        let mut command = claviger_under(wrapper);
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data);
        if let Some(url) = &database {
            command.args(["--database", url]);
        }
        let mut process = Process::spawn(command, folder.path());
        let address = process.wait_for_address();
        // On a folder that was used before, the file of the last run is there until it is replaced.
        let demo = eventually("demo.json of this run", || {
            let text = fs::read_to_string(data.join("demo.json")).ok()?;
            let demo: Demo = serde_json::from_str(&text).expect("demo.json is never half written");
            let elsewhere = !demo.base_url.starts_with("http://127.0.0.");
            (elsewhere || demo.base_url == format!("http://{address}")).then_some(demo)
        });
        let app = App {
            address,
            owner: "demo".into(),
            owner_id: demo.owner_id.clone(),
            name: demo.app_name.clone(),
            version: demo.app_version.clone(),
            secret: demo.app_secret.clone(),
            seller_key: demo.seller_key.clone(),
            public_key: demo.public_key.clone(),
        };
        let cli = Cli::new(&data, database.as_deref());
        Self { process, demo, app, cli, folder, database }
    }

    /// A browser in which the demo's owner is signed in to the dashboard.
    pub fn browser(&self) -> Browser {
        let Dashboard { username, password, .. } = &self.demo.dashboard;
        Browser::signed_in(&self.app.address, username, password)
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder of the test beside the data folder, gone with the server.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops in good order and starts again on the same data.
    pub fn restart(mut self) -> Self {
        self.process.stop("TERM");
        Self::start_in(&[], Arc::clone(&self.folder), self.database.clone())
    }

    /// Kills the program in the middle of whatever it does and starts it again on the same data.
    pub fn crash_and_restart(mut self) -> Self {
        self.process.crash();
        Self::start_in(&[], Arc::clone(&self.folder), self.database.clone())
    }

    /// Changes the database itself, in SQL that both speak.
    pub fn execute(&self, sql: &str) {
        match &self.database {
            Some(url) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).expect("a connection");
                client.batch_execute(sql).expect("a change");
            }
            None => {
                let database = rusqlite::Connection::open(self.data().join("claviger.db"));
                let database = database.expect("the database");
                database.busy_timeout(std::time::Duration::from_secs(30)).expect("patience");
                database.execute_batch(sql).expect("a change");
            }
        }
    }

    /// How many rows there are, of a table that is named, with a condition perhaps.
    pub fn count(&self, of: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) FROM {of}");
        match &self.database {
            Some(url) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).expect("a connection");
                client.query_one(&sql, &[]).expect("a count").get(0)
            }
            None => {
                let database = rusqlite::Connection::open(self.data().join("claviger.db"));
                let database = database.expect("the database");
                database.busy_timeout(std::time::Duration::from_secs(30)).expect("patience");
                database.query_row(&sql, [], |row| row.get(0)).expect("a count")
            }
        }
    }

    /// The first column of a query, which holds bytes.
    pub fn blobs(&self, sql: &str) -> Vec<Vec<u8>> {
        match &self.database {
            Some(url) => {
                let mut client = postgres::Client::connect(url, postgres::NoTls).expect("a connection");
                client.query(sql, &[]).expect("rows").iter().map(|row| row.get(0)).collect()
            }
            None => {
                let database = rusqlite::Connection::open(self.data().join("claviger.db"));
                let database = database.expect("the database");
                database.busy_timeout(std::time::Duration::from_secs(30)).expect("patience");
                let mut query = database.prepare(sql).expect("a query");
                let rows = query.query_map([], |row| row.get(0)).expect("rows");
                rows.collect::<Result<_, _>>().expect("bytes")
            }
        }
    }

    /// The n-th of the demo's licenses.
    pub fn license(&self, n: usize) -> &str {
        &self.demo.licenses[n]
    }

    /// Makes another application of the demo's owner, with all versions of the Client API.
    pub fn create_app(&self, name: &str) -> App {
        self.create_app_of("demo", name)
    }

    /// Makes another application, with all versions of the Client API.
    pub fn create_app_of(&self, owner: &str, name: &str) -> App {
        let made =
            self.cli.json(&["app", "create", "--owner", owner, name, "--api", "1.1,1.2,1.3", "--json"]);
        App::made(&self.app.address, owner, &made)
    }
}
