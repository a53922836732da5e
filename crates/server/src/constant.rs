//! What is the same for everybody: kept compressed from its first use on, and told unchanged to whoever has it.
//!
//! Nothing else is compressed: how small a reply with a secret and a stranger's text gets would tell of the secret.

use std::{io::Write, sync::OnceLock};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

/// A file that is part of the program.
pub(crate) struct Constant {
    content_type: &'static str,
    /// How long it may be kept without asking again.
    cache: &'static str,
    make: fn() -> Bytes,
    made: OnceLock<Made>,
}

struct Made {
    plain: Bytes,
    packed: Bytes,
    tag: HeaderValue,
}

impl Constant {
    /// What `make` makes, which is the same each time.
    pub(crate) const fn new(content_type: &'static str, cache: &'static str, make: fn() -> Bytes) -> Self {
        Self { content_type, cache, make, made: OnceLock::new() }
    }

    fn made(&self) -> &Made {
        self.made.get_or_init(|| {
            let plain = (self.make)();
            Made { packed: pack(&plain), tag: tag(&plain), plain }
        })
    }

    /// The reply to a request with these headers, `more` added.
    pub(crate) fn answer(&self, asked: &HeaderMap, more: &[(HeaderName, &'static str)]) -> Response {
        let made = self.made();
        let known = asked.get_all(header::IF_NONE_MATCH).iter().any(|tags| names(tags, &made.tag));
        let packed = takes_gzip(asked);
        let (status, body) = match (known, packed) {
            (true, _) => (StatusCode::NOT_MODIFIED, Bytes::new()),
            (false, true) => (StatusCode::OK, made.packed.clone()),
            (false, false) => (StatusCode::OK, made.plain.clone()),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::ETAG, made.tag.clone());
        if packed && !known {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        for (name, value) in more {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

fn pack(plain: &[u8]) -> Bytes {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    packed.write_all(plain).and_then(|()| packed.finish()).unwrap_or_default().into()
}

/// A name for the content; weak, since it is the same compressed or not.
fn tag(plain: &[u8]) -> HeaderValue {
    let mut sum = flate2::Crc::new();
    sum.update(plain);
    let tag = format!("W/\"{:x}-{:08x}\"", plain.len(), sum.sum());
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("W/\"0\""))
}

fn names(tags: &HeaderValue, tag: &HeaderValue) -> bool {
    let opaque = |tag: &[u8]| tag.strip_prefix(b"W/").unwrap_or(tag).to_vec();
    let tag = opaque(tag.as_bytes());
    let mut tags = tags.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
    tags.any(|known| known == b"*" || opaque(known) == tag)
}

/// Whether the caller takes gzip, by its name and without refusing it.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let values = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut codings = values.flat_map(|value| value.split(','));
    codings.any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let refused = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && refused.is_some_and(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    static TEXT: Constant = Constant::new("text/plain", "max-age=1", || Bytes::from("abc".repeat(1000)));

    fn asked(name: HeaderName, value: &'static str) -> Response {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        TEXT.answer(&headers, &[(header::X_FRAME_OPTIONS, "DENY")])
    }

    fn size(response: &Response) -> Option<u64> {
        axum::body::HttpBody::size_hint(response.body()).exact()
    }

    #[test]
    fn it_is_compressed_for_those_who_take_it() {
        let mut plain = String::new();
        GzDecoder::new(&*TEXT.made().packed).read_to_string(&mut plain).unwrap();
        assert_eq!(plain, "abc".repeat(1000));
        for taken in ["gzip", "deflate, GZIP;q=0.5", "br, gzip ;q=1.0"] {
            let response = asked(header::ACCEPT_ENCODING, taken);
            assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip", "{taken}");
            assert!(size(&response).is_some_and(|size| size < 100), "{taken}");
        }
        for refused in ["", "identity", "gzip;q=0", "gzipped", "gzip;q=x", "*;q=0"] {
            let response = asked(header::ACCEPT_ENCODING, refused);
            assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "{refused}");
            assert_eq!(size(&response), Some(3000), "{refused}");
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            assert_eq!(response.headers()[header::X_FRAME_OPTIONS], "DENY");
        }
    }

    #[test]
    fn whoever_has_it_gets_it_not_again() {
        let tag = TEXT.made().tag.to_str().unwrap();
        let strong: &'static str = tag.strip_prefix("W/").unwrap().to_owned().leak();
        for known in [tag.to_owned().leak(), strong, "\"x\", *", format!("\"x\",{tag}").leak()] {
            let response = asked(header::IF_NONE_MATCH, known);
            assert_eq!((response.status(), size(&response)), (StatusCode::NOT_MODIFIED, Some(0)), "{known}");
            assert_eq!(response.headers()[header::ETAG], tag);
        }
        assert_eq!(asked(header::IF_NONE_MATCH, "\"x\"").status(), StatusCode::OK);
    }
}
