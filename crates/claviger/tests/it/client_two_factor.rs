//! `2faenable`, `2fadisable`, and the code at login.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rusqlite::Connection;
use sha1::Sha1;

use crate::support::{ALL_VERSIONS, HWID, Reply, Seal, Server, Session, mask_text, now};

const UNAUTHED: &str = "Session is not validated";
const NO_CODE: &str = "Please provide the 2fa code to disable 2fa";
const WRONG: &str = "Invalid code please try again";

/// The code of a step, counted from the present one (RFC 6238).
pub fn code(base32: &str, step: i64) -> String {
    let mut bits = String::new();
    for letter in base32.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter);
        bits.push_str(&format!("{:05b}", value.expect("base 32")));
    }
    let key: Vec<u8> =
        (0..bits.len() / 8).map(|n| u8::from_str_radix(&bits[n * 8..n * 8 + 8], 2).expect("bits")).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).expect("a key of any length");
    mac.update(&(now() / 30 + step).to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let start = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[start..start + 4].try_into().expect("four bytes")) & 0x7FFF_FFFF;
    format!("{:06}", number % 1_000_000)
}

fn secret(session: &Session, name: &str) -> String {
    let reply = session.call("2faenable", &[]);
    let (_, secret) = mask_text(reply.text(), "secret_code");
    assert_eq!(secret.len(), 40);
    let payload = format!(
        r#""2fa":{{"secret_code":"{secret}","QRCode":"otpauth://totp/{name}?secret={secret}&issuer=KeyAuth"}}"#
    );
    session.succeeds(&reply, "Add the secret to your authenticator, then confirm with a code", &payload);
    secret
}

#[test]
fn from_the_first_code_to_the_last() {
    let server = Server::start();
    for (n, version) in ALL_VERSIONS.into_iter().enumerate() {
        let name = format!("user-{n}");
        let session = server.app.init(version);
        let enable = |code: &str| session.call("2faenable", &[("code", code)]);
        let disable = |code: &str| session.call("2fadisable", &[("code", code)]);
        session.fails(&enable(""), UNAUTHED);
        session.fails(&disable(""), NO_CODE);
        session.fails(&disable("123456"), UNAUTHED);
        session.register(&name, "p", server.license(n));
        session.fails(&disable("123456"), "2fa is not enabled on this account");
        session.fails(&enable("123456"), "2fa session has expired");
        let secret = secret(&session, &name);
        let right = code(&secret, 0);
        session.fails(&enable("12345"), WRONG);
        session.succeeds(&enable(&right), "2fa successfully activated", "");
        session.fails(&enable(""), "2fa is already enabled on this account");

        let login = |code: &str| {
            let params = [("username", name.as_str()), ("pass", "p"), ("hwid", HWID), ("code", code)];
            session.call("login", &params)
        };
        session.fails(&login(""), "2FA code is required");
        session.fails(&login("12345"), "Invalid 2FA code");
        // A step is used once, the one that confirmed the secret included.
        session.fails(&login(&right), "Invalid 2FA code");
        let next = code(&secret, 1);
        assert_eq!(login(&next).json()["message"], "Logged in!");
        session.fails(&login(&next), "Invalid 2FA code");

        session.fails(&disable("12345"), WRONG);
        session.fails(&disable(&next), WRONG);
        let database = Connection::open(server.data().join("claviger.db")).expect("the database");
        database.execute("UPDATE users SET totp_step = 1 WHERE totp_step IS NOT NULL", []).expect("a change");
        session.succeeds(&disable(&code(&secret, 0)), "2fa successfully disabled", "");
        assert_eq!(login("").json()["message"], "Logged in!");
    }
}

#[test]
fn a_secret_waits_for_five_minutes() {
    let server = Server::start();
    let session = server.app.init("1.2");
    session.register("alice", "p", server.license(0));
    let secret = secret(&session, "alice");
    let database = Connection::open(server.data().join("claviger.db")).expect("the database");
    let until: i64 =
        database.query_row("SELECT totp_pending_until FROM users", [], |row| row.get(0)).expect("a time");
    assert!((240..=300).contains(&(until - now())), "{until}");
    database.execute("UPDATE users SET totp_pending_until = 1", []).expect("a change");
    session.fails(&session.call("2faenable", &[("code", &code(&secret, 0))]), "2fa session has expired");
}

#[test]
fn a_missing_code_is_told_before_a_missing_session() {
    let server = Server::start();
    for version in ["1.1", "1.2", "1.3"] {
        let reply: Reply = server.app.client(version, "2fadisable", &[("sessionid", "none")]);
        server.app.assert_failure(version, &reply, Seal::Absent, NO_CODE);
    }
}
