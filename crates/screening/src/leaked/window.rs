//! A piece of a large sorted file, and the lines in it.

use super::{
    hash::{DIGITS, Hash},
    row::parse_row,
};

/// What is said of a file with other lines.
pub(super) const WRONG_LINES: &str = "has lines other than SHA1:COUNT, with 40 hexadecimal digits: download the \
    SHA-1 form (not NTLM) as a single file with the Have I Been Pwned downloader";

/// Why a file cannot be searched. Where in the file is not told: it gives away the hash that was looked for.
#[derive(Debug)]
pub(super) enum Trouble {
    Read(std::io::Error),
    Content(&'static str),
}

/// A line that was found.
pub(super) struct Found {
    /// Behind its line feed.
    pub(super) end: u64,
    pub(super) hash: Hash,
    pub(super) seen: bool,
}

/// A piece of the file.
pub(super) struct Window {
    pub(super) bytes: Vec<u8>,
    /// Where it begins.
    pub(super) offset: u64,
    /// Whether the file ends with it.
    pub(super) is_last: bool,
}

impl Window {
    /// The first line from `position`, which is a line's start; blank ones aside. `None` at the end of the file.
    pub(super) fn first_row(&self, mut position: usize) -> Result<Option<Found>, Trouble> {
        loop {
            let rest = &self.bytes[position..];
            let length = match rest.iter().position(|byte| *byte == b'\n') {
                Some(end) => end + 1,
                None if self.is_last => rest.len(),
                None => return Err(Trouble::Content(WRONG_LINES)),
            };
            if length == 0 {
                return Ok(None);
            }
            let end = position + length;
            if rest[..length].trim_ascii().is_empty() {
                position = end;
                continue;
            }
            let row = parse_row(&rest[..length], DIGITS).ok_or(Trouble::Content(WRONG_LINES))?;
            let hash = Hash::parse(row.digits).ok_or(Trouble::Content(WRONG_LINES))?;
            return Ok(Some(Found { end: self.offset + end as u64, hash, seen: row.seen }));
        }
    }
}
