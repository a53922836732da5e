//! What was chosen.

use claviger_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::shared::{master_key::purpose::NOTICES, to_keep::ToKeep, vault::Vault};

/// The ways of messages.
pub(crate) const MAIL: &str = "mail";
pub(crate) const WEBHOOK: &str = "webhook";

/// Something that an owner may want to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The owner was signed in from a network and with a browser that are new.
    SignIn,
    /// Very many sign-ins of an application's users were refused.
    Refusals,
    /// Subscriptions end soon.
    Ending,
    /// The application's webhook takes no messages.
    WebhookFails,
    /// The disk of the files is nearly full.
    DiskLow,
    /// The last backup that succeeded is old, or there never was one.
    BackupOld,
    /// The owner wanted to see one.
    Test,
}

impl Occasion {
    /// All that can be chosen.
    pub const ALL: [Self; 6] =
        [Self::SignIn, Self::Refusals, Self::Ending, Self::WebhookFails, Self::DiskLow, Self::BackupOld];

    /// The word in the database, in forms and for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Refusals => "refusals",
            Self::Ending => "ending",
            Self::WebhookFails => "webhook_fails",
            Self::DiskLow => "disk_low",
            Self::BackupOld => "backup_old",
            Self::Test => "test",
        }
    }

    /// Seconds in which it is told once.
    pub(super) fn period(self) -> i64 {
        match self {
            Self::SignIn | Self::Test => 60,
            Self::Refusals => 6 * 3600,
            Self::Ending | Self::WebhookFails | Self::DiskLow | Self::BackupOld => 24 * 3600,
        }
    }
}

/// What was chosen for an application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoticeSettings {
    /// Where mails go; empty: nowhere.
    pub email: String,
    /// Whether a link was opened that was mailed there.
    pub confirmed: bool,
    /// The address that is called; empty: none.
    pub url: String,
    /// What signs the calls.
    pub(crate) secret: String,
    /// The words of the occasions that are told.
    pub occasions: Vec<String>,
    /// Refusals within an hour that are very many.
    pub refusals: i64,
    /// Days before their end in which subscriptions are told.
    pub days: i64,
    /// Days after which a backup is old; 0: nobody has chosen.
    pub backup_days: i64,
}

/// Days after which a backup is old, unless somebody chose others.
pub const BACKUP_DAYS: i64 = 2;

impl NoticeSettings {
    /// What nobody has changed.
    pub fn usual() -> Self {
        Self { refusals: 100, days: 7, ..Self::default() }
    }

    /// Whether an occasion is to be told.
    pub fn tells(&self, occasion: Occasion) -> bool {
        occasion == Occasion::Test || self.occasions.iter().any(|word| word == occasion.as_str())
    }

    /// Days after which a backup is old.
    pub fn backup_days(&self) -> i64 {
        if self.backup_days > 0 { self.backup_days } else { BACKUP_DAYS }
    }

    /// Whether there is a way to tell something.
    pub fn reaches(&self) -> bool {
        !self.ways().is_empty()
    }

    /// Whether calls are signed already.
    pub fn has_secret(&self) -> bool {
        !self.secret.is_empty()
    }

    /// The ways in which something is told.
    pub(crate) fn ways(&self) -> Vec<&'static str> {
        let mail = (self.confirmed && !self.email.is_empty()).then_some(MAIL);
        mail.into_iter().chain((!self.url.is_empty()).then_some(WEBHOOK)).collect()
    }

    pub(super) fn seal(&self, vault: &Vault) -> ToKeep {
        let text = serde_json::to_vec(self).expect("settings are plain data");
        vault.seal_to_keep(NOTICES, &text)
    }
}

/// Decrypts what was chosen; `None`: nothing was.
///
/// # Errors
/// When no key here opens it, or it is damaged: then something was chosen.
pub(crate) fn open(vault: &Vault, sealed: Option<&[u8]>) -> Result<NoticeSettings, StoreError> {
    let Some(sealed) = sealed else { return Ok(NoticeSettings::usual()) };
    let plain = vault.open_kept(NOTICES, sealed)?;
    serde_json::from_slice(&plain).map_err(|error| StoreError::Unexpected(error.to_string()))
}
