//! Signatures of replies (`docs/protocol/signatures.md`).

use claviger_domain::{LongMessage, SigningKey, hmac_sha256_hex, hmac_sha256_long_hex};

/// API 1.2: stands in the place of a signature where the program agreed on no key.
pub const NO_ENCKEY: &str = "No encryption key supplied";

/// API 1.2: the value of the header `signature`, the HMAC-SHA256 of the body's exact bytes as 64 lower-case hexadecimal
/// digits. The key is the app secret for `init`, else the session's key ([`sesskey`]).
pub fn sign_v1_2(key: &[u8], body: &[u8]) -> String {
    hmac_sha256_hex(key, body)
}

/// As [`sign_v1_2`], for a body that is not held in memory; it is told once.
///
/// # Errors
/// Those of `body`.
pub fn sign_long_v1_2<E>(key: &[u8], body: &LongMessage<'_, E>) -> Result<String, E> {
    hmac_sha256_long_hex(key, body)
}

/// API 1.2: the key of a session, made of the `enckey` that the program sent to `init` and the app secret.
pub fn sesskey(enckey: &str, secret: &str) -> String {
    [enckey, secret].join("-")
}

/// API 1.3: the values of the headers `x-signature-ed25519` (128 lower-case hexadecimal digits) and
/// `x-signature-timestamp` (Unix seconds). The signature is over the timestamp's digits followed by the body's exact
/// bytes. Programs refuse a timestamp older than 20 seconds, so sign last.
pub fn sign_v1_3(key: &SigningKey, timestamp: i64, body: &[u8]) -> (String, String) {
    let timestamp = timestamp.to_string();
    let mut message = Vec::with_capacity(timestamp.len() + body.len());
    message.extend_from_slice(timestamp.as_bytes());
    message.extend_from_slice(body);
    (key.sign_hex(&message), timestamp)
}

/// As [`sign_v1_3`], for a body that is not held in memory; it is told twice. It must hold a nonce.
///
/// # Errors
/// Those of `body`.
pub fn sign_long_v1_3<E>(
    key: &SigningKey,
    timestamp: i64,
    body: &LongMessage<'_, E>,
) -> Result<(String, String), E> {
    let timestamp = timestamp.to_string();
    let message = |write: &mut dyn FnMut(&[u8])| {
        write(timestamp.as_bytes());
        body(write)
    };
    let signature = key.sign_long_hex(&message)?;
    Ok((signature, timestamp))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{ApiVersion, Reply};

    #[test]
    fn v1_2_as_the_vendor_published() {
        let body = concat!(
            r#"{"success":true,"message":"Initialized","sessionid":"b8Q1f62SdW","appinfo":{"numUsers":"6","#,
            r#""numOnlineUsers":"120","numKeys":"1533","version":"1.0","#,
            r#""customerPanelLink":"https:\/\/localhost\/panel\/wnelson03\/test\/"}}"#
        );
        assert_eq!(
            sign_v1_2(b"76489f2ba92ddf9132e28d56870004a62d30ec5b40eaf2071ae48036e7144b5f", body.as_bytes()),
            "8d0a11b00f44bee4e563117db28533943f5170854f5f65e69470c59bffb7d0d5"
        );
    }

    #[test]
    fn v1_2_within_a_session() {
        let key = sesskey("4a59f8ca-b304-47", &"0123456789abcdef".repeat(4));
        let reply = Reply::success("Session is validated.");
        let body = reply.render(ApiVersion::V1_2, "", "abcdefghijklmnopqrstuvwxyz012345");
        assert_eq!(
            sign_v1_2(key.as_bytes(), &body),
            "7f7d50a8e13d5d6ff447ca8affc60cef0a8c189cb9764688c45269f7d9d86dad"
        );
    }

    #[test]
    fn v1_3() {
        let seed: Vec<u8> = (0..32).collect();
        let key = SigningKey::from_seed(&seed).unwrap();
        assert_eq!(key.public_hex(), "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
        let reply = Reply::success("Session is validated.").with("role", &"not_checked");
        let body = reply.render(ApiVersion::V1_3, "AAAAAAAAAA", "00000000-0000-4000-8000-000000000000");
        assert_eq!(body.len(), 151);
        let (signature, timestamp) = sign_v1_3(&key, 1_700_000_000, &body);
        assert_eq!(timestamp, "1700000000");
        assert_eq!(
            signature,
            concat!(
                "023ba490654b2b9e3c70033c2c1dddd79dbe5eb59dfec763a97ef344e7df8943",
                "1f83c39f2755d3f6aed461ddc4ebd9f56afcb0d1d9d7e708a25ee1faa3c8b601"
            )
        );
    }
}
