//! HTTPS without a proxy.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use rcgen::date_time_ymd;
use rustls::{HandshakeKind, ProtocolVersion};

use crate::{
    anonymous::counting,
    support::{
        Line, Server,
        app::FORM,
        form,
        http::request,
        metrics::Metrics,
        now,
        server::claviger,
        tls::{Client, Pair, cert_in, key_in},
    },
};

/// The settings that name the files of a folder.
pub fn settings(folder: &Path) -> String {
    format!("tls_cert_file = {:?}\ntls_key_file = {:?}\n", cert_in(folder), key_in(folder))
}

/// A server with a new certificate, whose files are in the folder.
pub fn secured(more: &str) -> (Server, Client, Pair, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = Pair::new();
    pair.write(folder.path());
    let server = Server::start_with(&format!("{}{more}", settings(folder.path())));
    let client = Client::trusting([&pair]);
    (server, client, pair, folder)
}

#[test]
fn all_is_there_over_tls() {
    let (server, client, pair, _folder) = secured("");
    let address = &server.app.address;
    assert_eq!(server.demo.base_url, format!("https://{address}"));
    let reply = client.get(address, "/readyz").expect("a reply");
    assert_eq!((reply.status, reply.header("strict-transport-security")), (200, Some("max-age=31536000")));
    let body = form(&server.app.params("init", &[("ver", &server.app.version)]));
    let (name, value) = FORM;
    let head = format!(
        "POST /api/1.2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: {value}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let reply = client.exchange(address, &format!("{head}{body}")).expect("a reply");
    assert_eq!((reply.status, &reply.json()["message"]), (200, &"Initialized".into()));
    assert_eq!(reply.header("strict-transport-security"), Some("max-age=31536000"));
    let page = client.get(address, "/dashboard/").expect("a page");
    assert_eq!(page.header("strict-transport-security"), Some("max-age=31536000"));
    for (version, expected) in [
        (&rustls::version::TLS12, ProtocolVersion::TLSv1_2),
        (&rustls::version::TLS13, ProtocolVersion::TLSv1_3),
    ] {
        let client = Client::with([&pair], &[version], &["http/1.1"]);
        let mut line = client.open(address).expect("a connection");
        assert_eq!(line.agreed(), (Some(expected), Some("http/1.1".into())));
        assert_eq!((line.get("/healthz"), line.get("/")), (200, 200));
    }
    let stranger = Client::with([&pair], rustls::ALL_VERSIONS, &["imap"]);
    assert!(stranger.open(address).is_err(), "another protocol than HTTP");
}

#[test]
fn whoever_comes_again_needs_no_signature() {
    let (server, _, pair, _folder) = secured("");
    let client = Client::returning([&pair]);
    let kinds = [(); 2].map(|()| {
        let mut line = client.open(&server.app.address).expect("a connection");
        assert_eq!(line.get("/healthz"), 200);
        line.inner().conn.handshake_kind()
    });
    assert_eq!(kinds, [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)]);
}

#[test]
fn whoever_comes_without_tls_is_told() {
    let (server, ..) = secured("");
    let reply = request(&server.app.address, "GET", "/api/1.2/", &[], b"");
    assert_eq!((reply.status, reply.text()), (400, "This port speaks HTTPS: begin with https:// here\n"));
    let mut line = Line::from("127.0.0.2", &server.app.address);
    line.send("\0 neither");
    assert_eq!(line.rest(), "");
}

#[test]
fn an_address_shakes_hands_so_often_and_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = Pair::new();
    pair.write(folder.path());
    let [cert, key] = [cert_in(folder.path()), key_in(folder.path())].map(|file| file.display().to_string());
    let limits = ["--handshake-rate", "3", "--metrics-listen", "127.0.0.1:0"];
    let (process, _data, address) =
        counting(&[&limits[..], &["--tls-cert-file", &cert, "--tls-key-file", &key]].concat());
    let client = Client::trusting([&pair]);
    let open = |from| client.over(Line::from(from, &address)).map(drop);
    let mut kept = client.over(Line::from("127.0.0.2", &address)).expect("the first");
    assert!((0..2).all(|_| open("127.0.0.2").is_ok()));
    assert!((0..3).all(|_| open("127.0.0.2").is_err()));
    // What is open goes on, others get in, and a proxy speaks for many.
    assert_eq!((kept.get("/healthz"), kept.get("/healthz")), (200, 200));
    assert!(open("127.0.0.4").is_ok());
    assert!((0..9).all(|_| open("127.0.0.1").is_ok()));
    let told = process.stderr();
    assert!(
        told.contains("connections are closed before their handshake") && told.contains("127.0.0.2"),
        "{told}"
    );
    assert_eq!(told.matches("before their handshake").count(), 1);
    let counted = Metrics::at(&Metrics::listening(&process))
        .get("claviger_connections_ended_total{why=\"handshakes\"}");
    assert_eq!(counted, 3.0);
}

#[test]
fn browsers_are_told_of_https_only_where_it_is_spoken() {
    let plain = Server::start();
    let reply = request(&plain.app.address, "GET", "/readyz", &[], b"");
    assert_eq!(reply.header("strict-transport-security"), None);
    let (server, client, ..) = secured("hsts_max_age_seconds = 0");
    let reply = client.get(&server.app.address, "/readyz").expect("a reply");
    assert_eq!((reply.status, reply.header("strict-transport-security")), (200, None));
}

#[test]
fn a_pair_that_cannot_be_used_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key) = (cert_in(folder.path()), key_in(folder.path()));
    let refusal = || {
        let mut command = claviger();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder.path().join("data"));
        command.arg("--tls-cert-file").arg(&cert).arg("--tls-key-file").arg(&key);
        let output = command.output().expect("the program");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).expect("text").lines().last().unwrap_or_default().to_owned()
    };
    let (pair, other) = (Pair::new(), Pair::new());
    let missing = refusal();
    assert!(
        missing.starts_with("claviger: tls_cert_file: ") && missing.contains("cannot be read"),
        "{missing}"
    );
    pair.write_cert(folder.path());
    assert!(refusal().starts_with("claviger: tls_key_file: "));
    other.write_key(folder.path());
    assert!(refusal().contains("key.pem is not the key of the first certificate in "), "{}", refusal());
    fs::write(&key, &pair.cert_pem).expect("a file");
    assert!(refusal().contains("holds no private key that can be read: name one in PEM, not encrypted"));
    pair.write_key(folder.path());
    fs::write(&cert, &pair.key_pem).expect("a file");
    assert!(refusal().contains("holds no certificate: name the chain in PEM, its own first"));
}

#[test]
fn a_key_that_others_can_read_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    Pair::new().write(folder.path());
    fs::set_permissions(key_in(folder.path()), fs::Permissions::from_mode(0o644)).expect("its owner's");
    let server = Server::start_with(&settings(folder.path()));
    let log = server.process.stderr();
    assert!(
        log.contains("is the private key of the certificate and open to other users (mode 0644)"),
        "{log}"
    );
}

#[test]
fn health_is_asked_over_tls() {
    let (server, ..) = secured("");
    let mut command = claviger();
    command.args(["health", "--listen", &server.app.address, "--data-dir"]).arg(server.data());
    let output = command.output().expect("the program");
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"ready\n"[..]), "{output:?}");
}

#[test]
fn the_doctor_looks_at_the_certificate() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = |url: &str| {
        let mut command = claviger();
        command.args(["doctor", "--listen", "127.0.0.1:0", "--public-url", url, "--data-dir"]);
        command.arg(folder.path().join("data")).arg("--tls-cert-file").arg(cert_in(folder.path()));
        command.arg("--tls-key-file").arg(key_in(folder.path()));
        let output = command.output().expect("the doctor");
        let text = String::from_utf8(output.stdout).expect("text");
        let lines = text.lines().filter(|line| line.contains(" certificate: "));
        lines.map(|line| line.replace(&cert_in(folder.path()).display().to_string(), "F")).collect::<Vec<_>>()
    };
    let ending = |days: i64| {
        Pair::with(|params| {
            let at = |days: i64| {
                let seconds = now() + days * 86_400 + 3600;
                date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds.try_into().expect("after 1970"))
            };
            (params.not_before, params.not_after) = (at(-60), at(days));
        })
        .write(folder.path());
    };
    let url = "https://license.example.com";
    assert!(found(url)[0].starts_with("problem  certificate: tls_cert_file: F cannot be read"));
    ending(30);
    assert_eq!(found(url), ["ok       certificate: F counts for 30 more days, and the key belongs to it"]);
    let other = "problem  certificate: it is for license.example.com, and public_url names other.example.com: clients \
        refuse it, so get one for that name";
    assert_eq!(found("https://other.example.com")[1], other);
    ending(5);
    let late = "warning  certificate: F ends in 5 days: renew it, and look why that did not happen";
    assert_eq!(found(url), [late]);
    ending(-1);
    assert_eq!(found(url), ["problem  certificate: F has ended, so clients refuse it: get a new one"]);
}
