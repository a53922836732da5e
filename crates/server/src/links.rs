//! Files by a link that `file` gave out: the bytes as they are, in parts where the program wants (`docs/protocol/client.md`).

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{self, ConnectInfo, Path},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use claviger_service::{Content, LinkFault, Linked};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    State,
    http::{BUSY_FOR, json, passes, with_retry_after},
    pieces::{self, Source},
};

/// Where links lead.
const PATH: &str = "/api/files/";
/// Bytes of the file in one piece.
const PIECE: u64 = 64 * 1024;
/// Nobody shows what is meant to be kept, and nothing in it may run.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "application/octet-stream"),
    (header::ACCEPT_RANGES, "bytes"),
    (header::CACHE_CONTROL, "private, no-cache"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
];

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new().route("/api/files/{token}", get(download))
}

/// The address of a link.
pub(crate) fn address(public_url: &str, token: &str) -> String {
    format!("{public_url}{PATH}{token}")
}

async fn download(
    extract::State(state): extract::State<Arc<State>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    let ip = state.client_ip.of(peer, &headers);
    if !state.limits.client_may(ip) {
        return refused(StatusCode::TOO_MANY_REQUESTS, "Too many requests", Some(60));
    }
    match state.service.open_link(&token, ip).await {
        Ok(linked) => {
            let part = part(&headers, &tag(&linked), linked.content.length());
            if method == Method::GET && part.ends_at(linked.content.length()) {
                state.service.count_download(&linked.app, &linked.file);
            }
            hand_out(linked, part)
        }
        Err(LinkFault::Unknown) => refused(StatusCode::NOT_FOUND, "Not found", None),
        Err(LinkFault::Ended) => refused(StatusCode::GONE, "This link has ended", None),
        Err(LinkFault::Full(full)) => {
            let seconds = full.retry_after.as_secs().max(1);
            refused(StatusCode::SERVICE_UNAVAILABLE, "Too many downloads at once", Some(seconds))
        }
        Err(LinkFault::Service(error)) if passes(&error, "a download failed") => {
            refused(StatusCode::SERVICE_UNAVAILABLE, "The server is busy", Some(BUSY_FOR))
        }
        Err(LinkFault::Service(_)) => refused(StatusCode::INTERNAL_SERVER_ERROR, "Internal error", None),
    }
}

fn refused(status: StatusCode, text: &str, retry_after: Option<u64>) -> Response {
    let response = json(status, format!(r#"{{"success":false,"message":"{text}"}}"#));
    match retry_after {
        Some(seconds) => with_retry_after(response, seconds),
        None => response,
    }
}

fn tag(linked: &Linked) -> String {
    format!("\"{}\"", linked.sha256)
}

fn hand_out(linked: Linked, part: Part) -> Response {
    let tag = tag(&linked);
    let Linked { file, content, place, .. } = linked;
    let length = content.length();
    let (status, at, end) = match part {
        Part::Known => (StatusCode::NOT_MODIFIED, 0, 0),
        Part::Nowhere => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
        Part::Whole => (StatusCode::OK, 0, length),
        Part::Of(at, end) => (StatusCode::PARTIAL_CONTENT, at, end),
    };
    let body = match part {
        Part::Known | Part::Nowhere => Body::empty(),
        Part::Whole | Part::Of(..) => pieces::body(Bytes { content, at, end }, end - at, place),
    };
    let mut response = (status, HEADERS, body).into_response();
    let told = response.headers_mut();
    let mut tell = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            told.insert(name, value);
        }
    };
    tell(header::ETAG, tag);
    tell(header::CONTENT_DISPOSITION, disposition(&file.name));
    match part {
        Part::Of(..) => tell(header::CONTENT_RANGE, format!("bytes {at}-{}/{length}", end - 1)),
        Part::Nowhere => tell(header::CONTENT_RANGE, format!("bytes */{length}")),
        Part::Known | Part::Whole => {}
    }
    response
}

/// What is wanted of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From a byte on, to before another.
    Of(u64, u64),
    /// Nothing: whoever asks has it.
    Known,
    /// What is not there.
    Nowhere,
}

impl Part {
    /// Whether the last byte is in it: a download that is taken in several parts has one of these.
    fn ends_at(self, length: u64) -> bool {
        match self {
            Self::Whole => true,
            Self::Of(_, end) => end == length,
            Self::Known | Self::Nowhere => false,
        }
    }
}

/// What the headers of a request want of a file of this tag and length.
fn part(headers: &HeaderMap, tag: &str, length: u64) -> Part {
    let value = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_tag = |other: &str| other.trim() == "*" || other.trim().trim_start_matches("W/") == tag;
    if value(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(is_tag)) {
        return Part::Known;
    }
    // Of another content no part is wanted.
    if value(header::IF_RANGE).is_some_and(|wanted| wanted.trim() != tag) {
        return Part::Whole;
    }
    value(header::RANGE).map_or(Part::Whole, |range| range_of(range, length))
}

/// A single range; several, and what is none, mean the whole.
fn range_of(range: &str, length: u64) -> Part {
    let Some(("bytes", range)) = range.split_once('=') else { return Part::Whole };
    let Some((first, last)) = range.trim().split_once('-') else { return Part::Whole };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // Beyond all numbers is beyond the end.
        is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if last < first => Part::Whole,
        (Some(first), _) if first >= length && (last.is_empty() || number(last).is_some()) => Part::Nowhere,
        (Some(first), Some(last)) => Part::Of(first, last.saturating_add(1).min(length)),
        (Some(first), None) if last.is_empty() => Part::Of(first, length),
        (None, Some(last)) if first.is_empty() => match last.min(length) {
            0 => Part::Nowhere,
            last => Part::Of(length - last, length),
        },
        _ => Part::Whole,
    }
}

/// The name under which it is kept, for old programs in plain ASCII as well. Nothing in it leads to another folder.
fn disposition(name: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "._- ".contains(char);
    let plain: String = name.chars().map(|char| if is_plain(char) { char } else { '_' }).collect();
    let plain = plain.trim().trim_start_matches('.');
    let plain = if plain.is_empty() { "file" } else { plain };
    let whole: String = name.chars().map(|char| if "/\\".contains(char) { '_' } else { char }).collect();
    let whole = whole.trim_start_matches('.');
    if whole == plain {
        return format!("attachment; filename=\"{plain}\"");
    }
    let encoded = utf8_percent_encode(if whole.is_empty() { plain } else { whole }, NON_ALPHANUMERIC);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

struct Bytes {
    content: Content,
    at: u64,
    end: u64,
}

impl Source for Bytes {
    fn next(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        let size = PIECE.min(self.end - self.at);
        out.resize(size as usize, 0);
        self.content.read_at(self.at, out)?;
        self.at += size;
        if self.at == self.end {
            self.content.check()?;
        }
        Ok(self.at < self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        for (range, expected) in [
            ("bytes=0-0", Part::Of(0, 1)),
            ("bytes=0-", Part::Of(0, 100)),
            ("bytes=10-19", Part::Of(10, 20)),
            ("bytes=99-1000", Part::Of(99, 100)),
            ("bytes=10-99999999999999999999999", Part::Of(10, 100)),
            ("bytes=-1", Part::Of(99, 100)),
            ("bytes=-500", Part::Of(0, 100)),
            ("bytes=-0", Part::Nowhere),
            ("bytes=100-", Part::Nowhere),
            ("bytes=100-200", Part::Nowhere),
            ("bytes=99999999999999999999999-", Part::Nowhere),
            ("bytes=20-10", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=100-b", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes 1-2", Part::Whole),
            ("items=0-1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(range_of(range, 100), expected, "{range}");
        }
        for range in ["bytes=0-", "bytes=-5", "bytes=0-0"] {
            assert_eq!(range_of(range, 0), Part::Nowhere, "{range} of nothing");
        }
    }

    #[test]
    fn conditions_come_first() {
        let tag = "\"abc\"";
        let asked = |told: &[(&str, &str)]| {
            let pairs = told.iter().map(|&(name, value)| {
                (HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap())
            });
            part(&pairs.collect(), tag, 100)
        };
        assert_eq!(asked(&[]), Part::Whole);
        for known in [tag, "*", "W/\"abc\"", "\"x\", \"abc\""] {
            assert_eq!(asked(&[("if-none-match", known), ("range", "bytes=0-1")]), Part::Known, "{known}");
        }
        assert_eq!(asked(&[("if-none-match", "\"x\""), ("range", "bytes=0-1")]), Part::Of(0, 2));
        assert_eq!(asked(&[("if-range", tag), ("range", "bytes=5-")]), Part::Of(5, 100));
        for other in ["\"x\"", "W/\"abc\"", "Tue, 01 Jan 2030 00:00:00 GMT"] {
            assert_eq!(asked(&[("if-range", other), ("range", "bytes=5-")]), Part::Whole, "{other}");
        }
    }

    #[test]
    fn names_are_harmless() {
        for (name, expected) in [
            ("loader.exe", "attachment; filename=\"loader.exe\""),
            ("../../etc/passwd", "attachment; filename=\"_.._etc_passwd\""),
            ("a\"; x=\r\n", "attachment; filename=\"a__ x___\"; filename*=UTF-8''a%22%3B%20x%3D%0D%0A"),
            ("größe.bin", "attachment; filename=\"gr__e.bin\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%2Ebin"),
            ("", "attachment; filename=\"file\"; filename*=UTF-8''file"),
        ] {
            assert_eq!(disposition(name), expected, "{name:?}");
        }
    }
}
