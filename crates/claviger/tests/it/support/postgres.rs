//! A fresh PostgreSQL database for a test.

use std::env;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use postgres::{Client, NoTls};

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct Database {
    pub url: String,
    name: String,
}

impl Database {
    pub fn create() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").subsec_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("claviger_it_{}_{nanos}_{count}", process::id());
        admin().batch_execute(&format!("CREATE DATABASE {name} STRATEGY = FILE_COPY")).expect("a database");
        Self { url: with_database(&admin_url(), &name), name }
    }

    /// A connection to it.
    pub fn connect(&self) -> Client {
        Client::connect(&self.url, NoTls).expect("a connection")
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
