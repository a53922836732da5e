//! `claviger top`, as text.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use rcgen::SanType;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::metrics::WATCHED;
use crate::support::http::request;
use crate::support::metrics::Metrics;
use crate::support::server::{Process, claviger};
use crate::support::target::Target;
use crate::support::tls::{Pair, cert_in};
use crate::support::{Cli, HWID, Server, eventually};

/// Runs it on a folder with these settings.
fn with_settings(server: &Server, name: &str, settings: &str) -> Cli {
    let data = server.folder().join(name);
    fs::create_dir(&data).expect("a folder");
    fs::write(data.join("claviger.toml"), settings).expect("settings");
    Cli::new(&data, None)
}

/// The numbers of the line that begins with this word.
fn numbers(told: &str, word: &str) -> Vec<f64> {
    let line = told.lines().find(|line| line.starts_with(word)).unwrap_or_else(|| panic!("{word}: {told}"));
    line.split_whitespace().filter_map(|part| part.trim_end_matches("/s").parse().ok()).collect()
}

#[test]
fn it_tells_what_happens() {
    let server = Server::start_with(WATCHED);
    let url = format!("http://{}/metrics", Metrics::address(&server));
    let session = server.app.init("1.2");
    session.register("ann", "pass", server.license(0));
    // Busy until it has told.
    let told = std::thread::scope(|scope| {
        let top = scope.spawn(|| server.cli.ok(&["top", "--once", "--url", &url]));
        while !top.is_finished() {
            session.call("check", &[]);
            session.call("login", &[("username", "ann"), ("pass", "wrong"), ("hwid", HWID)]);
        }
        top.join().expect("figures")
    });
    let [client, seller, all] = ["client", "seller", "all"].map(|api| numbers(&told, api));
    assert!(client[0] > 0.0 && client[0] == all[0] && client[3] > 0.0, "{told}");
    assert_eq!((seller[0], *client.last().expect("errors")), (0.0, 0.0), "{told}");
    assert!(told.lines().any(|line| line.starts_with("client") && line.contains(" ms ")), "{told}");
    assert!(told.lines().any(|line| line.starts_with("seller") && line.contains("  -  ")), "{told}");
    assert!(numbers(&told, "passwords")[0] > 0.0 && numbers(&told, "sign-ins")[1] > 0.0, "{told}");
    let head = format!("claviger {}  {url}  ready  up 0 d 00:0", env!("CARGO_PKG_VERSION"));
    assert!(told.starts_with(&head), "{told}");
    for part in
        ["database    sqlite up  size ", "\nSHARED ", "\nrequests of programs ", "deliveries  waiting 0"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains('\u{1b}') && told.lines().all(|line| line.len() <= 80), "{told}");
}

#[test]
fn it_asks_where_the_settings_say() {
    let server = Server::start_with(WATCHED);
    let settings = format!("metrics_listen = {:?}\n", Metrics::address(&server));
    let told = with_settings(&server, "same", &settings).ok(&["top", "--once"]);
    assert!(told.contains("  ready  "), "{told}");
}

#[test]
fn it_says_what_is_wrong() {
    let server = Server::start();
    let fails = |args: &[&str]| server.cli.fails(&[&["top"], args].concat());
    assert!(fails(&[]).contains("set metrics_listen = \"127.0.0.1:9464\""), "{}", fails(&[]));
    for (settings, told) in [
        ("metrics_listen = \"127.0.0.1:0\"\n", "name the page with --url"),
        ("metrics_listen = \"127.0.0.1:9\"\n", "nobody answers at http://127.0.0.1:9/metrics"),
    ] {
        let name = if settings.contains(":0\"") { "any" } else { "away" };
        let said = with_settings(&server, name, settings).fails(&["top"]);
        assert!(said.contains(told), "{said}");
    }
    for url in ["nonsense", "ftp://127.0.0.1/metrics", "file:///etc/passwd", "http://a:b@127.0.0.1/metrics"] {
        assert!(fails(&["--url", url]).contains("--url must be such as"), "{url}");
    }
    let own = format!("http://{}/metrics", server.app.address);
    assert!(fails(&["--url", &own]).contains("answers \"404\""), "{}", fails(&["--url", &own]));
    for (answer, told) in [
        ("<html>", "is no page of metrics"),
        ("node_load1 0.5\n", "the metrics of another program"),
        ("", "the metrics of another program"),
    ] {
        let target = Target::start(&[(200, answer)]);
        let said = fails(&["--url", &format!("{}/metrics", target.url)]);
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn labels_do_not_steer_the_terminal() {
    let page = "claviger_build_info{version=\"\u{1b}[2J\u{9b}x\"} 1\nclaviger_places{resource=\"\u{1b}]0;x\u{7}\"} 1\n";
    let target = Target::start(&[(200, page)]);
    let server = Server::start();
    let told = server.cli.ok(&["top", "--url", &format!("{}/metrics", target.url)]);
    assert!(!told.contains(['\u{1b}', '\u{9b}', '\u{7}']), "{told:?}");
}

/// A proxy that secures the metrics at an address; its own.
fn secured(pair: &Pair, metrics: String) -> String {
    let key = PrivateKeyDer::from_pem_slice(pair.key_pem.as_bytes()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![pair.cert.clone()], key));
    let config = Arc::new(config.expect("TLS"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for socket in listener.incoming() {
            let session = ServerConnection::new(config.clone()).expect("TLS");
            let mut stream = BufReader::new(StreamOwned::new(session, socket.expect("a connection")));
            let mut line = String::new();
            // One that does not trust the certificate asks for nothing.
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {}
            if !line.ends_with("\r\n\r\n") {
                continue;
            }
            let page = request(&metrics, "GET", "/metrics", &[], b"");
            let mut stream = stream.into_inner();
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").expect("a head");
            stream.write_all(&page.body).expect("a page");
            stream.conn.send_close_notify();
            stream.flush().expect("an end");
        }
    });
    address
}

#[test]
fn a_page_behind_tls_is_believed_by_its_certificate() {
    let server = Server::start_with(WATCHED);
    let here = SanType::IpAddress("127.0.0.1".parse().expect("an address"));
    let pair = Pair::with(|params| params.subject_alt_names.push(here));
    pair.write(server.folder());
    let address = secured(&pair, Metrics::address(&server));
    let (url, ca) = (format!("https://{address}/metrics"), cert_in(server.folder()));
    let ca = ca.to_str().expect("UTF-8");
    let told = server.cli.ok(&["top", "--once", "--url", &url, "--ca-file", ca]);
    assert!(told.contains("  ready  ") && told.contains(&url), "{told}");
    let other = server.folder().join("other");
    fs::create_dir(&other).expect("a folder");
    Pair::new().write(&other);
    let other = cert_in(&other);
    for (file, says) in [
        (None, "nobody answers at https://"),
        (other.to_str(), "nobody answers at https://"),
        (Some("/nowhere"), "the certificates in /nowhere"),
        (Some("/dev/null"), "there are none"),
    ] {
        let mut args = vec!["top", "--once", "--url", &url];
        args.extend(file.into_iter().flat_map(|file| ["--ca-file", file]));
        let said = server.cli.fails(&args);
        assert!(said.contains(says), "{file:?}: {said}");
    }
}

/// A page that comes whole so many times, and byte by byte without an end from then on: its address, what tells that it
/// is asked for, and what ends it when it is dropped.
fn dripping(whole: usize) -> (String, Receiver<()>, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/metrics", listener.local_addr().expect("an address"));
    let ((tell, asked), (end, ended)) = (mpsc::channel(), mpsc::channel());
    thread::spawn(move || {
        for (count, socket) in listener.incoming().enumerate() {
            let mut stream = BufReader::new(socket.expect("a connection"));
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|read| read > 2) {}
            let stream = stream.get_mut();
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nclaviger_ready 1\n").expect("a head");
            let _ = tell.send(());
            if count < whole {
                continue;
            }
            while stream.write_all(b"#").is_ok() {
                if ended.recv_timeout(Duration::from_millis(20)) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        }
    });
    (url, asked, end)
}

#[test]
fn a_page_without_an_end_is_given_up() {
    let server = Server::start();
    for whole in [0, 1] {
        let (url, _asked, _end) = dripping(whole);
        let said = server.cli.fails(&["top", "--once", "--url", &url]);
        assert!(said.contains("nobody answers at") && said.contains("in time"), "{said}");
    }
}

#[test]
fn keys_and_signals_end_it_whatever_the_page_does() {
    let folder = tempfile::tempdir().expect("a folder");
    for ends in ["q", "\u{3}", "TERM"] {
        let (url, asked, _end) = dripping(1);
        let data = folder.path().display();
        let program = claviger();
        let program = program.get_program().to_str().expect("UTF-8").to_owned();
        // A terminal of its own.
        let mut command = Command::new("script");
        command.args(["-qefc", &format!("exec {program} top --url {url} --data-dir {data}"), "/dev/null"]);
        let (keys, mut typed) = std::io::pipe().expect("a pipe");
        command.stdin(Stdio::from(keys));
        let mut top = Process::spawn(command, folder.path());
        for _ in 0..2 {
            asked.recv_timeout(Duration::from_secs(60)).expect("it asks");
        }
        if ends == "TERM" {
            let children = format!("/proc/{0}/task/{0}/children", top.id());
            let child = fs::read_to_string(children).expect("a child");
            let kill = Command::new("sh").args(["-c", &format!("kill {child}")]).status().expect("a shell");
            assert!(kill.success());
        } else {
            typed.write_all(ends.as_bytes()).expect("a key");
        }
        let told = eventually("the terminal as it was", || {
            top.is_over().then(|| top.stdout()).filter(|told| told.contains("\u{1b}[?1049l"))
        });
        assert!(told.contains("\u{1b}[?1049h"), "{told:?}");
        assert_eq!(top.wait().code(), Some(0));
    }
}
