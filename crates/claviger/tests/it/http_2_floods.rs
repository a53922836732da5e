//! HTTP/2: frames without end that are no requests. They cost their sender a connection, and nobody else anything.

use crate::{
    support::{
        eventually,
        frames::{CONTINUATION, Frames, HEADERS, PING, PRIORITY, SETTINGS, WINDOW_UPDATE},
        tls::{Client, Pair},
    },
    tls::secured,
};

const WINDOW: u32 = 65_535;
/// Frames between two looks at the clock of the test.
const AT_ONCE: usize = 200;

/// Sends until the server has enough; others are answered meanwhile, and after it.
fn until_ended(
    mut frames: Frames,
    address: &str,
    others: &Client,
    mut send: impl FnMut(&mut Frames) -> std::io::Result<()>,
) {
    eventually("the server to end it", || {
        let sent = (0..AT_ONCE).try_for_each(|_| send(&mut frames));
        assert_eq!(others.get(address, "/readyz").expect("a reply").status, 200);
        sent.is_err().then_some(())
    });
}

fn flood(kind: u8, stream: u32, payload: &[u8]) {
    let (server, others, pair, _folder) = secured("idle_seconds = 1");
    let address = &server.app.address;
    let frames = Frames::open(address, &pair, WINDOW);
    until_ended(frames, address, &others, |frames| frames.send(kind, 0, stream, payload));
}

#[test]
fn pings() {
    flood(PING, 0, &[0; 8]);
}

#[test]
fn settings() {
    flood(SETTINGS, 0, &[]);
}

#[test]
fn priorities() {
    flood(PRIORITY, 1, &[0, 0, 0, 3, 1]);
}

#[test]
fn windows() {
    flood(WINDOW_UPDATE, 0, &1u32.to_be_bytes());
}

#[test]
fn headers_that_do_not_end() {
    let (server, others, pair, _folder) = secured("");
    let address = &server.app.address;
    let mut frames = begun(address, &pair);
    // A field of four bytes, not to be remembered, very often.
    let fields = [0, 1, b'x', 1, b'y'].repeat(1000);
    frames.send(CONTINUATION, 0, 1, &fields).expect("the server reads");
    until_ended(frames, address, &others, |frames| frames.send(CONTINUATION, 0, 1, &fields));
}

#[test]
fn headers_that_go_on_with_nothing() {
    let (server, others, pair, _folder) = secured("");
    let address = &server.app.address;
    let frames = begun(address, &pair);
    until_ended(frames, address, &others, |frames| frames.send(CONTINUATION, 0, 1, &[]));
}

/// A connection with a request whose headers go on.
fn begun(address: &str, pair: &Pair) -> Frames {
    let mut frames = Frames::open(address, pair, WINDOW);
    // GET, https, /.
    frames.send(HEADERS, 0, 1, &[0x82, 0x87, 0x84]).expect("the server reads");
    frames
}
