//! What users are called before others whose own name is a secret.

use crate::Service;

/// Hexadecimal digits of a made-up name: 48 bits, so that no two of an application's users meet in it.
const DIGITS: usize = 12;

impl Service {
    /// How a user who signs in by license is shown to others: always the same, and nothing of the key.
    pub(crate) fn made_up_name(&self, app: i64, user: i64) -> String {
        let mut digits = self.vault.keyed_hash("made-up name", &format!("{app}\0{user}"));
        digits.truncate(DIGITS);
        format!("user-{digits}")
    }
}
