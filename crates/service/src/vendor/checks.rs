//! What several changes of a vendor have in common.

use claviger_store::{
    Conn,
    users::{self, User},
};

use super::ManageError;
use crate::{Service, shared::text::is_url};

/// Longest reason of a ban in bytes.
pub const REASON_MAX: usize = 99;

impl Service {
    /// Runs a change.
    pub(crate) async fn manage<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Conn<'_>) -> Result<T, ManageError> + Send + 'static,
    ) -> Result<T, ManageError> {
        self.store.db().write(change).await
    }
}

/// Refuses to go on without what is named.
pub(crate) fn must_exist(found: bool, what: &'static str, name: &str) -> Result<(), ManageError> {
    if found { Ok(()) } else { Err(ManageError::unknown(what, name)) }
}

/// Refuses a name that is taken.
pub(crate) fn must_be_new(added: bool, what: &'static str, name: &str) -> Result<(), ManageError> {
    if added { Ok(()) } else { Err(ManageError::taken(what, name)) }
}

/// Refuses a text that is empty or too long. `what` begins the sentence.
pub(crate) fn check_length(what: &str, text: &str, max: usize) -> Result<(), ManageError> {
    match text.len() {
        0 => Err(ManageError::Unfit(format!("{what} must not be empty"))),
        length if length > max => {
            Err(ManageError::Unfit(format!("{what} has at most {max} bytes; this one has {length}")))
        }
        _ => Ok(()),
    }
}

/// Refuses an address that programs or this server could not call. `what` begins the sentence.
pub(crate) fn check_url(what: &str, text: &str, max: usize) -> Result<(), ManageError> {
    check_length(what, text, max)?;
    if is_url(text) {
        Ok(())
    } else {
        Err(ManageError::Unfit(format!("{what} begins with http:// or https://, and names a host")))
    }
}

/// Refuses a reason of a ban that is too long; it may be empty.
pub(crate) fn check_reason(reason: &str) -> Result<(), ManageError> {
    if reason.is_empty() { Ok(()) } else { check_length("the reason", reason, REASON_MAX) }
}

/// Finds a user, and keeps others from changing the user until the end of the transaction.
pub(crate) fn lock_user(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<User, ManageError> {
    users::lock_by_name(conn, app, username)?.ok_or_else(|| ManageError::unknown("user", username))
}
