//! The PROXY protocol, versions 1 and 2: what a proxy writes before everything else on a connection, to tell whose it is.
//! Read as it comes, and not one byte further.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Longest line of version 1, its end included.
const LINE_MAX: usize = 107;
/// Most that version 2 may add behind its head: addresses take 216 at most, and what proxies add a few hundred.
const ADDED_MAX: usize = 2048;
/// What version 2 begins with.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// What version 1 begins with.
const WORD: &[u8] = b"PROXY ";
/// The shortest of both versions.
const SHORTEST: &str = "PROXY UNKNOWN\r\n";
/// How long the head of version 2 is.
const HEAD: usize = 16;

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Introduced {
    /// The proxy's own, such as when it looks whether the server is there; or that of somebody without an address.
    Itself,
    /// That of the client at this address.
    Client(SocketAddr),
}

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// At least so many bytes are missing, never 0.
    Missing(usize),
    /// It was so many bytes long.
    Whole(Introduced, usize),
}

/// It is not the PROXY protocol, or breaks its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotIntroduced;

/// Reads the first bytes of a connection.
///
/// # Errors
/// As soon as nothing that may still come makes it right.
pub fn read(bytes: &[u8]) -> Result<Progress, NotIntroduced> {
    if bytes.is_empty() {
        return Ok(Progress::Missing(SHORTEST.len()));
    }
    let shared = bytes.len().min(SIGNATURE.len());
    if bytes[..shared] == SIGNATURE[..shared] {
        return if shared < SIGNATURE.len() { Ok(Progress::Missing(HEAD - shared)) } else { binary(bytes) };
    }
    let shared = bytes.len().min(WORD.len());
    if bytes[..shared] == WORD[..shared] { line(bytes) } else { Err(NotIntroduced) }
}

/// Version 1.
fn line(bytes: &[u8]) -> Result<Progress, NotIntroduced> {
    let within = &bytes[..bytes.len().min(LINE_MAX)];
    let Some(end) = within.windows(2).position(|pair| pair == b"\r\n") else {
        let missing = match within.last() {
            _ if within.len() < SHORTEST.len() => SHORTEST.len() - within.len(),
            Some(b'\r') => 1,
            _ => 2,
        };
        return if within.len() + missing > LINE_MAX {
            Err(NotIntroduced)
        } else {
            Ok(Progress::Missing(missing))
        };
    };
    let text = std::str::from_utf8(&within[WORD.len()..end]).map_err(|_| NotIntroduced)?;
    Ok(Progress::Whole(introduced(text)?, end + 2))
}

/// What stands in a line behind its first word.
fn introduced(text: &str) -> Result<Introduced, NotIntroduced> {
    let mut words = text.split(' ');
    let family = words.next().ok_or(NotIntroduced)?;
    if family == "UNKNOWN" {
        // What follows is to be ignored.
        return Ok(Introduced::Itself);
    }
    let mut next = || words.next().ok_or(NotIntroduced);
    let (source, target, from, to) = (next()?, next()?, next()?, next()?);
    let address = |text: &str| match family {
        "TCP4" => text.parse::<Ipv4Addr>().map(IpAddr::from).map_err(|_| NotIntroduced),
        "TCP6" => text.parse::<Ipv6Addr>().map(IpAddr::from).map_err(|_| NotIntroduced),
        _ => Err(NotIntroduced),
    };
    let (source, _) = (address(source)?, address(target)?);
    let (from, _) = (port(from)?, port(to)?);
    if words.next().is_some() {
        Err(NotIntroduced)
    } else {
        Ok(Introduced::Client(SocketAddr::new(source, from)))
    }
}

fn port(text: &str) -> Result<u16, NotIntroduced> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().map_err(|_| NotIntroduced) } else { Err(NotIntroduced) }
}

/// Version 2, whose signature is there.
fn binary(bytes: &[u8]) -> Result<Progress, NotIntroduced> {
    if bytes.len() < HEAD {
        return Ok(Progress::Missing(HEAD - bytes.len()));
    }
    let added = usize::from(u16::from_be_bytes([bytes[14], bytes[15]]));
    let of_proxy = match bytes[12] {
        0x20 => true,
        0x21 => false,
        _ => return Err(NotIntroduced),
    };
    if added > ADDED_MAX {
        return Err(NotIntroduced);
    }
    let whole = HEAD + added;
    if bytes.len() < whole {
        return Ok(Progress::Missing(whole - bytes.len()));
    }
    let added = &bytes[HEAD..whole];
    let introduced = match bytes[13] {
        _ if of_proxy => Introduced::Itself,
        // TCP over IPv4 and IPv6: both addresses, then both ports.
        0x11 => {
            let source: [u8; 4] = at(added, 0)?;
            Introduced::Client(SocketAddr::new(source.into(), u16::from_be_bytes(at(added, 8)?)))
        }
        0x21 => {
            let source: [u8; 16] = at(added, 0)?;
            Introduced::Client(SocketAddr::new(source.into(), u16::from_be_bytes(at(added, 32)?)))
        }
        // Unknown, datagrams, and sockets with a path: nobody with an address.
        0x00 | 0x12 | 0x22 | 0x31 | 0x32 => Introduced::Itself,
        _ => return Err(NotIntroduced),
    };
    Ok(Progress::Whole(introduced, whole))
}

fn at<const N: usize>(bytes: &[u8], from: usize) -> Result<[u8; N], NotIntroduced> {
    let part = bytes.get(from..from + N).ok_or(NotIntroduced)?;
    part.try_into().map_err(|_| NotIntroduced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn client(address: &str) -> Introduced {
        Introduced::Client(address.parse().unwrap())
    }

    /// What is read when no byte comes before it is asked for, and how many were.
    fn by_and_by(bytes: &[u8]) -> Result<Option<(Introduced, usize)>, NotIntroduced> {
        let mut there = 0;
        loop {
            match read(&bytes[..there])? {
                Progress::Whole(introduced, size) => {
                    assert_eq!(size, there, "not one byte too many");
                    return Ok(Some((introduced, size)));
                }
                Progress::Missing(0) => panic!("nothing is missing"),
                Progress::Missing(more) if there + more > bytes.len() => return Ok(None),
                Progress::Missing(more) => there += more,
            }
        }
    }

    fn version_2(command: u8, family: u8, added: &[u8]) -> Vec<u8> {
        let length = u16::try_from(added.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, family], &length, added].concat()
    }

    #[test]
    fn lines() {
        for (line, expected) in [
            ("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n", client("192.0.2.7:56324")),
            ("PROXY TCP6 2001:db8::7 2001:db8::1 1 65535\r\n", client("[2001:db8::7]:1")),
            ("PROXY UNKNOWN\r\n", Introduced::Itself),
            ("PROXY UNKNOWN ffff:f...f:ffff whatever 65535\r\n", Introduced::Itself),
        ] {
            let bytes = [line.as_bytes(), b"GET / HTTP/1.1\r\n\r\n"].concat();
            assert_eq!(by_and_by(&bytes), Ok(Some((expected, line.len()))), "{line}");
            assert_eq!(read(&bytes), Ok(Progress::Whole(expected, line.len())), "{line}");
        }
        let longest = "PROXY UNKNOWN ".to_owned() + &"f".repeat(LINE_MAX - 16) + "\r\n";
        assert_eq!(by_and_by(longest.as_bytes()), Ok(Some((Introduced::Itself, LINE_MAX))));
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for line in [
            "GET / HTTP/1.1\r\n\r\n",
            "PROXY\r\n........",
            "PROXY  TCP4 192.0.2.7 198.51.100.1 56324 443\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1 56324\r\n........",
            "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443 1\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1 056324 443\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1 +6324 443\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1 66324 443\r\n",
            "PROXY TCP4 192.0.2.7 198.51.100.1  443\r\n",
            "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
            "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n",
            "PROXY TCP5 192.0.2.7 198.51.100.1 1 2\r\n",
            &("PROXY TCP4 192.0.2.7 198.51.100.1 1 2\n".to_owned() + &".".repeat(LINE_MAX)),
            "PROXY \u{ff} 192.0.2.7 198.51.100.1 1 2\r\n",
            &("PROXY UNKNOWN ".to_owned() + &"f".repeat(LINE_MAX - 15) + "\r\n"),
            &"PROXY ".repeat(50),
        ] {
            let outcome = by_and_by(line.as_bytes());
            assert!(matches!(outcome, Err(NotIntroduced)), "{line}: {outcome:?}");
        }
    }

    #[test]
    fn version_two() {
        let v4 = [&[192, 0, 2, 7, 198, 51, 100, 1, 220, 4, 1, 187][..], &[4, 0, 1, 0]].concat();
        let mut v6 = [0; 36];
        v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        v6[33] = 80;
        for (bytes, expected) in [
            (version_2(0x21, 0x11, &v4), client("192.0.2.7:56324")),
            (version_2(0x21, 0x21, &v6), client("[2001:db8::]:80")),
            (version_2(0x20, 0x11, &v4), Introduced::Itself),
            (version_2(0x20, 0x00, &[]), Introduced::Itself),
            (version_2(0x21, 0x00, &[1; ADDED_MAX]), Introduced::Itself),
            (version_2(0x21, 0x31, &[0; 216]), Introduced::Itself),
        ] {
            assert_eq!(by_and_by(&[&bytes[..], b"\x16\x03\x01"].concat()), Ok(Some((expected, bytes.len()))));
        }
        for bytes in [
            version_2(0x11, 0x11, &v4),
            version_2(0x22, 0x11, &v4),
            version_2(0x21, 0x13, &v4),
            version_2(0x21, 0x11, &v4[..9]),
            version_2(0x21, 0x21, &v6[..33]),
            version_2(0x21, 0x00, &[1; ADDED_MAX + 1]),
            b"\r\n\r\n\0\r\nQUIT\r...........".to_vec(),
        ] {
            assert_eq!(by_and_by(&bytes), Err(NotIntroduced), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_asked_for_without_end(bytes in prop::collection::vec(any::<u8>(), 0..300), form in 0..3usize) {
            let bytes = [[&b""[..], b"PROXY TCP4 ", SIGNATURE][form], &bytes[..]].concat();
            let _ = by_and_by(&bytes);
            if let Ok(Progress::Whole(_, size)) = read(&bytes) {
                prop_assert!(size <= bytes.len());
            }
        }
    }
}
