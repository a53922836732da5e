//! What was encrypted to be kept, and may be kept only as long as its key is there.

use claviger_store::{Conn, StoreError};

use super::master_key::Marks;

/// Something encrypted, for the transaction that keeps it. A server that stood still meanwhile may have encrypted it under a key
/// that is taken out of its file by now, and nobody could read it again.
#[derive(Clone)]
pub(crate) struct ToKeep {
    /// Name of the key that encrypted it.
    key: String,
    sealed: Vec<u8>,
}

impl ToKeep {
    pub(super) fn new(key: String, sealed: Vec<u8>) -> Self {
        Self { key, sealed }
    }

    /// What is to be kept, within the transaction that does. Until its end the key is not taken out.
    ///
    /// # Errors
    /// When it is already, which passes: the server follows the key that encrypts; or whatever the database refuses.
    pub(crate) fn admitted(&self, conn: &mut Conn<'_>) -> Result<Vec<u8>, StoreError> {
        Marks::refuse_forgotten(conn, &self.key)?;
        Ok(self.sealed.clone())
    }

    /// The same, and the name of the key that [`Marks::refuse_forgotten`] is to be asked for in that transaction.
    pub(crate) fn parts(self) -> (Vec<u8>, String) {
        (self.sealed, self.key)
    }
}
