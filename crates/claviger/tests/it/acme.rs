//! Certificates of an authority, as far as none is needed for it: `cargo xtask e2e --only acme` has one.

use std::{fs, net::TcpListener, path::Path};

use crate::support::{
    Server, eventually,
    server::claviger,
    tls::{Client, NAME, Pair},
};

/// The settings of a server that gets its certificate from the authority at a port of this machine.
fn settings(port: u16, folder: &Path) -> String {
    format!(
        "acme_domains = [{NAME:?}]\nacme_terms_agreed = true\nacme_directory = \"https://127.0.0.1:{port}/dir\"\n\
         acme_dir = {folder:?}\n"
    )
}

/// Puts a certificate where a server keeps that of an authority.
fn keep(folder: &Path, pair: &Pair) {
    let fresh = folder.join("certificate.fresh");
    fs::write(&fresh, format!("{}{}", pair.key_pem, pair.cert_pem)).expect("a file");
    fs::rename(fresh, folder.join("certificate.pem")).expect("a file");
}

#[test]
fn until_there_is_a_certificate_the_server_makes_one_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nobody listens on port 1.
    let server = Server::start_with(&settings(1, folder.path()));
    let client = Client::trusting_all();
    let reply = client.get(&server.app.address, "/readyz").expect("a reply");
    let told = "ready, but without a certificate that clients trust: the log says why\n";
    eventually("/readyz to tell", || {
        let reply = client.get(&server.app.address, "/readyz").expect("a reply");
        (reply.text() == told).then_some(())
    });
    assert_eq!(reply.status, 200);
    eventually("the log to tell", || {
        let log = server.process.stderr();
        let told = "there is no certificate yet, so clients refuse the one that the server made itself: \
                    https://127.0.0.1:1/dir cannot be reached";
        log.contains(told).then_some(())
    });
    assert!(!folder.path().join("pace.json").exists(), "an authority that is away was asked for nothing");
}

#[test]
fn one_that_is_kept_is_served_and_so_is_that_of_another_node() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = authority.local_addr().expect("a port").port();
    let (pair, next) = (Pair::new(), Pair::new());
    keep(folder.path(), &pair);
    let server = Server::start_with(&settings(port, folder.path()));
    let both = Client::trusting([&pair, &next]);
    let served = || both.open(&server.app.address).expect("a connection").certificate();
    assert_eq!(served(), pair.cert);
    keep(folder.path(), &next);
    eventually("the other certificate", || (served() == next.cert).then_some(()));
    assert_eq!(both.get(&server.app.address, "/readyz").expect("a reply").text(), "ready\n");
    authority.set_nonblocking(true).expect("a socket");
    assert!(authority.accept().is_err(), "it was not asked for another");
}

#[test]
fn every_node_answers_the_authority() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = Pair::new();
    keep(folder.path(), &pair);
    let server = Server::start_with(&settings(1, folder.path()));
    let asks = Client::trusting_all().speaking("acme-tls/1");
    assert!(asks.open(&server.app.address).is_err(), "nobody orders");
    // As a node writes it that shares the folder.
    let waiting = format!(r#"[{{"domain":"{NAME}","token":"t","authorization":"t.thumbprint"}}]"#);
    fs::write(folder.path().join("challenges.json"), waiting).expect("a file");
    let line = asks.open(&server.app.address).expect("an answer");
    assert_eq!(line.agreed().1.as_deref(), Some("acme-tls/1"));
    let certificate = line.certificate();
    let digest = <sha2::Sha256 as sha2::Digest>::digest("t.thumbprint");
    // RFC 8737: the extension id-pe-acmeIdentifier, critical, with the digest as its value.
    let mut extension = vec![0x06, 8, 0x2b, 6, 1, 5, 5, 7, 1, 31, 0x01, 1, 0xff, 0x04, 34, 0x04, 32];
    extension.extend_from_slice(&digest);
    let holds = certificate.windows(extension.len()).any(|window| window == extension);
    assert!(holds, "{:02x?}", certificate.as_ref());
    // For everybody else nothing changes.
    let mut plain = Client::trusting([&pair]).open(&server.app.address).expect("a connection");
    assert_eq!((plain.get("/healthz"), plain.certificate()), (200, pair.cert));
}

#[test]
fn the_doctor_looks_at_the_authority_and_makes_nothing() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path().join("acme");
    let config = place.path().join("claviger.toml");
    // A name of which RFC 2606 says that nobody has it.
    fs::write(&config, settings(1, &folder).replace(NAME, "license.invalid")).expect("a file");
    let doctor = || {
        let mut command = claviger();
        command.args(["doctor", "--config"]).arg(&config).arg("--data-dir").arg(place.path().join("data"));
        String::from_utf8(command.output().expect("the doctor").stdout).expect("text")
    };
    let found = doctor();
    for line in [
        "problem  certificate authority: https://127.0.0.1:1/dir cannot be reached: ",
        "warning  certificate authority: license.invalid has no address here: ",
        "warning  certificate: there is none yet: `claviger serve` gets one",
    ] {
        assert!(found.contains(line), "{line}: {found}");
    }
    assert!(!folder.exists());
    fs::create_dir(&folder).expect("a folder");
    keep(&folder, &Pair::with(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1)));
    let found = doctor();
    assert!(
        found.contains("problem  certificate: the certificate has ended, so clients refuse it"),
        "{found}"
    );
    assert!(
        found.contains("it is not for [\"license.invalid\"] yet: `claviger serve` gets another"),
        "{found}"
    );
}

#[test]
fn who_may_not_order_yet_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let later =
        600 + std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    fs::write(folder.path().join("pace.json"), format!(r#"{{"orders":[],"failures":1,"next":{later}}}"#))
        .expect("a file");
    // One that has ended is served, and is as good as none.
    keep(folder.path(), &Pair::with(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1)));
    let server = Server::start_with(&settings(1, folder.path()));
    eventually("the log to tell", || {
        let told = "there is no certificate that clients trust, and so many were ordered or failed lately";
        server.process.stderr().contains(told).then_some(())
    });
    assert!(!server.process.stderr().contains("cannot be reached"), "the authority is not asked");
    let reply = Client::trusting_all().get(&server.app.address, "/readyz").expect("a reply");
    assert_eq!(reply.text(), "ready, but without a certificate that clients trust: the log says why\n");
}
