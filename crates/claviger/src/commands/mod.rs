//! The commands, one file each; at the end, what they share.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod app;
pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod chat;
mod demo;
mod descriptors;
pub(crate) mod doctor;
pub(crate) mod file;
pub(crate) mod health;
pub(crate) mod import;
pub(crate) mod job;
mod key_pair;
pub(crate) mod keys;
pub(crate) mod license;
pub(crate) mod log;
pub(crate) mod migrate_store;
pub(crate) mod notice;
pub(crate) mod owner;
pub(crate) mod panel;
mod seller_key;
pub(crate) mod serve;
pub(crate) mod session;
mod settings;
pub(crate) mod subscription;
pub(crate) mod token;
pub(crate) mod top;
pub(crate) mod upgrade;
pub(crate) mod user;
pub(crate) mod variable;
pub(crate) mod webhook;
pub(crate) mod why;

mod args;
mod prompt;
mod run;
