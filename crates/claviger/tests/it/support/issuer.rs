//! A small identity provider, which says whatever a test wants it to.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};

use super::now;

/// What it says when a code comes.
#[derive(Debug, Clone)]
pub struct Says {
    /// Claims of the token, over the usual ones; null: it lacks the claim.
    pub claims: Value,
    /// Head of the token, over the usual one.
    pub head: Value,
    /// Whether another key than the one it tells of signs.
    pub forged: bool,
    /// Whether the token is told without signature.
    pub unsigned: bool,
    /// Whether it takes the code and never answers.
    pub silent: bool,
    /// What the token must repeat.
    pub nonce: String,
}

impl Default for Says {
    fn default() -> Self {
        let (claims, head) = (json!({}), json!({}));
        Self { claims, head, forged: false, unsigned: false, silent: false, nonce: String::new() }
    }
}

/// A running provider.
#[derive(Debug)]
pub struct Issuer {
    pub url: String,
    pub says: Arc<Mutex<Says>>,
    /// Bodies and `Authorization` headers of requests with a code.
    pub exchanges: Arc<Mutex<Vec<(String, String)>>>,
}

impl Issuer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (says, exchanges) = (Arc::new(Mutex::new(Says::default())), Arc::default());
        let issuer = Self { url: url.clone(), says: Arc::clone(&says), exchanges: Arc::clone(&exchanges) };
        thread::spawn(move || {
            let mut kept_waiting = Vec::new();
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.expect("a connection"));
                let mut lines = Vec::new();
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).is_err() || line.trim().is_empty() {
                        break;
                    }
                    lines.push(line.trim().to_owned());
                }
                let header = |name: &str| {
                    let found = lines.iter().find_map(|line| {
                        let (key, value) = line.split_once(": ")?;
                        key.eq_ignore_ascii_case(name).then(|| value.to_owned())
                    });
                    found.unwrap_or_default()
                };
                let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
                if stream.read_exact(&mut body).is_err() {
                    continue;
                }
                let target = lines.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
                if target == "/token" && says.lock().expect("no panic").silent {
                    kept_waiting.push(stream);
                    continue;
                }
                let answer = match target {
                    "/.well-known/openid-configuration" => json!({
                        "issuer": url,
                        "authorization_endpoint": format!("{url}/authorize"),
                        "token_endpoint": format!("{url}/token"),
                        "jwks_uri": format!("{url}/keys"),
                        "response_types_supported": ["code"],
                        "subject_types_supported": ["public"],
                        "id_token_signing_alg_values_supported": ["EdDSA"],
                    }),
                    "/keys" => json!({ "keys": [{
                        "kty": "OKP", "crv": "Ed25519", "kid": "one", "use": "sig",
                        "x": base64url(key(false).verifying_key().as_bytes()),
                    }, { "kty": "of another kind" }] }),
                    "/token" => {
                        let body = String::from_utf8_lossy(&body).into_owned();
                        exchanges.lock().expect("no panic").push((body, header("authorization")));
                        json!({ "access_token": "x", "token_type": "Bearer",
                            "id_token": token(&url, &says.lock().expect("no panic")) })
                    }
                    _ => Value::Null,
                };
                let text = match target {
                    "/large/.well-known/openid-configuration" => format!("\"{}\"", "x".repeat(300_000)),
                    "/text/.well-known/openid-configuration" => "{".into(),
                    _ => answer.to_string(),
                };
                let (status, more) = match target {
                    "/elsewhere/.well-known/openid-configuration" => (307, "Location: /\r\n"),
                    _ if answer.is_null() && text == "null" => (404, ""),
                    _ => (200, ""),
                };
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\n\
                     Connection: close\r\n\r\n",
                    text.len()
                );
                let _ = stream.get_mut().write_all((head + &text).as_bytes());
            }
        });
        issuer
    }

    /// What it says from now on.
    pub fn says(&self, says: Says) {
        *self.says.lock().expect("no panic") = says;
    }
}

fn key(other: bool) -> SigningKey {
    SigningKey::from_bytes(&[if other { 9 } else { 7 }; 32])
}

fn over(usual: Value, changes: &Value) -> Value {
    let mut usual = usual;
    for (name, value) in changes.as_object().expect("an object") {
        let all = usual.as_object_mut().expect("an object");
        if value.is_null() {
            all.remove(name);
        } else {
            all.insert(name.clone(), value.clone());
        }
    }
    usual
}

fn token(url: &str, says: &Says) -> String {
    let now = now();
    let claims = json!({ "iss": url, "sub": "subject-1", "aud": "claviger", "exp": now + 300, "iat": now,
        "nonce": says.nonce, "email": "Rita@Example.org", "email_verified": true });
    let head = over(json!({ "alg": "EdDSA", "kid": "one" }), &says.head);
    let part = |value: Value| base64url(value.to_string().as_bytes());
    let message = format!("{}.{}", part(head), part(over(claims, &says.claims)));
    let signature = key(says.forged).sign(message.as_bytes()).to_bytes();
    let signature = if says.unsigned { String::new() } else { base64url(&signature) };
    format!("{message}.{signature}")
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            text.push(DIGITS[(number >> (18 - 6 * digit)) as usize & 63] as char);
        }
    }
    text
}
