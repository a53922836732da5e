//! What ties a form to the browser that it was made for.

use claviger_domain::Secret;

use crate::Service;

impl Service {
    /// What a form must bring that was made for the browser with this secret: another site cannot know it.
    pub fn form_token(&self, secret: &Secret) -> String {
        self.vault.keyed_hash("form", secret.expose())
    }
}

/// Whether a form brings what it must, compared in constant time.
pub fn is_form_token(brought: &str, due: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(brought.as_bytes(), due.as_bytes()).is_ok()
}
