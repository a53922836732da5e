//! What an owner may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Role of an owner. Only [`Role::Seller`] may use the Seller API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Trial account.
    Tester,
    /// May use everything but the Seller API.
    Developer,
    /// May use everything.
    Seller,
}

impl Role {
    /// The role's word in the database, the CLI and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tester => "tester",
            Self::Developer => "developer",
            Self::Seller => "seller",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "tester" => Ok(Self::Tester),
            "developer" => Ok(Self::Developer),
            "seller" => Ok(Self::Seller),
            _ => Err(format!("unknown role `{text}`: use tester, developer or seller")),
        }
    }
}
