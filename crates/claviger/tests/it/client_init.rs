//! `init`.

use std::collections::HashSet;

use crate::support::{ENCKEY, Reply, Seal, Server, VERSIONS, mask_nonce, mask_text};

/// What `init` answers between `message` and `nonce`, with `*` for what differs each time.
fn payload(version: &str, app: &str) -> String {
    let counts = "N/A - Use fetchStats() function in latest example";
    let new_session = if version == "1.1" { "" } else { r#","newSession":true"# };
    format!(
        r#""sessionid":"*","appinfo":{{"numUsers":"{counts}","numOnlineUsers":"{counts}","numKeys":"{counts}","version":"1.0","customerPanelLink":"*/panel/demo/{app}/"}}{new_session}"#
    )
}

/// Hides the session id, whose form is checked, and the panel's host.
fn mask(body: &str) -> String {
    let (body, id) = mask_text(body, "sessionid");
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
    let (masked, link) = mask_text(&body, "customerPanelLink");
    let (host, path) = link.split_at(link.find("/panel/").expect("a panel"));
    assert!(host.starts_with("http://") || host.starts_with("https://"), "{link}");
    masked.replace(r#""customerPanelLink":"*"#, &format!(r#""customerPanelLink":"*{path}"#))
}

fn init(server: &Server, version: &str, params: &[(&str, &str)]) -> Reply {
    server.app.client(version, "init", params)
}

#[test]
fn success() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        let requests: [(&[(&str, &str)], Seal<'_>); 6] = [
            (&[("ver", "1.0"), ("enckey", ENCKEY)], Seal::Both(&app.secret)),
            (&[("ver", "1.0"), ("enckey", &"k".repeat(35))], Seal::Both(&app.secret)),
            (&[("ver", "1.0")], Seal::NoKey),
            (&[("ver", "")], Seal::NoKey),
            (&[], Seal::NoKey),
            // The program's hash does not matter unless the application says so.
            (&[("hash", "d41d8cd98f00b204e9800998ecf8427e")], Seal::NoKey),
        ];
        for (params, seal) in requests {
            let reply = init(&server, version, params);
            app.assert_success_masked(
                version,
                &reply,
                seal,
                "Initialized",
                &payload(version, &app.name),
                mask,
            );
        }
    }
}

#[test]
fn the_session_is_there_when_the_reply_is() {
    let server = Server::start();
    for version in VERSIONS {
        for _ in 0..20 {
            let session = server.app.init(version);
            assert_eq!(server.app.session_ids().last(), Some(&session.id));
            session.is_unvalidated();
        }
    }
}

#[test]
fn every_init_makes_a_session_of_its_own() {
    let server = Server::start();
    let ids: Vec<String> =
        VERSIONS.into_iter().cycle().take(30).map(|version| server.app.init(version).id).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 30);
    assert_eq!(server.app.session_ids(), ids);
}

#[test]
fn ids_begin_with_the_time() {
    let server = Server::start();
    let mut last = String::new();
    for _ in 0..10 {
        let id = server.app.init("1.1").id;
        assert!(id[..9] > last[..last.len().min(9)], "{id} after {last}");
        last = id;
    }
}

#[test]
fn nonces_differ() {
    let server = Server::start();
    for version in ["1.2", "1.3"] {
        let nonces: HashSet<String> = (0..20)
            .map(|_| {
                let reply = init(&server, version, &[]);
                mask_nonce(version, reply.text());
                mask_text(reply.text(), "nonce").1
            })
            .collect();
        assert_eq!(nonces.len(), 20);
    }
}

#[test]
fn a_long_enckey_is_refused() {
    let server = Server::start();
    let app = &server.app;
    let message = r#"The paramater \"enckey\" is too long. Must be 35 characters or less."#;
    for key in ["k".repeat(36), "k".repeat(5000), "é".repeat(18)] {
        // It is the first thing looked at.
        for version in ["1.2", "1.3"] {
            let reply = init(&server, version, &[("enckey", &key), ("ver", "9.9")]);
            app.assert_failure(version, &reply, Seal::Both(&app.secret), message);
        }
        // 1.1 has no use for it.
        assert_eq!(init(&server, "1.1", &[("enckey", &key)]).json()["message"], "Initialized");
    }
    assert_eq!(app.session_ids().len(), 3);
}

#[test]
fn another_version_is_refused() {
    let server = Server::start();
    let app = &server.app;
    for version in VERSIONS {
        for ver in ["0.9", "1", "1.0.0", "2.0", "latest", "1,0", &"1".repeat(5000)] {
            let reply = init(&server, version, &[("ver", ver)]);
            let seal = Seal::Key(&app.secret);
            app.assert_failure_with(version, &reply, seal, "invalidver", r#""download":"""#);
        }
    }
    assert_eq!(app.session_ids(), Vec::<String>::new());
}

#[test]
fn the_other_fields_of_other_versions_do_no_harm() {
    let server = Server::start();
    let params = [
        ("ver", "1.0"),
        ("token", "t"),
        ("thash", "h"),
        ("version", "7"),
        ("init_iv", "iv"),
        ("sessionid", "x"),
    ];
    for version in VERSIONS {
        assert_eq!(init(&server, version, &params).json()["message"], "Initialized");
    }
}
