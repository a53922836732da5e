//! The headers in which proxies tell addresses, read from the right: what stands further left may be anything, so it is
//! not looked at before its turn, and need not even be text.

use std::{borrow::Cow, net::IpAddr};

use claviger_domain::ClientAddress;

/// How entries of a header look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// An address alone, as in `X-Forwarded-For`.
    Address,
    /// Pairs, as in `Forwarded` (RFC 7239).
    Pairs,
}

/// The client's address as proxies tell it in the `values` of a header: the last one that is not itself of a proxy that
/// `trusts` believes; where all are, the first. What cannot be read where the client's address is due leaves it
/// unknown: else the client could choose it. Each proxy appends the address it saw, so what stands further left may be
/// the client's own invention.
pub fn client_address<'a>(
    values: impl DoubleEndedIterator<Item = &'a [u8]>,
    entry: Entry,
    trusts: impl Fn(IpAddr) -> bool,
) -> ClientAddress {
    let mut client = ClientAddress::Unknown;
    for text in values.rev().flat_map(Entries::of) {
        let address = match entry {
            Entry::Address => node(text),
            Entry::Pairs => forwarded(text),
        };
        let Some(address) = address else { return ClientAddress::Unknown };
        client = address.into();
        if !trusts(address) {
            break;
        }
    }
    client
}

/// The entries of a list that is separated by commas, the last one first. Commas within quotes separate nothing.
struct Entries<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Entries<'a> {
    fn of(value: &'a [u8]) -> Self {
        Self { rest: Some(value) }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        let (left, entry) = match last_outside_quotes(rest, b',') {
            Some(comma) => (Some(&rest[..comma]), &rest[comma + 1..]),
            None => (None, rest),
        };
        self.rest = left;
        Some(entry.trim_ascii())
    }
}

/// Where a byte stands last outside of quotes, which are told from the right.
fn last_outside_quotes(text: &[u8], wanted: u8) -> Option<usize> {
    let mut quoted = false;
    for (place, &byte) in text.iter().enumerate().rev() {
        if byte == b'"' {
            let escapes = text[..place].iter().rev().take_while(|&&byte| byte == b'\\').count();
            quoted = !quoted || escapes % 2 == 1;
        } else if byte == wanted && !quoted {
            return Some(place);
        }
    }
    None
}

/// The address in an entry of `Forwarded` (RFC 7239): that of its one `for`.
fn forwarded(entry: &[u8]) -> Option<IpAddr> {
    let (mut rest, mut found) = (Some(entry), None);
    while let Some(pairs) = rest {
        let (left, pair) = match last_outside_quotes(pairs, b';') {
            Some(semicolon) => (Some(&pairs[..semicolon]), &pairs[semicolon + 1..]),
            None => (None, pairs),
        };
        rest = left;
        let Some(equals) = pair.iter().position(|&byte| byte == b'=') else { continue };
        if pair[..equals].trim_ascii().eq_ignore_ascii_case(b"for") {
            if found.is_some() {
                return None;
            }
            found = Some(pair[equals + 1..].trim_ascii());
        }
    }
    node(found?)
}

/// An address, with or without quotes, brackets, a zone and a port.
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = unquoted(text);
    let text = std::str::from_utf8(&text).ok()?.trim_ascii();
    let address = if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        (port.is_empty() || is_port(port.strip_prefix(':')?)).then_some(address)?
    } else {
        match text.split_once(':') {
            // In IPv6 without brackets a port could not be told from the rest.
            Some((address, port)) if !port.contains(':') => is_port(port).then_some(address)?,
            _ => text,
        }
    };
    // A zone says on which of the proxy's networks a link-local address is.
    let address = address.split_once('%').map_or(address, |(address, _)| address);
    address.parse().ok().map(|address: IpAddr| address.to_canonical())
}

/// A number, or in RFC 7239 the name that hides one.
fn is_port(text: &str) -> bool {
    let hidden = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let number = || text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok();
    text.strip_prefix('_').is_some_and(hidden) || number()
}

/// Without the quotes around it, and the backslashes that they ask for.
fn unquoted(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) else {
        return text.into();
    };
    let (mut plain, mut bytes) = (Vec::with_capacity(inner.len()), inner.iter());
    while let Some(&byte) = bytes.next() {
        plain.extend(if byte == b'\\' { bytes.next() } else { Some(&byte) });
    }
    plain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_as_proxies_write_them() {
        for (text, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("203.0.113.9:50123", "203.0.113.9"),
            ("203.0.113.9:0", "203.0.113.9"),
            ("203.0.113.9:_hidden", "203.0.113.9"),
            ("\"203.0.113.9\"", "203.0.113.9"),
            ("\" 203.0.113.9:1 \"", "203.0.113.9"),
            ("2001:DB8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25eth0]:1", "fe80::1"),
            ("[::ffff:203.0.113.9]:1", "203.0.113.9"),
            ("[203.0.113.9]", "203.0.113.9"),
            // Not a port: an address of IPv6.
            ("2001:db8::1:443", "2001:db8::1:443"),
        ] {
            assert_eq!(node(text.as_bytes()), expected.parse().ok(), "{text}");
        }
        for text in [
            "",
            "\"",
            "\"\"",
            "unknown",
            "_hidden",
            "203.0.113",
            "203.0.113.09",
            "203.0.113.256",
            "203.0.113.9:",
            "203.0.113.9:65536",
            "203.0.113.9:+1",
            "203.0.113.9:1:2",
            "203.0.113.9 x",
            "[2001:db8::1",
            "2001:db8::1]",
            "[2001:db8::1]443",
            "[2001:db8::1]:",
            "[2001:db8::1]:x",
            "[[2001:db8::1]]",
            "\"203.0.113.9",
            "203.0.113.9\"",
            "203.0.113.9/32",
            "localhost",
            "%",
            "0x7f000001",
            "2130706433",
        ] {
            assert_eq!(node(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn entries_come_from_the_right() {
        let entries =
            |text: &'static str| Entries::of(text.as_bytes()).map(|entry| String::from_utf8_lossy(entry));
        assert_eq!(entries("a, b ,\tc").collect::<Vec<_>>(), ["c", "b", "a"]);
        assert_eq!(entries("").collect::<Vec<_>>(), [""]);
        assert_eq!(entries(",a,").collect::<Vec<_>>(), ["", "a", ""]);
        assert_eq!(entries(r#"a="b,c", d"#).collect::<Vec<_>>(), ["d", r#"a="b,c""#]);
        assert_eq!(entries(r#"a="b\",c", d"#).collect::<Vec<_>>(), ["d", r#"a="b\",c""#]);
        assert_eq!(entries(r#"a="b\\", d"#).collect::<Vec<_>>(), ["d", r#"a="b\\""#]);
        assert_eq!(entries(r#"a, "b, c"#).collect::<Vec<_>>(), ["c", r#"a, "b"#]);
    }
}
