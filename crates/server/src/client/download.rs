//! The reply to `file`, which has a whole file in it: written as it is taken, and never in memory as a whole. Its bytes
//! are those that any other way of writing it would have.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::body::Body;
use claviger_capacity::{Permit, apart};
use claviger_domain::{ClientAddress, SigningKey};
use claviger_service::Content;
use claviger_wire::{
    client::{crypt::Encryption, signature},
    push_hex,
};

use crate::pieces::{self, Source};

/// Bytes of the file in one piece, which has twice as many digits.
const PIECE: usize = 32 * 1024;
/// The same where the digits become digits once more.
const PIECE_ENCRYPTED: usize = 16 * 1024;

/// A file on its way to a program.
pub(super) struct Download {
    pub(super) content: Arc<Content>,
    /// Held until the last byte was taken.
    pub(super) place: Permit,
    /// Who gets it.
    pub(super) ip: ClientAddress,
}

/// The body of a reply: what stands before the file's digits, these, and what stands behind.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) before: Vec<u8>,
    pub(super) content: Arc<Content>,
    pub(super) behind: Vec<u8>,
}

/// What a reply is to be signed with.
pub(super) struct Signing {
    pub(super) hmac: Option<Vec<u8>>,
    /// With the time.
    pub(super) ed25519: Option<(Arc<SigningKey>, i64)>,
}

/// The signatures: that of API 1.2, and that of API 1.3 with its time.
pub(super) type Signatures = (Option<String>, Option<(String, String)>);

impl Written {
    fn length(&self) -> u64 {
        self.before.len() as u64 + 2 * self.content.length() + self.behind.len() as u64
    }

    /// Goes through the whole body on a thread of its own, and stops when nobody waits any more.
    pub(super) async fn sign(self, signing: Signing, place: Permit) -> io::Result<Signatures> {
        let waiting = Waiting::default();
        let goes_on = waiting.0.clone();
        let work = move || {
            let _place = place;
            let body = |write: &mut dyn FnMut(&[u8])| self.tell(&goes_on, write);
            let hmac = signing.hmac.map(|key| signature::sign_long_v1_2(&key, &body)).transpose()?;
            let ed25519 =
                signing.ed25519.map(|(key, now)| signature::sign_long_v1_3(&key, now, &body)).transpose()?;
            self.content.check()?;
            Ok((hmac, ed25519))
        };
        apart("digest", work).await?
    }

    fn tell(&self, is_left: &AtomicBool, write: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let (mut digits, mut piece) = (Digits::new(self.clone(), PIECE), Vec::new());
        loop {
            if is_left.load(Ordering::Relaxed) {
                return Err(io::Error::other("the program is gone"));
            }
            piece.clear();
            let more = digits.next(&mut piece)?;
            write(&piece);
            if !more {
                return Ok(());
            }
        }
    }

    /// The body, which can be read.
    pub(super) fn plain(self, place: Permit) -> Body {
        let length = self.length();
        pieces::body(Digits::new(self, PIECE), length, place)
    }

    /// The body, encrypted as API 1.0 does it.
    pub(super) fn encrypted(self, key: &str, init_iv: &str, place: Permit) -> Body {
        let length = Encryption::digits(self.length());
        let encryption = Some(Encryption::new(key, init_iv));
        let digits = Digits::new(self, PIECE_ENCRYPTED);
        pieces::body(Encrypted { digits, encryption, plain: Vec::new() }, length, place)
    }
}

/// Somebody waits for work that another thread does, until this is dropped.
#[derive(Default)]
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Digits {
    written: Written,
    /// So many bytes of the file are read at once.
    size: usize,
    bytes: Vec<u8>,
    at: u64,
}

impl Digits {
    fn new(written: Written, size: usize) -> Self {
        Self { written, size, bytes: Vec::new(), at: 0 }
    }
}

impl Source for Digits {
    fn next(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let Written { before, content, behind } = &self.written;
        let left = content.length() - self.at;
        let size = usize::try_from(left).map_or(self.size, |left| left.min(self.size));
        out.reserve(before.len() + 2 * size + behind.len());
        if self.at == 0 {
            out.extend_from_slice(before);
        }
        self.bytes.resize(size, 0);
        content.read_at(self.at, &mut self.bytes)?;
        push_hex(&self.bytes, out);
        self.at += size as u64;
        if self.at < content.length() {
            return Ok(true);
        }
        content.check()?;
        out.extend_from_slice(behind);
        Ok(false)
    }
}

struct Encrypted {
    digits: Digits,
    encryption: Option<Encryption>,
    plain: Vec<u8>,
}

impl Source for Encrypted {
    fn next(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let Some(encryption) = &mut self.encryption else { return Ok(false) };
        self.plain.clear();
        let more = self.digits.next(&mut self.plain)?;
        out.reserve(2 * self.plain.len() + 64);
        encryption.update(&self.plain, out);
        if !more && let Some(encryption) = self.encryption.take() {
            encryption.finish(out);
        }
        Ok(more)
    }
}
