//! Versions of the Client API.

use std::fmt;

/// A version of the Client API; they differ in how replies are protected (`docs/protocol/signatures.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiVersion {
    /// Bodies are encrypted with AES-256-CBC.
    V1_0,
    /// Replies are not protected.
    V1_1,
    /// Replies are signed with HMAC-SHA256.
    V1_2,
    /// Replies are signed with Ed25519.
    V1_3,
}

impl ApiVersion {
    /// All versions, oldest first.
    pub const ALL: [Self; 4] = [Self::V1_0, Self::V1_1, Self::V1_2, Self::V1_3];

    /// The version as it stands in the path, such as `1.2`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1_0 => "1.0",
            Self::V1_1 => "1.1",
            Self::V1_2 => "1.2",
            Self::V1_3 => "1.3",
        }
    }

    /// The version as the store numbers it: 10, 11, 12 or 13.
    pub fn number(self) -> i64 {
        match self {
            Self::V1_0 => 10,
            Self::V1_1 => 11,
            Self::V1_2 => 12,
            Self::V1_3 => 13,
        }
    }

    /// Whether successful replies carry a `nonce`, and the one to `init` a `newSession`.
    pub fn has_nonce(self) -> bool {
        self >= Self::V1_2
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
