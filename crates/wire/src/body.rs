//! Parameters in a request's body: a form, a multipart form or a flat JSON object (`docs/protocol/client.md`).

use std::{borrow::Cow, convert::Infallible, fmt};

use bytes::Bytes;
use futures_util::stream;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{Params, payload::Value};

impl Params {
    /// Reads a body. What cannot be read is left out; that is never an error.
    ///
    /// - `multipart/form-data`: all fields but files;
    /// - JSON: the texts, numbers (as they are written) and booleans of one flat object, and nothing at all when it is
    ///   malformed. A body that starts as JSON is JSON whatever it is called, so that text inside it does not turn into
    ///   parameters;
    /// - everything else: `application/x-www-form-urlencoded`, as [`Params::from_query`].
    pub async fn from_body(content_type: Option<&str>, body: Bytes) -> Self {
        Body::read(content_type, body).await.params
    }
}

/// Most parts of a multipart form, files among them, that are read.
const PARTS_MAX: usize = 1000;

/// A body that was read.
#[derive(Default)]
pub(crate) struct Body {
    pub(crate) params: Params,
    /// The first file of a multipart form that is called `file`.
    pub(crate) file: Option<FilePart>,
    /// Why not all of it could be read.
    pub(crate) malformed: Option<Malformed>,
}

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It is JSON by its type or its first character, and is not.
    Json,
    /// A multipart form without a boundary, or one that breaks off.
    Multipart,
    /// More names and values than are read.
    TooMany,
}

impl fmt::Display for Malformed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Json => "The body is not valid JSON",
            Self::Multipart => "The body is not a complete multipart form",
            Self::TooMany => "Too many parameters",
        })
    }
}

/// A file in a multipart form.
#[derive(Clone)]
pub struct FilePart {
    /// Its name, as the sender has it; may be empty.
    pub name: String,
    /// Its content.
    pub bytes: Bytes,
}

impl Body {
    pub(crate) async fn read(content_type: Option<&str>, body: Bytes) -> Self {
        if body.is_empty() {
            return Self::default();
        }
        let content_type = content_type.unwrap_or_default();
        if starts_with(content_type, "multipart/form-data") {
            // Boxed, since it is big and rare: other requests need not carry it around.
            return Box::pin(multipart(content_type, body)).await;
        }
        if let Some(text) = json_text(content_type, &body) {
            return json(&text);
        }
        Self::of(Params::from_urlencoded(&body))
    }

    fn of(params: Params) -> Self {
        let malformed = params.too_many().then_some(Malformed::TooMany);
        Self { params, malformed, ..Self::default() }
    }

    fn malformed(why: Malformed) -> Self {
        Self { malformed: Some(why), ..Self::default() }
    }
}

/// The text of a body that is JSON by its type or its first character, and not empty.
pub(crate) fn json_text<'b>(content_type: &str, body: &'b [u8]) -> Option<Cow<'b, str>> {
    let multipart = starts_with(content_type, "multipart/form-data");
    let named = starts_with(content_type, "application/json") && !body.is_empty();
    let is_json = !multipart && (named || looks_like_json(body));
    is_json.then(|| String::from_utf8_lossy(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)))
}

/// An object, or any other JSON, which brings nothing.
fn json(text: &str) -> Body {
    let read = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text),
        false => serde_json::from_str(text).map(|IgnoredAny| Body::default()),
    };
    let mut body = read.unwrap_or_else(|_| Body::malformed(Malformed::Json));
    if body.params.too_many() {
        body.malformed = Some(Malformed::TooMany);
    }
    body
}

fn starts_with(content_type: &str, prefix: &str) -> bool {
    content_type.trim_start().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn looks_like_json(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
}

impl fmt::Debug for FilePart {
    /// Without the content, which may be secret.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "FilePart({} bytes)", self.bytes.len())
    }
}

async fn multipart(content_type: &str, body: Bytes) -> Body {
    let mut read = Body::malformed(Malformed::Multipart);
    let Ok(boundary) = multer::parse_boundary(content_type) else { return read };
    let mut parts = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let mut count = 0;
    loop {
        let field = match parts.next_field().await {
            Ok(Some(_)) if count == PARTS_MAX => {
                read.params.note_too_many();
                read.malformed = Some(Malformed::TooMany);
                return read;
            }
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => return read,
        };
        count += 1;
        let (name, file) = (field.name().map(String::from), field.file_name().map(String::from));
        let Ok(bytes) = field.bytes().await else { return read };
        match (name.as_deref(), file) {
            (Some(name), None) => read.params.push(name, &String::from_utf8_lossy(&bytes)),
            (Some("file"), Some(name)) if read.file.is_none() => read.file = Some(FilePart { name, bytes }),
            _ => {}
        }
    }
    read.malformed = None;
    read
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let mut body = Body::default();
        while let Some(name) = map.next_key::<Cow<'_, str>>()? {
            let raw: &RawValue = map.next_value()?;
            if body.params.too_many() {
                // The rest must be read, or it would not be JSON.
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                break;
            }
            if is_number(raw) {
                // As it was written: a version 2.10 is not 2.1.
                body.params.push(&name, raw.get());
                continue;
            }
            match serde_json::from_str(raw.get()).map_err(A::Error::custom)? {
                Value::Text(text) => body.params.push(&name, &text),
                Value::Other => {}
            }
        }
        Ok(body)
    }
}

fn is_number(raw: &RawValue) -> bool {
    raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use proptest::prelude::*;

    const MULTIPART: &str = "multipart/form-data; boundary=----x";

    fn read(content_type: Option<&str>, body: impl Into<Vec<u8>>) -> Vec<(String, String)> {
        let params = Params::from_body(content_type, Bytes::from(body.into())).now_or_never().unwrap();
        params.iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.into(), value.into())).collect()
    }

    #[test]
    fn reads_forms() {
        for content_type in
            [None, Some("application/x-www-form-urlencoded; charset=utf-8"), Some("text/plain"), Some("é")]
        {
            let body = b"type=init&hash=a\r\n&path=C:\\x y&bad=\xff".to_vec();
            let expected = [("type", "init"), ("hash", "a\r\n"), ("path", "C:\\x y"), ("bad", "\u{FFFD}")];
            assert_eq!(read(content_type, body), owned(&expected));
        }
    }

    #[test]
    fn reads_multipart_forms() {
        let part = |head: &str, value: &str| {
            format!("------x\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n")
        };
        let body = [
            part("name=\"type\"", "init"),
            part("name=\"file\"; filename=\"a.bin\"", "ignored"),
            part("name=empty", ""),
            part("other=1", "ignored"),
            part("name=\"last\"", "a&b=é\r\n"),
            "------x--\r\n".into(),
        ];
        let expected = owned(&[("type", "init"), ("empty", ""), ("last", "a&b=é\r\n")]);
        assert_eq!(read(Some(MULTIPART), body.concat()), expected);
        assert_eq!(read(Some("Multipart/Form-Data; boundary=\"----x\""), body.concat()), expected);
        // Broken off: what is whole counts.
        assert_eq!(read(Some(MULTIPART), body[..3].concat()), expected[..1]);
        assert_eq!(read(Some("multipart/form-data"), body.concat()), []);
    }

    #[test]
    fn reads_flat_objects() {
        let body =
            r#" {"a":"x","n":1,"f":1.5,"i":-2,"t":true,"none":null,"list":[1],"object":{"a":1},"a":"y"}"#;
        let expected = [("a", "x"), ("n", "1"), ("f", "1.5"), ("i", "-2"), ("t", "true"), ("a", "y")];
        for content_type in
            [Some("application/json; charset=utf-8"), None, Some("application/x-www-form-urlencoded")]
        {
            assert_eq!(read(content_type, body), owned(&expected));
        }
        assert_eq!(read(None, "\u{FEFF}{\"a\":\"b\"}"), owned(&[("a", "b")]));
        assert_eq!(read(None, b"{\"a\":\"\xff\"}".to_vec()), owned(&[("a", "\u{FFFD}")]));
    }

    #[test]
    fn numbers_stay_as_they_are_written() {
        for number in [
            "2.10",
            "1.0",
            "0",
            "-0",
            "1e3",
            "1E+3",
            "-1.50",
            "1e999",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827",
        ] {
            assert_eq!(read(None, format!("{{\"n\": {number} }}")), owned(&[("n", number)]));
        }
        for number in ["01", "+1", ".5", "1.", "0x10", "NaN", "Infinity", "1_000"] {
            assert_eq!(read(None, format!("{{\"n\":{number}}}")), []);
        }
    }

    fn flaw(content_type: Option<&str>, body: &str) -> Option<Malformed> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        Body::read(content_type, body).now_or_never().unwrap().malformed
    }

    #[test]
    fn tells_what_is_malformed() {
        let json = Some("application/json");
        for body in ["", "{}", "[]", "null", "\"text\"", "12", " {\"a\":[[1]]} ", "[1,{\"a\":2}]"] {
            assert_eq!(flaw(json, body), None, "{body}");
        }
        for body in ["{", "[", "[1", "{\"a\":1}x", "{a:1}", "{\"a\":1,}", "nul", "a=b", "{\"a\":\"\\ud800\"}"]
        {
            assert_eq!(flaw(json, body), Some(Malformed::Json), "{body}");
        }
        // Nothing is looked at so deep.
        let deep = |start: &str, end: &str| format!("{{\"data\":{}1{}}}", start.repeat(200), end.repeat(200));
        assert_eq!(flaw(None, &deep("[", "]")), None);
        assert_eq!(flaw(None, &deep("{\"order\":", "}")), None);
        assert_eq!(flaw(None, "{"), Some(Malformed::Json));
        assert_eq!(flaw(None, "a=b&c={"), None);
        for (content_type, body) in [
            ("multipart/form-data", "x"),
            (MULTIPART, "x"),
            (MULTIPART, "------x\r\n"),
            (MULTIPART, "--y--\r\n"),
        ] {
            assert_eq!(flaw(Some(content_type), body), Some(Malformed::Multipart), "{body}");
        }
        assert_eq!(flaw(Some(MULTIPART), "------x--\r\n"), None);
        assert_eq!(flaw(Some(MULTIPART), ""), None);
    }

    #[test]
    fn malformed_json_brings_nothing() {
        for body in [r#"{"a":"b","#, "[1]", "{", r#"{"a":"x&type=y}"#, r#"{"a":"b"} c=d"#] {
            assert_eq!(read(None, body), [], "{body}");
        }
        assert_eq!(read(Some("application/json"), "a=b"), []);
        assert_eq!(read(None, "{\"a\":".repeat(10_000)), []);
        assert_eq!(read(None, format!("{{\"data\":{}", "[".repeat(10_000))), []);
    }

    proptest! {
        #[test]
        fn any_body_is_read(bytes in prop::collection::vec(any::<u8>(), 0..200), content_type in any::<String>()) {
            for content_type in [None, Some("application/json"), Some(MULTIPART), Some(content_type.as_str())] {
                read(content_type, bytes.clone());
                read(content_type, [b"------x\r\n".as_slice(), &bytes].concat());
                read(content_type, [b"{\"a\":".as_slice(), &bytes].concat());
            }
        }
    }
}
