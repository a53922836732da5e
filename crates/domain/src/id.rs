//! Names that travel on the wire: session ids and owner ids.

use std::fmt;

use crate::Random;

/// Characters of ids, in the order in which they sort as bytes.
pub const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Length of a session id on the wire, in characters.
pub const SESSION_ID_LEN: usize = 32;
/// Leading characters of a session id that hold the millisecond of its creation.
const TIME_LEN: usize = 9;

/// A session's id: nine characters for the millisecond of creation, then 23 random ones (136 bits; the last of them
/// may be marked, which leaves 130).
///
/// Ids sort by creation, which keeps a database's writes close together. Programs treat them as opaque
/// (`docs/protocol/sessions.md`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; SESSION_ID_LEN]);

impl SessionId {
    /// Draws a new id for a session created at `now_ms` (milliseconds since 1970).
    pub fn generate(now_ms: u64, random: &dyn Random) -> Self {
        let mut id = [0; SESSION_ID_LEN];
        id[..TIME_LEN].copy_from_slice(&encode_time(now_ms));
        let mut filled = TIME_LEN;
        let mut buffer = [0u8; 32];
        while filled < SESSION_ID_LEN {
            random.fill(&mut buffer);
            // Six bits a character; the two values beyond 61 are thrown away, so the draw stays even.
            for index in buffer.iter().map(|byte| usize::from(byte & 63)).filter(|&index| index < 62) {
                if filled < SESSION_ID_LEN {
                    id[filled] = BASE62[index];
                    filled += 1;
                }
            }
        }
        Self(id)
    }

    /// The smallest id that a session created at `now_ms` could have; for range bounds only.
    pub fn lower_bound(now_ms: u64) -> Self {
        let mut id = [b'0'; SESSION_ID_LEN];
        id[..TIME_LEN].copy_from_slice(&encode_time(now_ms));
        Self(id)
    }

    /// Reads an id as a client sent it; `None` where no session could have it.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; SESSION_ID_LEN] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphanumeric).then_some(Self(bytes))
    }

    /// When the session was created, in milliseconds since 1970.
    pub fn created_ms(&self) -> u64 {
        let digit = |byte: &u8| BASE62.binary_search(byte).unwrap_or_default() as u64;
        self.0[..TIME_LEN].iter().fold(0, |ms, byte| ms * 62 + digit(byte))
    }

    /// The same id with a number in the place of its last character, modulo 62: of the key pair that signs for the session
    /// (`docs/protocol/signatures.md`).
    pub fn marked(mut self, number: u64) -> Self {
        self.0[SESSION_ID_LEN - 1] = BASE62[(number % 62) as usize];
        self
    }

    /// The number that [`SessionId::marked`] has put there, modulo 62; of an id that is not marked, any.
    pub fn mark(&self) -> u64 {
        BASE62.binary_search(&self.0[SESSION_ID_LEN - 1]).unwrap_or_default() as u64
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn encode_time(mut ms: u64) -> [u8; TIME_LEN] {
    let mut text = [b'0'; TIME_LEN];
    for slot in text.iter_mut().rev() {
        *slot = BASE62[(ms % 62) as usize];
        ms /= 62;
    }
    text
}

impl fmt::Display for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Enough to follow a session through a log, too little to use it.
        write!(formatter, "SessionId({}…)", &self.as_str()[..TIME_LEN])
    }
}

/// Names an owner on the Client API: ten characters `[0-9A-Za-z]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OwnerId(String);

impl OwnerId {
    /// Length in bytes.
    pub const LEN: usize = 10;

    /// Draws a new owner id.
    pub fn generate(random: &dyn Random) -> Self {
        Self(random.text(BASE62, Self::LEN))
    }

    /// Reads an id that another server gave; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == Self::LEN && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandom;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn later_ids_sort_later(first in 0u64..1 << 52, gap in 1u64..1 << 40) {
            let early = SessionId::generate(first, &SystemRandom);
            let late = SessionId::generate(first + gap, &SystemRandom);
            prop_assert!(early < late);
            prop_assert!(SessionId::lower_bound(first) <= early);
            prop_assert!(early < SessionId::lower_bound(first + gap));
        }

        #[test]
        fn any_id_tells_a_time(text in "[0-9A-Za-z]{32}") {
            let id = SessionId::parse(&text).unwrap();
            prop_assert!(SessionId::lower_bound(id.created_ms()) <= id);
            prop_assert!(id < SessionId::lower_bound(id.created_ms() + 1) || id.created_ms() == 62u64.pow(9) - 1);
        }

        #[test]
        fn ids_survive_the_wire(ms in 0u64..1 << 52) {
            let id = SessionId::generate(ms, &SystemRandom);
            prop_assert_eq!(id.as_str().len(), SESSION_ID_LEN);
            prop_assert_eq!(SessionId::parse(id.as_str()), Some(id));
            prop_assert_eq!(id.created_ms(), ms);
        }
    }

    #[test]
    fn refuses_what_is_no_id() {
        for text in ["", "short", &"x".repeat(33), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA:", "ééééééééééééééé1"]
        {
            assert_eq!(SessionId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn debug_hides_the_random_part() {
        let id = SessionId::generate(1_700_000_000_000, &SystemRandom);
        assert!(!format!("{id:?}").contains(&id.as_str()[TIME_LEN..]));
    }
}
