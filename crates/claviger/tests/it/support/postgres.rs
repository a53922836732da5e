//! A fresh PostgreSQL database for a test.

use std::env;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use postgres::{Client, NoTls};

use super::{eventually, server::Process};

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct Database {
    pub url: String,
    name: String,
}

impl Database {
    pub fn create() -> Self {
        Self::create_as("STRATEGY = FILE_COPY")
    }

    /// As [`Database::create`], with words of SQL about it.
    pub fn create_as(options: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").subsec_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("claviger_it_{}_{nanos}_{count}", process::id());
        admin().batch_execute(&format!("CREATE DATABASE {name} {options}")).expect("a database");
        Self { url: with_database(&admin_url(), &name), name }
    }

    /// A connection to it.
    pub fn connect(&self) -> Client {
        Client::connect(&self.url, NoTls).expect("a connection")
    }
}

/// Sees to it that two commands meet: holds a table, begins them, and lets go once both wait for something. Returns what they
/// printed.
pub fn meet(database: &Database, table: &str, begin: impl Fn() -> Process) -> [String; 2] {
    let (mut holding, mut looking) = (database.connect(), database.connect());
    holding.batch_execute(&format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE")).expect("a lock");
    let mut commands = [begin(), begin()];
    eventually("both to wait", || {
        for command in &mut commands {
            assert!(!command.is_over(), "{}", command.stderr());
        }
        let sql = "SELECT COUNT(DISTINCT pid) FROM pg_locks WHERE NOT granted
            AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
        (looking.query_one(sql, &[]).expect("a count").get::<_, i64>(0) == 2).then_some(())
    });
    holding.batch_execute("COMMIT").expect("no lock");
    commands.map(|mut command| {
        assert_eq!(command.wait().code(), Some(0), "{}", command.stderr());
        command.stdout()
    })
}

/// The lock of migrations, held, so that others stop where they want it.
pub struct Gate(Client);

impl Gate {
    pub fn shut(database: &Database) -> Self {
        let mut gate = Self(database.connect());
        gate.lock();
        gate
    }

    fn lock(&mut self) {
        self.0.execute("SELECT pg_advisory_lock(7241058302)", &[]).expect("a lock");
    }

    pub fn open(&mut self) {
        self.0.execute("SELECT pg_advisory_unlock(7241058302)", &[]).expect("no lock");
    }

    /// Waits until so many stand before it.
    pub fn wait_for(&mut self, count: i64, coming: &mut Process) {
        let sql = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        eventually("somebody at the gate", || {
            assert!(!coming.is_over(), "{}", coming.stderr());
            (self.0.query_one(sql, &[]).expect("a count").get::<_, i64>(0) == count).then_some(())
        });
    }

    /// Lets the first of those who wait through, as far as they want the lock again.
    pub fn let_one_through(&mut self, coming: &mut Process) {
        self.open();
        // Those who wait for a lock get it in their order.
        self.lock();
        self.wait_for(1, coming);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = admin().batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn admin_url() -> String {
    env::var("CLAVIGER_TEST_POSTGRES").expect("no PostgreSQL to test with: run `cargo xtask test`")
}

fn admin() -> Client {
    Client::connect(&admin_url(), NoTls).expect("a connection to CLAVIGER_TEST_POSTGRES")
}

/// The URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let (rest, query) = rest.split_once('?').map_or((rest, String::new()), |(a, b)| (a, format!("?{b}")));
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}
