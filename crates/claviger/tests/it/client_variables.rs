//! `var`, `getvar`, `setvar`.

use rusqlite::Connection;

use crate::support::{ALL_VERSIONS, Server};

const UNAUTHED: &str = "Session is not validated";

#[test]
fn variables_of_the_application() {
    let server = Server::start();
    let path = server.app.path();
    server.cli.ok(&["variable", "set", &path, "open", "a value", "--public"]);
    server.cli.ok(&["variable", "set", &path, "closed", "a secret"]);
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        session.fails(&session.call("var", &[]), "Variable not found.");
        session.fails(&session.call("var", &[("varid", "none")]), "Variable not found.");
        session.fails(&session.call("var", &[("varid", "OPEN")]), "Variable not found.");
        session.succeeds(&session.call("var", &[("varid", "open")]), "a value", "");
        session.succeeds(&session.call("var", &[("var", "open")]), "a value", "");
        session.fails(&session.call("var", &[("varid", "closed")]), UNAUTHED);
        session.license(server.license(n));
        session.succeeds(&session.call("var", &[("varid", "closed")]), "a secret", "");
    }
}

#[test]
fn variables_of_a_user() {
    let server = Server::start();
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        session.fails(&session.call("setvar", &[("var", "a"), ("data", "b")]), UNAUTHED);
        session.fails(&session.call("getvar", &[("var", "a")]), UNAUTHED);
        session.license(server.license(n));
        let set = |params: &[(&str, &str)]| session.call("setvar", params);
        session.fails(&session.call("getvar", &[("var", "a")]), "Variable not found for user");
        session.fails(&session.call("getvar", &[]), "Variable not found for user");
        session.fails(&set(&[("data", "b")]), "No variable name provided");
        session.fails(&set(&[("var", "a")]), "No variable data provided");
        session.fails(&set(&[("var", "a"), ("data", " ")]), "No variable data provided");
        let (long, longest) = ("x".repeat(501), "x".repeat(500));
        session.fails(&set(&[("var", "a"), ("data", &long)]), "Variable data must be 500 characters or less");
        session.fails(&set(&[("var", &longest), ("data", "b")]), "Failed to set variable");
        for data in ["b", "c", longest.as_str()] {
            session.succeeds(&set(&[("var", "a"), ("data", data)]), "Successfully set variable", "");
            let got = session.call("getvar", &[("var", "a")]);
            session.succeeds(&got, "Successfully retrieved variable", &format!(r#""response":"{data}""#));
        }
        session.succeeds(&set(&[("varid", "alias"), ("data", "d")]), "Successfully set variable", "");
        let got = session.call("getvar", &[("var", "alias")]);
        session.succeeds(&got, "Successfully retrieved variable", r#""response":"d""#);

        let path = server.data().join("claviger.db");
        let database = Connection::open(path).expect("the database");
        database.execute("UPDATE user_variables SET read_only = 1 WHERE name = 'a'", []).expect("a change");
        session.fails(&set(&[("var", "a"), ("data", "new")]), "Variable is read only");
    }
}

#[test]
fn a_ban_and_the_end_of_a_subscription_close_what_needs_a_login() {
    let server = Server::start();
    let path = server.data().join("claviger.db");
    let session = server.app.init("1.2");
    session.license(server.license(0));
    session.call("setvar", &[("var", "a"), ("data", "b")]);
    let database = Connection::open(path).expect("the database");
    for (change, back, check) in [
        ("UPDATE users SET banned = 'cheats'", "UPDATE users SET banned = NULL", "The user is banned"),
        (
            "UPDATE user_subscriptions SET paused = 1",
            "UPDATE user_subscriptions SET paused = 0",
            "No active subscription(s) found",
        ),
    ] {
        database.execute_batch(change).expect("a change");
        session.fails(&session.call("getvar", &[("var", "a")]), UNAUTHED);
        session.fails(&session.call("check", &[]), check);
        database.execute_batch(back).expect("a change");
        session.is_validated();
    }
}
