//! Signatures, checked with crates that the server does not use.

use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Lower-hex HMAC-SHA256.
pub fn hmac_sha256(key: &str, message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key of any length");
    mac.update(message);
    hex::encode(mac.finalize().into_bytes())
}

/// Whether this is the key owner's signature over timestamp and body; all values as on the wire.
pub fn ed25519_verifies(public_key: &str, signature: &str, timestamp: &str, body: &[u8]) -> bool {
    let public_key: [u8; 32] = hex::decode(public_key).expect("hex").try_into().expect("32 bytes");
    let signature: [u8; 64] = hex::decode(signature).expect("hex").try_into().expect("64 bytes");
    let key = VerifyingKey::from_bytes(&public_key).expect("a point on the curve");
    let message = [timestamp.as_bytes(), body].concat();
    key.verify_strict(&message, &Signature::from_bytes(&signature)).is_ok()
}

#[test]
fn hmac_agrees_with_the_published_vectors() {
    let body =
        br#"{"success":true,"message":"Session is validated.","nonce":"abcdefghijklmnopqrstuvwxyz012345"}"#;
    let key = format!("4a59f8ca-b304-47-{}", "0123456789abcdef".repeat(4));
    let expected = "7f7d50a8e13d5d6ff447ca8affc60cef0a8c189cb9764688c45269f7d9d86dad";
    assert_eq!(hmac_sha256(&key, body), expected);
}

#[test]
fn ed25519_agrees_with_the_published_vector() {
    let public_key = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
    let body = br#"{"success":true,"code":68,"message":"Session is validated.","role":"not_checked","nonce":"00000000-0000-4000-8000-000000000000","ownerid":"AAAAAAAAAA"}"#;
    let signature = "023ba490654b2b9e3c70033c2c1dddd79dbe5eb59dfec763a97ef344e7df89431f83c39f2755d3f6aed461ddc4ebd9f56afcb0d1d9d7e708a25ee1faa3c8b601";
    assert!(ed25519_verifies(public_key, signature, "1700000000", body));
    assert!(!ed25519_verifies(public_key, signature, "1700000001", body));
}
