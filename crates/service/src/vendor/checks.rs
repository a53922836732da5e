//! What several changes of a vendor have in common.

use claviger_domain::{NOT_A_LINE, is_line, tidy, trimmed};
use claviger_store::{
    Conn,
    users::{self, User},
};

use super::ManageError;
use crate::{Service, shared::text::is_url};

/// Longest e-mail address in bytes.
const EMAIL_MAX: usize = 254;
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

/// A rough check: only the mail server knows better.
pub(crate) fn check_email(email: &str) -> Result<(), ManageError> {
    check_length("an e-mail address", email, EMAIL_MAX)?;
    let plain = |character: char| !character.is_whitespace() && !character.is_control();
    match email.rsplit_once('@') {
        Some((name, host)) if !name.is_empty() && !host.is_empty() && email.chars().all(plain) => Ok(()),
        _ => Err(ManageError::Unfit(format!("`{email}` is no e-mail address"))),
    }
}

/// What is shown in lists and compared by what people paste, such as the name of a user or a level, as it is kept.
/// Refuses one that is empty, too long or leaves its line. `what` begins the sentence.
pub(crate) fn check_line(what: &str, text: &str, max: usize) -> Result<String, ManageError> {
    in_line(what, tidy(text), max)
}

/// As [`check_line`], for what programs name exactly, such as a variable: only what no request can send is cut off.
pub(crate) fn check_name(what: &str, text: &str, max: usize) -> Result<String, ManageError> {
    in_line(what, trimmed(text), max)
}

fn in_line(what: &str, text: &str, max: usize) -> Result<String, ManageError> {
    check_length(what, text, max)?;
    if is_line(text) { Ok(text.into()) } else { Err(ManageError::Unfit(format!("{what} {NOT_A_LINE}"))) }
}

/// A remark, such as a note or the reason of a ban, as it is kept; it may be empty. Refuses one that is too long or
/// leaves its line.
pub(crate) fn check_remark(what: &str, text: &str, max: usize) -> Result<String, ManageError> {
    if tidy(text).is_empty() { Ok(String::new()) } else { check_line(what, text, max) }
}

/// The reason of a ban as it is kept; it may be empty.
pub(crate) fn check_reason(reason: &str) -> Result<String, ManageError> {
    check_remark("the reason", reason, REASON_MAX)
}

/// A text for programs, as it is kept: it may have lines. Refuses one that is empty or too long.
pub(crate) fn check_text(what: &str, text: &str, max: usize) -> Result<String, ManageError> {
    let text = trimmed(text);
    check_length(what, text, max)?;
    Ok(text.into())
}

/// Does something with what programs name exactly: as it was written, since older releases kept blanks around it, else
/// as it is kept now.
pub(crate) fn either_name<E>(name: &str, mut act: impl FnMut(&str) -> Result<bool, E>) -> Result<bool, E> {
    let kept = trimmed(name);
    Ok(act(name)? || (kept != name && act(kept)?))
}

/// Finds a user, and keeps others from changing the user until the end of the transaction.
pub(crate) fn lock_user(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<User, ManageError> {
    users::lock_by_name(conn, app, username)?.ok_or_else(|| ManageError::unknown("user", username))
}
