//! The store, on both databases. Every test runs in a database of its own; `cargo xtask test` provides PostgreSQL.

mod apps_owners;
mod concurrency;
mod gather;
mod licenses;
mod migrations;
mod model;
mod reconnect;
mod scan;
mod server_keys;
mod session_users;
mod sessions;
mod subscriptions;
mod support;
mod sweep;
mod text;
mod users;
