//! What a vendor does with an application: its settings, its users and all else that programs use. The command line
//! calls this, and so do the Seller API and the dashboard.

mod access;
pub(crate) mod audit;
mod buttons;
mod chat;
mod files;
mod licenses;
pub(crate) mod listing;
mod logs;
pub(crate) mod new_licenses;
mod settings;
mod subscriptions;
mod team;
mod tokens;
mod user_changes;
mod user_variables;
mod users;
mod variables;
mod webhooks;

use claviger_store::{Conn, StoreError, users as user_rows};
pub use claviger_store::{
    access::Blacklisted,
    accounts::Account as TeamAccount,
    buttons::Button,
    chat::Channel,
    licenses::License,
    logs::Log,
    subscriptions::Subscription,
    tokens::Token,
    user_subscriptions::UserSubscription,
    users::User,
    variables::{OwnedVariable, UserVariable, Variable},
};

pub use self::{
    access::{Outcast, Region},
    files::{FileContent, FileFault, NewFile},
    licenses::{Assignment, LicenseFilter},
    new_licenses::{BATCH_MAX, LEVEL_MAX, LicenseFailure, NOTE_MAX, NewKeys},
    settings::{ChangedSettings, SETTINGS},
    team::{AddAccount, NewMember, may},
    user_changes::{AddUser, NewUserOf, Target, signed_days},
    users::{LOGIN_TOKEN_SECONDS, UserDetails},
    webhooks::{NewWebhook, UrlFault},
};
use crate::{Service, ServiceError, shared::passwords::Busy};

/// Longest reason of a ban in bytes.
pub const REASON_MAX: usize = 99;

/// Why something was not done. The text is a sentence for the vendor.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// A value is unfit.
    #[error("{0}")]
    Unfit(String),
    /// What is named is not there.
    #[error("there is no {what} `{name}`")]
    Unknown {
        /// What it would be, in one word.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The name is taken.
    #[error("there is a {what} `{name}` already")]
    Taken {
        /// What has it, in one word.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Something failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for ManageError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl ManageError {
    fn unknown(what: &'static str, name: &str) -> Self {
        Self::Unknown { what, name: name.into() }
    }

    fn taken(what: &'static str, name: &str) -> Self {
        Self::Taken { what, name: name.into() }
    }
}

impl Service {
    /// Runs a change.
    async fn manage<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Conn<'_>) -> Result<T, ManageError> + Send + 'static,
    ) -> Result<T, ManageError> {
        self.store.db().write(change).await
    }
}

/// Refuses to go on without what is named.
fn must_exist(found: bool, what: &'static str, name: &str) -> Result<(), ManageError> {
    if found { Ok(()) } else { Err(ManageError::unknown(what, name)) }
}

/// Refuses a name that is taken.
fn must_be_new(added: bool, what: &'static str, name: &str) -> Result<(), ManageError> {
    if added { Ok(()) } else { Err(ManageError::taken(what, name)) }
}

/// Refuses a text that is empty or too long. `what` begins the sentence.
fn check_length(what: &str, text: &str, max: usize) -> Result<(), ManageError> {
    match text.len() {
        0 => Err(ManageError::Unfit(format!("{what} must not be empty"))),
        length if length > max => {
            Err(ManageError::Unfit(format!("{what} has at most {max} bytes; this one has {length}")))
        }
        _ => Ok(()),
    }
}

/// Refuses an address that programs or this server could not call. `what` begins the sentence.
fn check_url(what: &str, text: &str, max: usize) -> Result<(), ManageError> {
    check_length(what, text, max)?;
    if is_url(text) {
        Ok(())
    } else {
        Err(ManageError::Unfit(format!("{what} begins with http:// or https://, and names a host")))
    }
}

/// Whether a text is an address that programs or this server could call.
pub(crate) fn is_url(text: &str) -> bool {
    let usable = url::Url::parse(text).is_ok_and(|url| claviger_outgoing::is_web(&url));
    // The parser forgives blanks and line ends; what is stored should be what is called.
    usable && !text.contains(|character: char| character.is_whitespace() || character.is_control())
}

/// Refuses a reason of a ban that is too long; it may be empty.
fn check_reason(reason: &str) -> Result<(), ManageError> {
    if reason.is_empty() { Ok(()) } else { check_length("the reason", reason, REASON_MAX) }
}

/// Finds a user, and keeps others from changing the user until the end of the transaction.
fn lock_user(conn: &mut Conn<'_>, app: i64, username: &str) -> Result<User, ManageError> {
    user_rows::lock_by_name(conn, app, username)?.ok_or_else(|| ManageError::unknown("user", username))
}

#[cfg(test)]
mod tests;
