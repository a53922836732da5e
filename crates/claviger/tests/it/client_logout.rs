//! `logout`.

use crate::support::{HWID, Server, VERSIONS, assert_json};

const FAILED: &str = r#"{"success":false,"message":"Failed to kill session!"}"#;

#[test]
fn a_session_ends() {
    let server = Server::start();
    for version in VERSIONS {
        let session = server.app.init(version);
        let other = server.app.init(version);
        session.succeeds(&session.call("logout", &[]), "Successfully logged out.", "");
        session.is_dead();
        other.is_unvalidated();
        assert_eq!(server.app.session_ids(), [other.id.as_str()]);
        assert_json(&server.app.kill(&session.id), 200, FAILED);
        other.call("logout", &[]);
    }
}

#[test]
fn a_session_that_was_signed_in_ends() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        session.license(server.license(n));
        session.succeeds(&session.call("logout", &[]), "Successfully logged out.", "");
        session.is_dead();
        // The license is not lost: its owner signs in again.
        let again = server.app.init(version);
        let reply = again.call("license", &[("key", server.license(n)), ("hwid", HWID)]);
        assert_eq!(reply.json()["message"], "Logged in!");
        again.is_validated();
    }
}

#[test]
fn without_enckey() {
    let server = Server::start();
    let session = server.app.init_with("1.2", None);
    session.succeeds(&session.call("logout", &[]), "Successfully logged out.", "");
    session.is_dead();
}
