//! A connection on which the test decides what moves, and when.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use socket2::{Domain, Socket, Type};

use super::eventually;

/// How long anything may take; far more than it should.
const LIMIT: Duration = Duration::from_secs(60);

/// An open connection.
#[derive(Debug)]
pub struct Line<S = TcpStream>(S);

impl Line {
    /// Opens a connection from an address of this machine, such as 127.0.0.2.
    pub fn from(local: &str, address: &str) -> Self {
        Self::with_window(local, address, None)
    }

    /// As [`Line::from`], which takes only so many bytes before the test reads.
    pub fn with_window(local: &str, address: &str, window: Option<usize>) -> Self {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        if let Some(window) = window {
            socket.set_recv_buffer_size(window).expect("a window");
        }
        let local: SocketAddr = format!("{local}:0").parse().expect("an address");
        socket.bind(&local.into()).expect("an address of this machine");
        let address: SocketAddr = address.parse().expect("an address");
        socket.connect(&address.into()).expect("a connection");
        let stream = TcpStream::from(socket);
        stream.set_read_timeout(Some(LIMIT)).expect("a limit");
        stream.set_write_timeout(Some(LIMIT)).expect("a limit");
        stream.set_nodelay(true).expect("a socket");
        Self(stream)
    }
}

impl<S: Read + Write> Line<S> {
    /// What is said on an open stream.
    pub fn over(stream: S) -> Self {
        Self(stream)
    }

    /// The stream.
    pub fn inner(&self) -> &S {
        &self.0
    }

    /// The stream, for something else.
    pub fn into_inner(self) -> S {
        self.0
    }

    /// Sends these bytes.
    pub fn send(&mut self, bytes: &str) -> &mut Self {
        self.0.write_all(bytes.as_bytes()).expect("the server reads");
        self
    }

    /// Sends these bytes; whether that went well.
    pub fn try_send(&mut self, bytes: &str) -> bool {
        self.0.write_all(bytes.as_bytes()).is_ok()
    }

    /// Sends a request without a body, and reads its status; the connection stays.
    pub fn get(&mut self, target: &str) -> u16 {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"));
        let reply = self.until("\r\n\r\n");
        let length = reply.to_ascii_lowercase();
        let length = length.split_once("content-length: ").expect("a length").1;
        let length: usize = length.split("\r\n").next().and_then(|text| text.parse().ok()).expect("a length");
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        reply[9..12].parse().expect("a status")
    }

    /// Reads up to and with this text.
    pub fn until(&mut self, text: &str) -> String {
        let (mut read, mut byte) = (Vec::new(), [0]);
        while !read.ends_with(text.as_bytes()) {
            let size = self.0.read(&mut byte).unwrap_or_else(|error| panic!("in vain for {text:?}: {error}"));
            assert_ne!(size, 0, "in vain for {text:?}: {}", String::from_utf8_lossy(&read));
            read.push(byte[0]);
        }
        String::from_utf8(read).expect("ASCII")
    }

    /// Reads what comes until the server ends the connection, in whatever way.
    pub fn rest(mut self) -> String {
        let (mut read, mut part) = (Vec::new(), [0; 4096]);
        loop {
            match self.0.read(&mut part) {
                Ok(0) => break,
                Ok(size) => read.extend_from_slice(&part[..size]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                    panic!("the server does not end it: {}", String::from_utf8_lossy(&read))
                }
                Err(_) => break,
            }
        }
        String::from_utf8_lossy(&read).into_owned()
    }

    /// Reads nothing, and waits until the server has cut the connection.
    pub fn wait_until_cut(mut self) {
        eventually("the server to cut it", || self.0.write_all(b"x").is_err().then_some(()));
    }
}
