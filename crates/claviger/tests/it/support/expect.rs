//! What replies must look like.

use super::{App, NO_KEY, Reply, crypto, now};

/// What the `signature` header of a reply must hold.
#[derive(Debug, Clone, Copy)]
pub enum Seal<'a> {
    /// There is none.
    Absent,
    /// The words that stand in when the client gave no key.
    NoKey,
    /// The HMAC with this key, on 1.2.
    Key(&'a str),
    /// The HMAC with this key, on 1.2 and 1.3.
    Both(&'a str),
}

/// A reply in JSON as every caller gets it: status and body to the byte, and the headers.
pub fn assert_json(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status, reply.text()), (status, body), "{reply:?}");
    assert_headers(reply, "application/json; charset=utf-8");
}

/// A reply of the Seller API in plain text.
pub fn assert_text(reply: &Reply, status: u16, body: &str) {
    assert_eq!((reply.status, reply.text()), (status, body), "{reply:?}");
    assert_headers(reply, "text/plain; charset=utf-8");
}

/// The headers of every reply of the two interfaces.
pub fn assert_headers(reply: &Reply, content_type: &str) {
    assert_eq!(reply.header("content-type"), Some(content_type), "{reply:?}");
    assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{reply:?}");
}

impl App {
    /// A success of the Client API: all of its bytes but the nonce, and its signature. The payload,
    /// if any, is the fields between `message` and `nonce`, without commas around them.
    pub fn assert_success(&self, version: &str, reply: &Reply, seal: Seal<'_>, message: &str, payload: &str) {
        self.assert_success_masked(version, reply, seal, message, payload, str::to_owned);
    }

    /// As `assert_success`, with a function that masks what is not the same each time.
    pub fn assert_success_masked(
        &self,
        version: &str,
        reply: &Reply,
        seal: Seal<'_>,
        message: &str,
        payload: &str,
        mask: impl FnOnce(&str) -> String,
    ) {
        let comma = if payload.is_empty() { "" } else { "," };
        let expected = match version {
            "1.0" | "1.1" => format!(r#"{{"success":true,"message":"{message}"{comma}{payload}}}"#),
            "1.2" => format!(r#"{{"success":true,"message":"{message}"{comma}{payload},"nonce":"*"}}"#),
            _ => format!(
                r#"{{"success":true,"code":68,"message":"{message}"{comma}{payload},"nonce":"*","ownerid":"{}"}}"#,
                self.owner_id
            ),
        };
        assert_eq!(mask(&mask_nonce(version, reply.text())), expected);
        assert_eq!(reply.status, 200);
        assert_headers(reply, "application/json; charset=utf-8");
        self.assert_sealed(version, reply, seal);
    }

    /// A failure of the Client API with nothing but a message: all of its bytes, and its signature.
    pub fn assert_failure(&self, version: &str, reply: &Reply, seal: Seal<'_>, message: &str) {
        self.assert_failure_with(version, reply, seal, message, "");
    }

    /// A failure with further fields, as in `assert_success`.
    pub fn assert_failure_with(
        &self,
        version: &str,
        reply: &Reply,
        seal: Seal<'_>,
        message: &str,
        payload: &str,
    ) {
        let comma = if payload.is_empty() { "" } else { "," };
        let expected = match version {
            "1.3" => format!(
                r#"{{"success":false,"code":0,"message":"{message}"{comma}{payload},"ownerid":"{}"}}"#,
                self.owner_id
            ),
            _ => format!(r#"{{"success":false,"message":"{message}"{comma}{payload}}}"#),
        };
        assert_json(reply, 200, &expected);
        self.assert_sealed(version, reply, seal);
    }

    /// The signature that this version prescribes, and none of another version.
    pub fn assert_sealed(&self, version: &str, reply: &Reply, seal: Seal<'_>) {
        if version == "1.3" {
            let (signature, timestamp) = signature_1_3(reply);
            assert!(
                crypto::ed25519_verifies(&self.public_key, signature, timestamp, &reply.body),
                "not signed by the application: {reply:?}"
            );
        } else {
            assert_eq!(reply.header("x-signature-ed25519"), None, "{reply:?}");
            assert_eq!(reply.header("x-signature-timestamp"), None, "{reply:?}");
        }
        let expected = match (version, seal) {
            ("1.0" | "1.1", _) | (_, Seal::Absent) => None,
            ("1.2", Seal::NoKey) => Some(NO_KEY.to_owned()),
            ("1.2", Seal::Key(key)) | (_, Seal::Both(key)) => Some(crypto::hmac_sha256(key, &reply.body)),
            (_, Seal::NoKey | Seal::Key(_)) => None,
        };
        assert_eq!(reply.header("signature"), expected.as_deref(), "{reply:?}");
    }
}

/// The two headers of API 1.3, whose form is checked.
pub fn signature_1_3(reply: &Reply) -> (&str, &str) {
    let signature = reply.header("x-signature-ed25519").expect("a signature");
    let timestamp = reply.header("x-signature-timestamp").expect("a timestamp");
    assert_eq!(signature.len(), 128, "{signature}");
    assert!(signature.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{signature}");
    assert_eq!(timestamp.len(), 10, "{timestamp}");
    assert!(timestamp.bytes().all(|b| b.is_ascii_digit()), "{timestamp}");
    let age = now() - timestamp.parse::<i64>().expect("a number");
    assert!((0..60).contains(&age), "signed {age} s ago");
    (signature, timestamp)
}

/// The body with `*` for its nonce, whose form is checked; 1.1 has none.
pub fn mask_nonce(version: &str, body: &str) -> String {
    if matches!(version, "1.0" | "1.1") {
        assert!(!body.contains(r#""nonce""#), "{body}");
        return body.to_owned();
    }
    let (masked, nonce) = mask_text(body, "nonce");
    if version == "1.2" {
        assert!(nonce.len() == 32 && nonce.bytes().all(|b| b.is_ascii_alphanumeric()), "{nonce}");
    } else {
        assert!(is_uuid_v4(&nonce), "{nonce}");
    }
    masked
}

fn is_uuid_v4(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            14 => b == b'4',
            19 => b"89ab".contains(&b),
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        })
}

/// The body with `*` for the first string of this name, and that string.
pub fn mask_text(body: &str, field: &str) -> (String, String) {
    let start = value_start(body, &format!(r#""{field}":""#));
    let length = body[start..].find('"').expect("the end of a string");
    let value = body[start..start + length].to_owned();
    (format!("{}*{}", &body[..start], &body[start + length..]), value)
}

/// The body with `#` for the first number of this name, be it a JSON number or in quotes, and that
/// number.
pub fn mask_number(body: &str, field: &str) -> (String, i64) {
    let mut start = value_start(body, &format!(r#""{field}":"#));
    if body[start..].starts_with('"') {
        start += 1;
    }
    let length = body[start..].find(|c: char| c != '-' && !c.is_ascii_digit()).expect("the end of a number");
    let value = body[start..start + length].parse().unwrap_or_else(|_| panic!("{field} in {body}"));
    (format!("{}#{}", &body[..start], &body[start + length..]), value)
}

/// The body with `#` for every number in quotes of this name.
pub fn mask_numbers(body: &str, field: &str) -> String {
    let name = format!(r#""{field}":""#);
    let mut parts = body.split(&name);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |masked, part| {
        masked + &name + "#" + part.trim_start_matches(|c: char| c.is_ascii_digit())
    })
}

fn value_start(body: &str, prefix: &str) -> usize {
    body.find(prefix).unwrap_or_else(|| panic!("no {prefix} in {body}")) + prefix.len()
}
