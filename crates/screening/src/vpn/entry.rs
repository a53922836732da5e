//! One line of a list of addresses.

use std::net::IpAddr;

/// Bits of an IPv4-mapped IPv6 address before the IPv4 address.
const MAPPED_PREFIX: u8 = 96;

/// What a line of a list names. Ranges hold both their ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A range of IPv4 addresses.
    V4(u32, u32),
    /// A range of IPv6 addresses.
    V6(u128, u128),
    /// An autonomous system: all addresses of one provider.
    System(u32),
}

/// Why a line of a list is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// It names nothing known.
    #[error(
        "`{0}` is no entry: write an address (192.0.2.1), a network (192.0.2.0/24), a range (192.0.2.1-192.0.2.9) \
         or an autonomous system (AS64500), and comments after #"
    )]
    Unknown(String),
    /// A network's length is not a number, or too large.
    #[error("the network `{0}` has a wrong length: write 0 to 32 after the / for IPv4, 0 to 128 for IPv6")]
    Length(String),
    /// A range's ends are of two kinds.
    #[error("the ends of the range `{0}` are IPv4 and IPv6: write two addresses of one kind")]
    Mixed(String),
    /// A range ends before it begins.
    #[error("the range `{0}` ends before it begins: write the lower address first")]
    Reversed(String),
    /// Not the number of a provider.
    #[error("`{0}` is no autonomous system: write AS and a number from 1 to 4294967295")]
    System(String),
}

/// Reads one line: nothing when it is blank or holds only a comment (from `#` or `;` to its end).
///
/// # Errors
/// When it names no address, network, range or autonomous system.
pub fn parse_entry(line: &str) -> Result<Option<Entry>, EntryError> {
    let text = line.split(['#', ';']).next().unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    let entry = if text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("AS")) {
        let number = digits(&text[2..]).filter(|number| *number != 0);
        Entry::System(number.ok_or_else(|| EntryError::System(shown(text)))?)
    } else if let Some((address, length)) = text.split_once('/') {
        network(text, address, length)?
    } else if let Some((first, last)) = text.split_once('-') {
        span(address(text, first)?, address(text, last)?, text)?
    } else {
        let address = address(text, text)?;
        span(address, address, text)?
    };
    Ok(Some(entry))
}

/// The addresses from `first` to `last`; `text` is what errors show.
pub(super) fn span(first: IpAddr, last: IpAddr, text: &str) -> Result<Entry, EntryError> {
    let entry = match (first.to_canonical(), last.to_canonical()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => Entry::V4(first.to_bits(), last.to_bits()),
        (IpAddr::V6(first), IpAddr::V6(last)) => Entry::V6(first.to_bits(), last.to_bits()),
        _ => return Err(EntryError::Mixed(shown(text))),
    };
    match entry {
        Entry::V4(first, last) if first > last => Err(EntryError::Reversed(shown(text))),
        Entry::V6(first, last) if first > last => Err(EntryError::Reversed(shown(text))),
        _ => Ok(entry),
    }
}

/// A network; bits behind its length do not count.
fn network(text: &str, start: &str, length: &str) -> Result<Entry, EntryError> {
    let address = address(text, start)?;
    let length = digits(length).and_then(|length| u8::try_from(length).ok());
    let entry = length.and_then(|length| match (address, address.to_canonical()) {
        (IpAddr::V6(_), IpAddr::V4(inner)) if length >= MAPPED_PREFIX => {
            network_v4(inner.to_bits(), length - MAPPED_PREFIX)
        }
        (IpAddr::V4(address), _) => network_v4(address.to_bits(), length),
        (IpAddr::V6(address), _) => network_v6(address.to_bits(), length),
    });
    entry.ok_or_else(|| EntryError::Length(shown(text)))
}

fn network_v4(address: u32, length: u8) -> Option<Entry> {
    let rest = (length <= 32).then(|| u32::MAX.checked_shr(length.into()).unwrap_or(0))?;
    Some(Entry::V4(address & !rest, address | rest))
}

fn network_v6(address: u128, length: u8) -> Option<Entry> {
    let rest = (length <= 128).then(|| u128::MAX.checked_shr(length.into()).unwrap_or(0))?;
    Some(Entry::V6(address & !rest, address | rest))
}

fn address(text: &str, part: &str) -> Result<IpAddr, EntryError> {
    part.trim().parse().map_err(|_| EntryError::Unknown(shown(text)))
}

/// A number of digits alone; `parse` takes a sign too.
pub(super) fn digits(text: &str) -> Option<u32> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// Of a text that may be anything, what fits into an error.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let start: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() { start + "…" } else { start }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn v4(first: [u8; 4], last: [u8; 4]) -> Entry {
        Entry::V4(u32::from_be_bytes(first), u32::from_be_bytes(last))
    }

    #[test]
    fn reads_what_public_lists_write() {
        let documentation = 0x2001_0db8_u128 << 96;
        for (line, entry) in [
            ("192.0.2.1", v4([192, 0, 2, 1], [192, 0, 2, 1])),
            ("192.0.2.1/24", v4([192, 0, 2, 0], [192, 0, 2, 255])),
            ("  192.0.2.0/31\t# a provider", v4([192, 0, 2, 0], [192, 0, 2, 1])),
            ("192.0.2.0/32 ; SBL123", v4([192, 0, 2, 0], [192, 0, 2, 0])),
            ("0.0.0.0/0", v4([0; 4], [255; 4])),
            ("192.0.2.1-192.0.2.9", v4([192, 0, 2, 1], [192, 0, 2, 9])),
            ("192.0.2.1 - 192.0.2.9#x", v4([192, 0, 2, 1], [192, 0, 2, 9])),
            ("::ffff:192.0.2.1", v4([192, 0, 2, 1], [192, 0, 2, 1])),
            ("::ffff:192.0.2.1/120", v4([192, 0, 2, 0], [192, 0, 2, 255])),
            ("::ffff:192.0.2.1-192.0.2.3", v4([192, 0, 2, 1], [192, 0, 2, 3])),
            ("::ffff:0:0/95", Entry::V6(0xFFFE << 32, (1 << 48) - 1)),
            ("2001:db8::/32", Entry::V6(documentation, documentation | (u128::MAX >> 32))),
            ("2001:db8::1", Entry::V6(documentation + 1, documentation + 1)),
            ("::/0", Entry::V6(0, u128::MAX)),
            ("::1/128", Entry::V6(1, 1)),
            ("AS64500", Entry::System(64500)),
            ("as4294967295 # highest", Entry::System(u32::MAX)),
        ] {
            assert_eq!(parse_entry(line), Ok(Some(entry)), "{line}");
        }
        for line in ["", " \t\r\n", "# AS1", "; x", "  #"] {
            assert_eq!(parse_entry(line), Ok(None), "{line}");
        }
    }

    #[test]
    fn says_what_to_write() {
        let text = |text: &str| text.to_owned();
        for (line, error) in [
            ("example.com", EntryError::Unknown(text("example.com"))),
            ("1.2.3", EntryError::Unknown(text("1.2.3"))),
            ("010.0.0.1", EntryError::Unknown(text("010.0.0.1"))),
            ("192.0.2.1 192.0.2.2", EntryError::Unknown(text("192.0.2.1 192.0.2.2"))),
            ("192.0.2.1-", EntryError::Unknown(text("192.0.2.1-"))),
            ("a\u{0}\u{1b}é", EntryError::Unknown(text("a\\0\\u{1b}é"))),
            ("é", EntryError::Unknown(text("é"))),
            ("192.0.2.0/33", EntryError::Length(text("192.0.2.0/33"))),
            ("192.0.2.0/", EntryError::Length(text("192.0.2.0/"))),
            ("192.0.2.0/+8", EntryError::Length(text("192.0.2.0/+8"))),
            ("192.0.2.0/264", EntryError::Length(text("192.0.2.0/264"))),
            ("::/129", EntryError::Length(text("::/129"))),
            ("::ffff:1.2.3.4/129", EntryError::Length(text("::ffff:1.2.3.4/129"))),
            ("1.2.3.4-::1", EntryError::Mixed(text("1.2.3.4-::1"))),
            ("1.2.3.4-1.2.3.3", EntryError::Reversed(text("1.2.3.4-1.2.3.3"))),
            ("::2-::1", EntryError::Reversed(text("::2-::1"))),
            ("AS", EntryError::System(text("AS"))),
            ("AS0", EntryError::System(text("AS0"))),
            ("AS4294967296", EntryError::System(text("AS4294967296"))),
            ("AS-1", EntryError::System(text("AS-1"))),
            ("AS64500 Example", EntryError::System(text("AS64500 Example"))),
        ] {
            assert_eq!(parse_entry(line), Err(error), "{line}");
        }
        let long = EntryError::Unknown("x".repeat(60) + "…");
        assert_eq!(parse_entry(&"x".repeat(1 << 20)), Err(long));
        assert_eq!(
            parse_entry("10.0.0.0/40").unwrap_err().to_string(),
            "the network `10.0.0.0/40` has a wrong length: write 0 to 32 after the / for IPv4, 0 to 128 for IPv6"
        );
    }

    proptest! {
        #[test]
        fn takes_any_text(line in any::<String>(), near in "[0-9a-fAS:./#; -]{0,24}") {
            let _ = parse_entry(&line);
            if let Ok(Some(Entry::V4(first, last))) = parse_entry(&near) {
                prop_assert!(first <= last);
            }
        }
    }
}
