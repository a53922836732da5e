//! The head of an encrypted file.

use std::io::{self, Read, Write};

use aws_lc_rs::hmac;

use super::{
    derive::{VERSION_LINE, derive},
    lock::{Lock, Unlock},
    stanza::{self, FileKey, Stanza, decode, encode},
};
use crate::ArchiveError;

/// Bytes of a head; ours has a few hundred.
const HEAD_MAX: usize = 16 * 1024;
/// Characters of a line of a body.
const COLUMNS: usize = 64;

const DAMAGED: ArchiveError = ArchiveError::Damaged("the head of its encryption cannot be read");

/// Draws a key and writes it, wrapped.
pub(super) fn write(out: &mut impl Write, lock: &Lock) -> io::Result<FileKey> {
    let file_key = FileKey::new(stanza::random()?);
    let stanzas = match lock {
        Lock::Passphrase(passphrase) => vec![stanza::for_passphrase(passphrase, &file_key)?],
        Lock::Recipients(all) => {
            all.iter().map(|one| stanza::for_recipient(*one, &file_key)).collect::<io::Result<_>>()?
        }
    };
    let mut head = format!("{VERSION_LINE}\n");
    for stanza in stanzas {
        head.push_str(&format!("-> {}\n", stanza.args.join(" ")));
        let body = encode(&stanza.body);
        for line in body.as_bytes().chunks(COLUMNS) {
            head.push_str(&String::from_utf8_lossy(line));
            head.push('\n');
        }
        // The last line is a short one, so that its end is known.
        if body.len().is_multiple_of(COLUMNS) {
            head.push('\n');
        }
    }
    head.push_str("---");
    let mac = mac(&file_key, head.as_bytes());
    out.write_all(format!("{head} {}\n", encode(mac.as_ref())).as_bytes())?;
    Ok(file_key)
}

/// Reads a head and opens the key in it.
pub(super) fn read(input: &mut impl Read, unlock: &Unlock) -> Result<FileKey, ArchiveError> {
    let mut head = Vec::new();
    if line(input, &mut head)? != VERSION_LINE {
        return Err(DAMAGED);
    }
    let mut stanzas = Vec::new();
    let (covered, told) = loop {
        let before = head.len();
        let text = line(input, &mut head)?;
        if let Some(mac) = text.strip_prefix("--- ") {
            break (before + 3, mac.to_owned());
        }
        let args: Vec<String> =
            text.strip_prefix("-> ").ok_or(DAMAGED)?.split(' ').map(str::to_owned).collect();
        let mut body = String::new();
        loop {
            let piece = line(input, &mut head)?;
            body.push_str(&piece);
            match piece.len() {
                COLUMNS => {}
                ..COLUMNS => break,
                _ => return Err(DAMAGED),
            }
        }
        stanzas.push(Stanza { args, body: decode(&body).ok_or(DAMAGED)? });
    };
    let file_key = open(&stanzas, unlock)?;
    let told = decode(&told).ok_or(DAMAGED)?;
    let key = mac_key(&file_key);
    hmac::verify(&key, head.get(..covered).ok_or(DAMAGED)?, &told).map_err(|_| DAMAGED)?;
    Ok(file_key)
}

fn open(stanzas: &[Stanza], unlock: &Unlock) -> Result<FileKey, ArchiveError> {
    let by_passphrase = stanzas.iter().any(|stanza| stanza.args.first().is_some_and(|kind| kind == "scrypt"));
    if by_passphrase {
        // Alone, or the others could open what was meant for those who know it.
        let [stanza] = stanzas else { return Err(DAMAGED) };
        let passphrase = unlock.passphrase.as_ref().ok_or(ArchiveError::Locked("a passphrase"))?;
        return stanza::by_passphrase(stanza, passphrase).ok_or(ArchiveError::WrongKey("passphrase"));
    }
    if unlock.identities.is_empty() {
        return Err(ArchiveError::Locked("the key of a recipient"));
    }
    let mut all =
        stanzas.iter().flat_map(|stanza| unlock.identities.iter().map(move |identity| (stanza, identity)));
    all.find_map(|(stanza, identity)| stanza::by_identity(stanza, identity))
        .ok_or(ArchiveError::WrongKey("key"))
}

/// Reads a line, which is added to `head` with its end.
fn line(input: &mut impl Read, head: &mut Vec<u8>) -> Result<String, ArchiveError> {
    let start = head.len();
    let mut byte = [0];
    loop {
        input.read_exact(&mut byte).map_err(ArchiveError::reading)?;
        head.push(byte[0]);
        if byte[0] == b'\n' {
            break;
        }
        if head.len() > HEAD_MAX {
            return Err(DAMAGED);
        }
    }
    let text = std::str::from_utf8(&head[start..head.len() - 1]).map_err(|_| DAMAGED)?;
    Ok(text.to_owned())
}

fn mac_key(file_key: &FileKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &*derive(&file_key[..], b"", b"header"))
}

fn mac(file_key: &FileKey, head: &[u8]) -> hmac::Tag {
    hmac::sign(&mac_key(file_key), head)
}
