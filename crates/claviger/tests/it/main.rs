//! Black-box tests: the `claviger` program is started on a fresh folder and asked over HTTP, byte for
//! byte as its callers do. Nothing of its code is used; signatures are checked with other crates.

mod support;

mod cli;
mod client_activation;
mod client_admission;
mod client_chat;
mod client_check;
mod client_common;
mod client_elsewhere;
mod client_forgot;
mod client_init;
mod client_license;
mod client_lockout;
mod client_login;
mod client_logout;
mod client_online;
mod client_register;
mod client_sources;
mod client_two_factor;
mod client_users;
mod client_v1_0;
mod client_variables;
mod config;
mod crash;
mod demo;
mod path;
mod postgres;
mod protocol;
mod restart;
mod role;
mod seller_application;
mod seller_licenses;
mod seller_listing;
mod seller_order;
mod seller_sessions;
mod seller_transport;
mod states;
