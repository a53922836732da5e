//! API 1.0's encryption, with crates that the server does not use for it.

use aes::Aes256;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use sha2::{Digest as _, Sha256};

use super::Reply;

/// What the client draws for a request.
pub const INIT_IV: &str = "ef797c8118f02dfb649607dd5d3f8c7623048c9c063d532cc95c5ed7a898a64f";
const HEX: [&str; 4] = ["type", "name", "ownerid", "sessionid"];
const RAW: [&str; 3] = ["hash", "reason", "newUsername"];

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Lower-hex AES-256-CBC.
pub fn encrypt(key: &str, text: &str) -> String {
    let (key, iv) = (digest(key), digest(INIT_IV));
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&key.as_bytes()[..32], &iv.as_bytes()[..16]);
    hex::encode(cipher.expect("fitting lengths").encrypt_padded_vec::<Pkcs7>(text.as_bytes()))
}

/// The text, if it was encrypted with this key.
pub fn decrypt(key: &str, text: &str) -> Option<String> {
    let (key, iv) = (digest(key), digest(INIT_IV));
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key.as_bytes()[..32], &iv.as_bytes()[..16]);
    let bytes =
        cipher.expect("fitting lengths").decrypt_padded_vec::<Pkcs7>(&hex::decode(text).ok()?).ok()?;
    String::from_utf8(bytes).ok()
}

/// The parameters as a client of API 1.0 sends them.
pub fn sealed(key: &str, params: &[(&str, &str)]) -> Vec<(String, String)> {
    let seal = |&(name, value): &(&str, &str)| {
        let value = match name {
            _ if HEX.contains(&name) => hex::encode(value),
            _ if RAW.contains(&name) => value.to_owned(),
            _ => encrypt(key, value),
        };
        (name.to_owned(), value)
    };
    params.iter().map(seal).chain([("init_iv".to_owned(), INIT_IV.to_owned())]).collect()
}

pub fn refs(params: &[(String, String)]) -> Vec<(&str, &str)> {
    params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The reply with its body decrypted; a plain one as it is.
pub fn opened(reply: Reply, key: &str) -> Reply {
    let body = decrypt(key, reply.text()).map(String::into_bytes);
    Reply { body: body.unwrap_or_else(|| reply.body.clone()), ..reply }
}

#[test]
fn agrees_with_the_published_vector() {
    let secret = "0123456789abcdef".repeat(4);
    assert_eq!(encrypt(&secret, "1.0"), "ef38946c957105e8a4fa645eee4d90b1");
}
