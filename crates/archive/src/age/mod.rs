//! Encryption in the format of age (<https://c2sp.org/age>), version 1, so that whoever has a backup and its key can open
//! it without this program. Of the ways to wrap a key there are those with a passphrase (scrypt) and for a recipient
//! (X25519). Ours rather than a library's: the `age` crate brings fifty others, one of them a pre-release, for what
//! aws-lc does here already.

mod derive;
mod header;
mod keys;
mod lock;
mod stanza;
mod stream;

pub use keys::{Identity, KeyError, Passphrase, Recipient};
pub use lock::{Lock, Unlock};
pub use stream::{AgeReader, AgeWriter};

#[cfg(test)]
mod tests;
