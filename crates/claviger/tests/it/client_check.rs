//! `check`.

use crate::support::app::FORM;
use crate::support::http::request;
use crate::support::{Reply, Server, Session, VERSIONS, form};

/// As C++ programs ask: the flag in the query, the rest in the form.
fn check_paid(session: &Session, flag: &str) -> Reply {
    let target = format!("/api/{}/?check_paid={flag}", session.version);
    let body = form(&session.app.params("check", &[("sessionid", &session.id)]));
    request(&session.app.address, "POST", &target, &[FORM], body.as_bytes())
}

#[test]
fn nobody_has_signed_in() {
    let server = Server::start();
    for version in VERSIONS {
        let session = server.app.init(version);
        session.fails(&session.call("check", &[]), "Session is not validated");
        session.fails(&check_paid(&session, "1"), "Session is not validated");
    }
}

#[test]
fn somebody_has_signed_in() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        session.license(server.license(n));
        for _ in 0..3 {
            let role = if version == "1.3" { r#""role":"not_checked""# } else { "" };
            session.succeeds(&session.call("check", &[]), "Session is validated.", role);
        }
    }
}

#[test]
fn the_role_is_told_on_request_and_on_1_3_only() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let session = server.app.init(version);
        session.license(server.license(n));
        let role = if version == "1.3" { r#""role":"seller""# } else { "" };
        session.succeeds(&check_paid(&session, "1"), "Session is validated.", role);
        session.succeeds(&session.call("check", &[("check_paid", "1")]), "Session is validated.", role);
    }
}

#[test]
fn a_session_without_enckey_is_checked_too() {
    let server = Server::start();
    let session = server.app.init_with("1.2", None);
    session.is_unvalidated();
    session.license(server.license(0));
    session.is_validated();
}

#[test]
fn sessions_do_not_mix() {
    let server = Server::start();
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let [one, two] = [server.app.init(version), server.app.init(version)];
        one.license(server.license(n));
        one.is_validated();
        two.is_unvalidated();
    }
}
