//! The log as a whole: neither strangers nor whoever reads it can do harm with it.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::frames::{Frames, PING};
use crate::support::http::request;
use crate::support::server::claviger;
use crate::support::{Server, eventually};
use crate::tls::secured;

/// A flag: this frame answers one.
const ACK: u8 = 1;

#[test]
fn what_strangers_do_wrong_is_no_line_of_a_library() {
    let (server, _, pair, _folder) = secured("");
    let mut frames = Frames::open(&server.app.address, &pair, 65_535);
    for _ in 0..1000 {
        frames.send(PING, ACK, 0, &[0; 8]).expect("the server reads");
    }
    frames.ask(1, "GET", "/healthz", false).expect("the server reads");
    frames.reply(1).expect("a reply, after all before was read");
    let log = server.process.stderr();
    assert!(!log.contains("PING") && !log.contains("h2::"), "{log}");
}

#[test]
fn a_reader_that_stopped_holds_up_nobody() {
    let mut stopped = Server::start();
    stopped.process.stop("TERM");
    let mut command = claviger();
    command.args(["serve", "--listen", "127.0.0.1:0", "--log", "debug"]).args(stopped.cli.data());
    let mut server = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut log = BufReader::new(server.stderr.take().expect("standard error"));
    let mut read = || {
        let mut line = String::new();
        log.read_line(&mut line).expect("a line");
        serde_json::from_str::<serde_json::Value>(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let address = std::iter::repeat_with(&mut read).find(|line| line["message"] == "listening");
    let address = address.expect("it listens")["address"].as_str().expect("an address").to_owned();
    // Each of them writes a line; a pipe has room for some hundred.
    let app = stopped.app.at(&address);
    for _ in 0..1000 {
        assert_eq!(app.seller("type=stats").status, 200);
    }
    // Up to the first line after those that found no room; it takes more requests, since all are read by now.
    let mut count = None;
    for lines in 0.. {
        let line = read();
        if line["message"] == "lines were left out: whoever reads this log is too slow" {
            count = line["count"].as_u64();
            break;
        }
        // Whatever is read makes room for the next.
        if lines % 50 == 0 {
            app.seller("type=stats");
        }
    }
    assert!(count.is_some_and(|count| (1..1000).contains(&count)), "{count:?}");
    assert_eq!(request(&address, "GET", "/readyz", &[], b"").status, 200);
    kill_process(Pid::from_child(&server), Signal::TERM).expect("a signal");
    let status = eventually("the server to stop", || server.try_wait().expect("our child"));
    assert_eq!(status.code(), Some(0));
}
