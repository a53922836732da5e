//! Certificates that are replaced while the server runs.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use crate::{
    support::{
        eventually,
        pipe::pipe,
        tls::{Client, NAME, Pair, cert_in, key_in},
    },
    tls::secured,
};

#[test]
fn new_connections_take_the_new_one_and_old_ones_go_on() {
    let (server, client, pair, folder) = secured("");
    let address = &server.app.address;
    let mut old = client.open(address).expect("a connection");
    assert_eq!((old.get("/healthz"), old.certificate()), (200, pair.cert.clone()));
    let next = Pair::new();
    let both = Client::trusting([&pair, &next]);
    next.write(folder.path());
    eventually("the new certificate", || {
        (both.open(address).expect("a connection").certificate() == next.cert).then_some(())
    });
    assert!(client.open(address).is_err(), "whoever trusts the old one alone is warned");
    assert_eq!(old.get("/healthz"), 200);
}

#[test]
fn a_broken_one_is_told_and_changes_nothing() {
    let (mut server, client, pair, folder) = secured("");
    let other = Pair::new();
    other.write_key(folder.path());
    server.process.signal("HUP");
    eventually("the log to tell", || {
        let log = server.process.stderr();
        log.contains("is not the key of the first certificate in").then_some(())
    });
    let log = server.process.stderr();
    assert!(log.contains("; the certificate from before stays"), "{log}");
    assert_eq!(client.open(&server.app.address).expect("a connection").certificate(), pair.cert);
    // The other half comes, and all is well.
    other.write_cert(folder.path());
    let both = Client::trusting([&pair, &other]);
    eventually("the new certificate", || {
        let line = both.open(&server.app.address).expect("a connection");
        (line.certificate() == other.cert).then_some(())
    });
    server.process.stop("TERM");
    assert_eq!(server.process.stderr().matches("the certificate from before stays").count(), 1);
}

#[test]
fn a_pipe_in_place_of_a_file_holds_up_nothing() {
    let (mut server, client, pair, folder) = secured("");
    let address = server.app.address.clone();
    let mut current = pair;
    for (setting, path) in
        [("tls_cert_file", cert_in(folder.path())), ("tls_key_file", key_in(folder.path()))]
    {
        let made = folder.path().join("pipe");
        pipe(&made);
        fs::rename(&made, &path).expect("a pipe in its place");
        server.process.signal("HUP");
        let told = format!("{setting}: {} cannot be read: it is no regular file", path.display());
        eventually("the log to tell", || server.process.stderr().contains(&told).then_some(()));
        let before = Client::trusting([&current]);
        assert_eq!(before.open(&address).expect("a connection").certificate(), current.cert);
        current = Pair::new();
        current.write(folder.path());
        let next = Client::trusting([&current]);
        eventually("the new certificate", || next.open(&address).is_ok().then_some(()));
    }
    assert!(client.open(&address).is_err());
    // No thread waits for somebody who writes.
    server.process.stop("TERM");
}

#[test]
fn no_request_fails_meanwhile() {
    const CLIENTS: usize = 16;
    const REPLACED: usize = 4;
    let (server, _, first, folder) = secured("");
    let pairs: Vec<Pair> = (0..REPLACED).map(|_| Pair::new()).collect();
    let client = Client::trusting(pairs.iter().chain([&first]));
    let (ended, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (client, address, ended, asked) =
                (client.clone(), server.app.address.clone(), ended.clone(), asked.clone());
            thread::spawn(move || {
                let mut kept = client.open(&address).expect("a connection");
                while !ended.load(Relaxed) {
                    assert_eq!(kept.get("/healthz"), 200);
                    let fresh = client.get(&address, "/readyz").expect("a reply");
                    assert_eq!(fresh.status, 200, "{number}: {NAME}");
                    asked.fetch_add(2, Relaxed);
                }
            })
        })
        .collect();
    for pair in &pairs {
        let before = asked.load(Relaxed);
        pair.write(folder.path());
        eventually("the new certificate, under load", || {
            let line = client.open(&server.app.address).expect("a connection");
            (line.certificate() == pair.cert && asked.load(Relaxed) > before).then_some(())
        });
    }
    ended.store(true, Relaxed);
    clients.into_iter().for_each(|client| client.join().expect("not one request fails"));
    assert!(asked.load(Relaxed) > CLIENTS * REPLACED);
}
