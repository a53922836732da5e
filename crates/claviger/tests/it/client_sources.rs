//! Where the Client API takes parameters from, and the strange ways in which clients send them.

use crate::support::app::FORM;
use crate::support::expect::signature_1_3;
use crate::support::http::{exchange, multipart, request};
use crate::support::{
    ALL_VERSIONS, App, HWID, SESSION_NOT_FOUND, Seal, Server, VERSIONS, assert_json, eventually, form,
    mask_text,
};

/// Each way to send a request: form, multipart, query, and with and without the last slash.
fn every_way(app: &App, version: &str, params: &[(&str, &str)], mut look: impl FnMut(crate::support::Reply)) {
    let query = form(params);
    let (content_type, parts) = multipart(params);
    let multipart = [("Content-Type", content_type.as_str())];
    for path in [format!("/api/{version}/"), format!("/api/{version}")] {
        look(request(&app.address, "POST", &path, &[FORM], query.as_bytes()));
        look(request(&app.address, "POST", &path, &multipart, &parts));
        look(request(&app.address, "GET", &format!("{path}?{query}"), &[], b""));
        look(request(&app.address, "POST", &format!("{path}?{query}"), &[], b""));
    }
}

#[test]
fn form_multipart_and_query_mean_the_same() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let mut ids = Vec::new();
        every_way(app, version, &app.params("init", &[("ver", "1.0")]), |reply| {
            app.assert_sealed(version, &reply, Seal::NoKey);
            ids.push(mask_text(reply.text(), "sessionid").1);
        });
        assert_eq!(ids.len(), 8);
        for id in ids {
            every_way(app, version, &app.params("check", &[("sessionid", &id)]), |reply| {
                app.assert_failure(version, &reply, Seal::NoKey, "Session is not validated");
            });
        }
    }
}

#[test]
fn form_and_query_may_be_mixed() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let session = app.init(version);
        let query = form(&app.params("check", &[]));
        let body = form(&[("sessionid", &session.id)]);
        let target = format!("/api/{version}/?{query}");
        let reply = request(&app.address, "POST", &target, &[FORM], body.as_bytes());
        session.fails(&reply, "Session is not validated");

        let (content_type, parts) = multipart(&[("sessionid", &session.id)]);
        let reply = request(&app.address, "POST", &target, &[("Content-Type", &content_type)], &parts);
        session.fails(&reply, "Session is not validated");
    }
}

#[test]
fn the_form_wins_over_the_query() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let session = app.init(version);
        let send = |query: &[(&str, &str)], body: &[(&str, &str)]| {
            let target = format!("/api/{version}/?{}", form(query));
            request(&app.address, "POST", &target, &[FORM], form(body).as_bytes())
        };
        let right = app.params("check", &[("sessionid", &session.id)]);
        let wrong = [("type", "logout"), ("name", "x"), ("ownerid", "y"), ("sessionid", "z")];
        session.fails(&send(&wrong, &right), "Session is not validated");
        // A value that is there but empty counts too: the query is not asked.
        let empty = app.params("check", &[("sessionid", "")]);
        app.assert_failure(version, &send(&right, &empty), Seal::Absent, SESSION_NOT_FOUND);
    }
}

#[test]
fn bodies_that_are_not_encoded_are_understood() {
    let server = Server::start();
    let app = server.create_app("My first app");
    for version in VERSIONS {
        // Spaces, backslashes and line ends as they are, and a broken escape.
        let raw = format!(
            "type=init&ver=1.0\r\n&hash=d41d8cd98f00b204e9800998ecf8427e\r\n&path=C:\\Program Files\\x%&name={}&ownerid={}",
            app.name, app.owner_id
        );
        let reply = request(&app.address, "POST", &format!("/api/{version}/"), &[FORM], raw.as_bytes());
        app.assert_sealed(version, &reply, Seal::NoKey);
        assert_eq!(reply.json()["message"], "Initialized", "{reply:?}");
    }
}

#[test]
fn a_trailing_line_end_does_not_change_a_hwid() {
    let server = Server::start();
    let first = server.app.init("1.3");
    first.license(server.license(0));
    let second = server.app.init("1.3");
    let hwid = format!("{HWID}\r\n");
    let reply = second.call("license", &[("key", server.license(0)), ("hwid", &hwid)]);
    assert_eq!(reply.json()["message"], "Logged in!", "{reply:?}");
    assert_eq!(reply.json()["info"]["hwid"], HWID);
}

#[test]
fn clients_that_wait_for_100_continue_are_served() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let body = form(&app.params("init", &[]));
        let bytes = format!(
            "POST /api/{version}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let reply = exchange(&app.address, bytes.as_bytes(), false).expect("a reply");
        assert_eq!(reply.json()["message"], "Initialized", "{reply:?}");
    }
}

#[test]
fn the_host_does_not_matter() {
    let server = Server::start();
    let app = &server.app;
    let body = form(&app.params("init", &[]));
    for host in ["keyauth.win", "keyauth.cc:443", "nobody.invalid"] {
        let headers = [FORM, ("Host", host), ("User-Agent", "KeyAuth")];
        let reply = request(&app.address, "POST", "/api/1.2/", &headers, body.as_bytes());
        assert_eq!(reply.json()["message"], "Initialized", "{reply:?}");
    }
}

#[test]
fn numbers_in_json_stay_as_they_are_written() {
    let server = Server::start();
    let app = &server.app;
    server.cli.ok(&["app", "set", &app.path(), "version=2.10"]);
    let send = |version: &str, ver: &str| {
        let body =
            format!(r#"{{"type":"init","ver":{ver},"name":"{}","ownerid":"{}"}}"#, app.name, app.owner_id);
        let json = [("Content-Type", "application/json")];
        request(&app.address, "POST", &format!("/api/{version}/"), &json, body.as_bytes())
    };
    for version in VERSIONS {
        let message = |ver: &str| send(version, ver).json()["message"].as_str().map(str::to_owned);
        eventually("the new version to count", || (message("2.10")? == "Initialized").then_some(()));
        for other in ["2.1", "2.100", "\"2.1\"", "0.210e1", "2"] {
            assert_eq!(message(other).as_deref(), Some("invalidver"), "{other}");
        }
        assert_eq!(message("\"2.10\"").as_deref(), Some("Initialized"));
    }
}

#[test]
fn a_compressed_body_is_refused_in_the_form_of_the_version() {
    let server = Server::start();
    let app = &server.app;
    let told = "Compressed bodies are not read: send it as it is, without Content-Encoding";
    let body = form(&app.params("init", &[("ver", "1.0")]));
    for version in ALL_VERSIONS {
        let send = |encoding: &str, body: &str| {
            let headers = [FORM, ("Content-Encoding", encoding)];
            request(&app.address, "POST", &format!("/api/{version}/"), &headers, body.as_bytes())
        };
        for encoding in ["gzip", "br", "deflate, identity"] {
            let reply = send(encoding, &body);
            let expected = match version {
                "1.3" => format!(r#"{{"success":false,"code":0,"message":"{told}","ownerid":""}}"#),
                _ => format!(r#"{{"success":false,"message":"{told}"}}"#),
            };
            assert_json(&reply, 415, &expected);
            assert_eq!(reply.header("accept-encoding"), Some("identity"));
            assert_eq!(reply.header("signature"), None);
            if version == "1.3" {
                // By the server's key: which application is meant was not read.
                signature_1_3(&reply);
            }
        }
        assert_eq!(send("gzip", "").status, 200);
        if version != "1.0" {
            assert_eq!(send("identity", &body).json()["message"], "Initialized");
        }
    }
}

#[test]
fn doubled_slashes_lead_to_the_version() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let session = app.init(version);
        let body = form(&app.params("check", &[("sessionid", &session.id)]));
        for path in [
            format!("/api/{version}//"),
            format!("//api/{version}/"),
            format!("//api//{version}"),
            format!("/api///{version}///"),
        ] {
            let reply = request(&app.address, "POST", &path, &[FORM], body.as_bytes());
            session.fails(&reply, "Session is not validated");
            let reply = request(&app.address, "GET", &format!("{path}?{body}"), &[], b"");
            session.fails(&reply, "Session is not validated");
        }
    }
}

#[test]
fn malformed_bodies_bring_no_parameters() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let session = app.init(version);
        let query = form(&app.params("check", &[("sessionid", &session.id)]));
        for (content_type, body) in
            [("application/json", "{\"type\":\"logout\","), ("multipart/form-data", "type=logout"), ("", "[")]
        {
            let target = format!("/api/{version}/?{query}");
            let headers = [("Content-Type", content_type)];
            let reply = request(&app.address, "POST", &target, &headers, body.as_bytes());
            session.fails(&reply, "Session is not validated");
        }
    }
}
