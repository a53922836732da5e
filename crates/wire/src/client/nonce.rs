//! The random value in successful replies.

use claviger_domain::Random;

use super::ApiVersion;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A fresh `nonce` (`docs/protocol/client.md`): 32 characters `[0-9A-Za-z]` in API 1.2, a version 4 UUID in API 1.3, and
/// empty in the versions that have none.
pub fn nonce(version: ApiVersion, random: &dyn Random) -> String {
    match version {
        ApiVersion::V1_0 | ApiVersion::V1_1 => String::new(),
        ApiVersion::V1_2 => random.text(ALPHABET, 32),
        ApiVersion::V1_3 => uuid_v4(random),
    }
}

fn uuid_v4(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = hex::encode(bytes);
    for at in [8, 13, 18, 23] {
        text.insert(at, '-');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Random for Zeros {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    #[test]
    fn each_version_has_its_form() {
        assert_eq!(nonce(ApiVersion::V1_0, &Zeros), "");
        assert_eq!(nonce(ApiVersion::V1_1, &Zeros), "");
        assert_eq!(nonce(ApiVersion::V1_2, &Zeros), "0".repeat(32));
        assert_eq!(nonce(ApiVersion::V1_3, &Zeros), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn nonces_differ() {
        let random = claviger_domain::SystemRandom;
        for version in [ApiVersion::V1_2, ApiVersion::V1_3] {
            assert_ne!(nonce(version, &random), nonce(version, &random));
        }
    }
}
