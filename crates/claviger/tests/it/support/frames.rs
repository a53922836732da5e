//! HTTP/2 frame by frame: the test decides about every byte, as an attacker does.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

use rustls::{ClientConnection, StreamOwned};

use super::{
    Line,
    tls::{Client, NAME, Pair},
};

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RESET: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GO_AWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;
/// Flags: nothing follows on this stream; the headers are whole.
pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;
/// The first byte of the reply's headers where the status is 200.
pub const OK: u8 = 0x88;
/// The setting of how much of a body may be sent at once.
const INITIAL_WINDOW: u16 = 4;

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// A connection that speaks HTTP/2.
pub struct Frames(StreamOwned<ClientConnection, TcpStream>);

impl Frames {
    /// Opens a connection, and agrees on HTTP/2; replies may have so many bytes before more are allowed.
    pub fn open(address: &str, pair: &Pair, window: u32) -> Self {
        let client = Client::with([pair], rustls::ALL_VERSIONS, &["h2", "http/1.1"]);
        let line = Line::with_window("127.0.0.2", address, Some(4096));
        let line = client.over(line).expect("a connection");
        assert_eq!(line.agreed().1.as_deref(), Some("h2"));
        let mut frames = Self(line.into_inner());
        frames.0.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("the server reads");
        let setting = [&INITIAL_WINDOW.to_be_bytes()[..], &window.to_be_bytes()].concat();
        frames.send(SETTINGS, 0, 0, &setting).expect("the server reads");
        frames
    }

    /// Sends a frame.
    pub fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> io::Result<()> {
        let length = u32::try_from(payload.len()).expect("a short one").to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.0.write_all(&[&head, payload].concat())?;
        self.0.flush()
    }

    /// Begins a request; `more`: a body follows.
    pub fn ask(&mut self, stream: u32, method: &str, path: &str, more: bool) -> io::Result<()> {
        let method = if method == "POST" { 0x83 } else { 0x82 };
        let text = |name: u8, text: &str| {
            let length = u8::try_from(text.len()).expect("a short one");
            assert!(length < 127);
            [&[name, length], text.as_bytes()].concat()
        };
        let headers = [vec![method, 0x87], text(4, path), text(1, NAME)].concat();
        let flags = END_HEADERS | if more { 0 } else { END_STREAM };
        self.send(HEADERS, flags, stream, &headers)
    }

    /// The next frame.
    pub fn read(&mut self) -> io::Result<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head)?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        self.0.read_exact(&mut payload)?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        Ok(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// Reads up to and with a frame of this kind on this stream.
    pub fn until(&mut self, kind: u8, stream: u32) -> io::Result<Frame> {
        loop {
            let frame = self.read()?;
            if frame.kind == kind && frame.stream == stream {
                return Ok(frame);
            }
        }
    }

    /// Reads the reply on a stream; its status is 200.
    pub fn reply(&mut self, stream: u32) -> io::Result<Vec<u8>> {
        let headers = self.until(HEADERS, stream)?;
        assert_eq!(headers.payload[0], OK, "{headers:?}");
        let (mut body, mut ended) = (Vec::new(), headers.flags & END_STREAM != 0);
        while !ended {
            let frame = self.read()?;
            if frame.kind == DATA && frame.stream == stream {
                ended = frame.flags & END_STREAM != 0;
                body.extend(frame.payload);
            }
        }
        Ok(body)
    }

    /// Reads until the server ends the connection, in whatever way.
    pub fn wait_for_end(mut self) {
        let mut part = [0; 4096];
        while let Ok(1..) = self.0.read(&mut part) {}
    }

    /// Reads nothing, and waits until the server has cut the connection.
    pub fn wait_until_cut(mut self) {
        super::eventually("the server to cut it", || self.send(PING, 0, 0, &[0; 8]).is_err().then_some(()));
    }
}
