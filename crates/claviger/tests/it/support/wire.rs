//! A wire to another server that can be cut and mended.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, AtomicUsize, Ordering},
    },
    thread,
};

const WHOLE: u8 = 0;
const CUT: u8 = 1;
const SILENT: u8 = 2;
const STALLED: u8 = 3;

/// A wire, whole at first.
#[derive(Debug, Clone)]
pub struct Wire {
    /// Where its near end is.
    pub address: String,
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    state: AtomicU8,
    /// Connections that were asked for.
    asked: AtomicUsize,
    /// Those that were asked for before so many let nothing through.
    lost: AtomicUsize,
    streams: Mutex<Vec<TcpStream>>,
}

impl Wire {
    /// A wire to this address.
    pub fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let inner = Arc::new(Inner::default());
        let (target, shared) = (target.to_owned(), inner.clone());
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let number = shared.asked.fetch_add(1, Ordering::SeqCst);
                match shared.state.load(Ordering::SeqCst) {
                    CUT => drop(near),
                    SILENT => shared.keep(near),
                    _ => {
                        let Ok(far) = TcpStream::connect(&target) else { continue };
                        pump(&near, &far, number, &shared);
                        pump(&far, &near, number, &shared);
                        shared.keep(near);
                        shared.keep(far);
                    }
                }
            }
        });
        Self { address, inner }
    }

    /// Ends all connections; new ones are hung up at once.
    pub fn cut(&self) {
        self.become_(CUT);
    }

    /// Ends all connections; new ones are taken, and get no answer.
    pub fn fall_silent(&self) {
        self.become_(SILENT);
    }

    /// Keeps all connections, and lets nothing through.
    pub fn stall(&self) {
        self.inner.state.store(STALLED, Ordering::SeqCst);
    }

    /// Keeps all connections, and lets nothing through but on new ones.
    pub fn forsake(&self) {
        self.inner.lost.store(self.asked(), Ordering::SeqCst);
        self.inner.state.store(WHOLE, Ordering::SeqCst);
    }

    /// Lets everything through again, on new connections.
    pub fn mend(&self) {
        self.become_(WHOLE);
    }

    /// How many connections were asked for so far.
    pub fn asked(&self) -> usize {
        self.inner.asked.load(Ordering::SeqCst)
    }

    fn become_(&self, state: u8) {
        self.inner.state.store(state, Ordering::SeqCst);
        for stream in self.inner.streams.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Inner {
    fn keep(&self, stream: TcpStream) {
        self.streams.lock().expect("no panic").push(stream);
    }
}

fn pump(from: &TcpStream, to: &TcpStream, number: usize, inner: &Arc<Inner>) {
    let (mut from, mut to) = (from.try_clone().expect("a stream"), to.try_clone().expect("a stream"));
    let inner = inner.clone();
    thread::spawn(move || {
        let mut bytes = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let is_lost =
                inner.state.load(Ordering::SeqCst) == STALLED || number < inner.lost.load(Ordering::SeqCst);
            if !is_lost && to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
