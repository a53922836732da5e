//! Servers behind a proxy that tells the addresses of the clients.

use super::app::FORM;
use super::http::{form, request};
use super::postgres::Database;
use super::wait::next_millisecond;
use super::{App, Server, Session};

/// The setting that says so.
pub const PROXY: &str = "trusted_proxies = [\"127.0.0.0/8\"]\n";

/// Runs a test on SQLite, then on PostgreSQL.
pub fn on_both(test: impl Fn(&Server)) {
    test(&Server::start_with(PROXY));
    let database = Database::create();
    test(&Server::start_on_with(&database.url, PROXY));
}

/// As [`on_both`], with other settings.
pub fn on_both_with(settings: &str, test: impl Fn(&Server)) {
    test(&Server::start_with(settings));
    let database = Database::create();
    test(&Server::start_on_with(&database.url, settings));
}

/// A session begun from an address, in a millisecond of its own.
pub fn init_from(app: &App, address: &str) -> Session {
    next_millisecond();
    let body = form(&app.params("init", &[("ver", &app.version)]));
    let headers = [FORM, ("X-Forwarded-For", address)];
    let reply = request(&app.address, "POST", "/api/1.1/", &headers, body.as_bytes());
    let id = reply.json()["sessionid"].as_str().expect("a session").to_owned();
    Session { app: app.clone(), version: "1.1".into(), id, sign_key: None }
}
