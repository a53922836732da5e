//! Where a request comes from.

use std::{fmt, net::IpAddr};

use crate::subscriber;

/// The address of a client, as far as it is known. No text stands for an unknown one, so that none is taken for an
/// address by mistake: where an address decides, whoever has none is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientAddress {
    /// The client's own, as the connection or a trusted proxy tells it.
    Known(IpAddr),
    /// A trusted proxy did not tell it, or not so that it can be read.
    Unknown,
}

impl ClientAddress {
    /// The address, if it is known.
    pub fn known(self) -> Option<IpAddr> {
        match self {
            Self::Known(address) => Some(address),
            Self::Unknown => None,
        }
    }

    /// What limits count as one: a subscriber, or all who are unknown together.
    pub fn crowd(self) -> Self {
        self.known().map_or(Self::Unknown, |address| Self::Known(subscriber(address)))
    }
}

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        Self::Known(address)
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(address) => address.fmt(formatter),
            Self::Unknown => formatter.write_str("unknown"),
        }
    }
}
