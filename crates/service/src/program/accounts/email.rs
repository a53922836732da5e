//! E-mail addresses. Only a hash is kept: whoever asks for a mail tells the address again.

use claviger_domain::tidy;

use crate::Service;

const PURPOSE: &str = "email";

impl Service {
    /// The form in which an e-mail address is kept: a hash under the master key of its lower-case text.
    pub(crate) fn email_hash(&self, email: &str) -> String {
        self.vault.keyed_hash(PURPOSE, &tidy(email).to_lowercase())
    }

    /// The forms in which an e-mail address may be kept: as [`Service::email_hash`] makes it, and the SHA-1 that
    /// imports bring.
    pub(crate) fn email_hashes(&self, email: &str) -> [String; 2] {
        [self.email_hash(email), imported_hash(email)]
    }
}

fn imported_hash(email: &str) -> String {
    let algorithm = &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY;
    hex::encode(aws_lc_rs::digest::digest(algorithm, tidy(email).to_lowercase().as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    #[test]
    fn imported_addresses_are_sha1_of_the_lower_case_text() {
        // As `printf alice@example.org | sha1sum` prints it.
        assert_eq!(super::imported_hash("Alice@Example.org"), "45a6b241a242c97f0492d382c390dfa335aac986");
    }
}
