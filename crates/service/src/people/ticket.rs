//! What a form carries from one step to the next, readable and makable by the server alone. Whoever is not signed in can
//! begin as many steps as they like without costing the database a row; only what was used is noted.

use claviger_domain::Secret;
use claviger_store::{Conn, people::used};

use super::error::PeopleError;
use crate::shared::vault::{Vault, sha256};

/// A step lasts so many seconds.
pub(crate) const LASTS: i64 = 300;

/// What a form carried.
pub(crate) struct Ticket {
    /// What was put into it.
    pub(crate) body: Vec<u8>,
    hash: [u8; 32],
    expires: i64,
}

/// Makes a ticket at `now` that holds `body`.
pub(crate) fn seal(vault: &Vault, purpose: &str, body: &[u8], now: i64) -> Secret {
    seal_for(vault, purpose, body, now, LASTS)
}

/// As [`seal`], for a step that lasts so many seconds.
pub(crate) fn seal_for(vault: &Vault, purpose: &str, body: &[u8], now: i64, seconds: i64) -> Secret {
    let mut plain = (now + seconds).to_be_bytes().to_vec();
    plain.extend_from_slice(body);
    Secret::new(hex::encode(vault.seal(purpose, &plain)))
}

/// Opens a ticket for the same purpose.
///
/// # Errors
/// When it is none, or has ended by `now`.
pub(crate) fn open(vault: &Vault, purpose: &str, text: &str, now: i64) -> Result<Ticket, PeopleError> {
    let sealed = hex::decode(text).map_err(|_| PeopleError::Expired)?;
    let plain = vault.open(purpose, &sealed).ok_or(PeopleError::Expired)?;
    let (expires, body) = plain.split_first_chunk().ok_or(PeopleError::Expired)?;
    let expires = i64::from_be_bytes(*expires);
    if expires <= now {
        return Err(PeopleError::Expired);
    }
    // Of the bytes: the digits can be written in more ways than one.
    Ok(Ticket { body: body.to_vec(), hash: sha256(&hex::encode(&sealed)), expires })
}

impl Ticket {
    /// Uses the ticket up, in the transaction that does what it is for.
    pub(crate) fn use_up(&self, conn: &mut Conn<'_>) -> Result<(), PeopleError> {
        if used::once(conn, &self.hash, self.expires)? { Ok(()) } else { Err(PeopleError::Expired) }
    }
}

#[cfg(test)]
mod tests {
    use claviger_domain::SystemRandom;

    use super::*;
    use crate::MasterKeySource;

    #[test]
    fn opens_for_its_purpose_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let vault =
            Vault::create(&MasterKeySource::file(folder.path().join("master.key")), &SystemRandom).unwrap();
        let ticket = seal(&vault, "one", b"body", 1000);
        let text = ticket.expose();
        assert_eq!(open(&vault, "one", text, 1000 + LASTS - 1).unwrap().body, b"body");
        assert!(open(&vault, "one", text, 1000 + LASTS).is_err());
        assert!(open(&vault, "two", text, 1000).is_err());
        for wrong in ["", "0", "zz", &text[2..], &text.replace('0', "1"), "é"] {
            assert!(open(&vault, "one", wrong, 1000).is_err(), "{wrong}");
        }
        let upper = open(&vault, "one", &text.to_uppercase(), 1000).unwrap();
        assert_eq!(upper.hash, open(&vault, "one", text, 1000).unwrap().hash);
    }
}
