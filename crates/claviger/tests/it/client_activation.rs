//! A thousand clients want one license, or one name: one gets it.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::support::{Reply, Server, eventually};

const CLIENTS: usize = 1000;
/// Those who prove that they have the key, each of which costs a hash.
const PROVING: usize = 200;
/// As many at once as the server lets wait for a hash, and some more.
const AT_ONCE: usize = 200;

/// Asks until the server is not too busy to answer. Asking without a pause would take the processor from its hashing.
fn ask(call: impl Fn() -> Reply) -> String {
    let reply = eventually("a server that is not busy", || Some(call()).filter(|reply| reply.status != 503));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["message"].as_str().expect("a message").to_owned()
}

/// Messages that `clients` got, by their numbers.
fn all(
    server: &Server,
    clients: usize,
    call: impl Fn(&crate::support::Session, usize) -> Reply + Sync,
) -> Vec<String> {
    let (next, start) = (AtomicUsize::new(0), Barrier::new(AT_ONCE));
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    let session = server.app.init("1.2");
                    start.wait();
                    let mut messages = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= clients {
                            return messages;
                        }
                        messages.push(ask(|| call(&session, number)));
                    }
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("replies")).collect()
    })
}

fn one_wins(messages: &[String], clients: usize, others: &str) {
    assert_eq!(messages.len(), clients);
    let won = messages.iter().filter(|message| *message == "Logged in!").count();
    let lost = messages.iter().filter(|message| *message == others).count();
    assert_eq!((won, lost), (1, clients - 1));
}

#[test]
fn one_license_registers_one_user() {
    let server = Server::start();
    let key = server.license(0);
    let messages = all(&server, CLIENTS, |session, number| {
        session.call("register", &[("username", &format!("user {number}")), ("pass", "p"), ("key", key)])
    });
    one_wins(&messages, CLIENTS, "License key has already been used");
}

#[test]
fn one_license_is_activated_on_one_device() {
    let server = Server::start();
    let key = server.license(0);
    let messages = all(&server, PROVING, |session, number| {
        session.call("license", &[("key", key), ("hwid", &format!("device number {number:0>20}"))])
    });
    one_wins(&messages, PROVING, "HWID doesn't match. Ask for a HWID reset");
}

#[test]
fn one_name_is_registered_once() {
    let server = Server::start();
    let keys: Vec<String> = (0..10)
        .flat_map(|_| {
            let made = server.app.add_license("expiry=1&amount=100");
            made.lines().map(String::from).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(keys.len(), CLIENTS);
    let messages = all(&server, CLIENTS, |session, number| {
        session.call("register", &[("username", "alice"), ("pass", "p"), ("key", &keys[number])])
    });
    one_wins(&messages, CLIENTS, "Username already taken, choose a different one");
}
