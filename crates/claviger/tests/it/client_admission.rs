//! What `init` checks: VPNs, tokens, the program's hash.

use std::fs;

use crate::support::{ALL_VERSIONS, App, Reply, Seal, Server, eventually};

fn fails(app: &App, version: &str, reply: &Reply, message: &str) {
    app.assert_failure(version, reply, Seal::Both(&app.secret), message);
}

fn init(app: &App, version: &str, params: &[(&str, &str)]) -> Reply {
    let all = [&[("ver", "1.0"), ("enckey", "0123456789abcdef")][..], params].concat();
    app.client(version, "init", &all)
}

/// Until the running server has noticed a change.
fn noticed(app: &App, message: &str) {
    eventually(message, || init(app, "1.2", &[]).text().contains(message).then_some(()));
}

#[test]
fn tokens() {
    let server = Server::start();
    let (app, path) = (&server.app, server.app.path());
    server.cli.ok(&["app", "set", &path, "tokenSystem=true"]);
    noticed(app, "Token Must Be Provided");
    let tokens = server.cli.json(&["token", "list", &path, "--json"]);
    let tokens = tokens.as_array().expect("a list");
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let (token, key) = (tokens[n]["token"].as_str().expect("a token"), tokens[n]["assigned"].as_str());
        let (hash, other) = (format!("{n:0>64}"), "f".repeat(64));
        fails(app, version, &init(app, version, &[]), "Token Must Be Provided");
        fails(app, version, &init(app, version, &[("token", token)]), "Hash Must Be Provided");
        fails(app, version, &init(app, version, &[("token", "x"), ("thash", &hash)]), "Token Invalid");
        for hash in [hash.clone(), hash.to_uppercase()] {
            let reply = init(app, version, &[("token", token), ("thash", &hash)]);
            assert_eq!(reply.json()["message"], "Initialized", "{reply:?}");
        }
        let reply = init(app, version, &[("token", token), ("thash", &other)]);
        fails(app, version, &reply, "Token File Hashes Must Be The Same");
        server.cli.ok(&["license", "ban", &path, key.expect("a key"), "--reason", "stolen"]);
        let reply = init(app, version, &[("token", token), ("thash", &hash)]);
        let message = "The Token Has Been Blacklisted For The Following Reason: stolen \
                       Contact Application Developer If This Is A Mistake";
        fails(app, version, &reply, message);
    }
}

#[test]
fn vpns() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("vpns.txt");
    fs::write(&list, "# loopback stands for a VPN\n127.0.0.0/8\n").expect("a list");
    let server = Server::start_with(&format!("vpn_list = {:?}\n", list.to_str().expect("a path")));
    let (app, path) = (&server.app, server.app.path());
    assert_eq!(init(app, "1.2", &[]).json()["message"], "Initialized");
    server.cli.ok(&["app", "set", &path, "vpnBlock=true", "messages.vpnBlocked=No VPNs here"]);
    noticed(app, "No VPNs here");
    for version in ALL_VERSIONS {
        fails(app, version, &init(app, version, &[]), "No VPNs here");
    }
    server.cli.ok(&["whitelist", "add", &path, "127.0.0.1"]);
    assert_eq!(init(app, "1.2", &[]).json()["message"], "Initialized");
}

#[test]
fn the_first_hash_is_learned_once() {
    let server = Server::start();
    let (app, path) = (&server.app, server.app.path());
    let message = "This program hash does not match, make sure you're using latest version";
    server.cli.ok(&["app", "set", &path, "hashCheck=true"]);
    noticed(app, message);
    let (first, second) = ("0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
    fails(app, "1.3", &init(app, "1.3", &[("hash", &first)]), message);
    server.cli.ok(&["app", "set", &path, "hashLearn=true"]);
    eventually("the hash is learned", || {
        (init(app, "1.2", &[("hash", &first)]).json()["message"] == "Initialized").then_some(())
    });
    for version in ALL_VERSIONS {
        assert_eq!(init(app, version, &[("hash", &first)]).json()["message"], "Initialized", "{version}");
        fails(app, version, &init(app, version, &[("hash", &second)]), message);
    }
}

#[test]
fn leaked_passwords() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("leaked.txt");
    // Of `password`.
    fs::write(&list, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824\n").expect("a list");
    let server = Server::start_with(&format!("leaked_passwords = {:?}\n", list.to_str().expect("a path")));
    server.cli.ok(&["app", "set", &server.app.path(), "blockLeakedPasswords=true"]);
    let session = server.app.init("1.2");
    let register = |pass: &str| {
        session.call("register", &[("username", "alice"), ("pass", pass), ("key", server.license(0))])
    };
    let message = "This password has been leaked in a data breach (not from us), please use a different one.";
    // A key that is none, until the setting is noticed.
    eventually("leaked passwords are refused", || {
        let params = [("username", "alice"), ("pass", "password"), ("key", "none")];
        session.call("register", &params).text().contains("leaked").then_some(())
    });
    session.fails(&register("password"), message);
    assert_eq!(register("another one").json()["message"], "Logged in!");
}
