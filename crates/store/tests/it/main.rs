//! The store, on both databases. Every test runs in a database of its own; `cargo xtask test` provides PostgreSQL.

mod access;
mod app_end;
mod apps_owners;
mod bulk;
mod chat;
mod concurrency;
mod deliveries;
mod gather;
mod licenses;
mod logs;
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
mod tokens;
mod user_changes;
mod users;
mod variables;
mod webhooks_files;
