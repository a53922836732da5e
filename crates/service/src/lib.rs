//! What Claviger does: one function per use case, in the words of the domain. HTTP and SQL stay outside.

pub mod accounts;
mod admin;
mod admission;
mod attempts;
mod audit;
mod bulk;
mod catalog;
mod chat;
pub mod checks;
mod deliveries;
mod demo;
mod file_store;
mod files;
pub mod licenses;
mod listing;
mod logs;
pub mod manage;
mod passwords;
mod private;
mod screens;
mod sessions;
mod start;
mod stats;
mod sweeper;
mod two_factor;
mod variables;
mod vault;
mod webhooks;

use std::sync::Arc;

use claviger_domain::{Clock, Random, SigningKey};
use claviger_outgoing::{Mailer, Outgoing};
use claviger_store::Store;
use tokio::sync::{Notify, Semaphore};

pub use admin::{AppSummary, CreatedApp, parse_app_path};
pub use admission::TokenCheck;
pub use attempts::FreeFailures;
pub use audit::AuditEntry;
pub use catalog::App;
pub use chat::Say;
pub use claviger_outgoing::{AllowedTarget, MailOptions};
pub use claviger_store::{
    Database, StoreError,
    files::File,
    owners::Owner,
    sessions::{ScanRow, SessionUser},
    webhooks::Webhook,
};
pub use demo::{DEMO_OWNER, Demo};
pub use listing::{Listing, ListingPart, SessionFilter};
pub use logs::{Line, cut};
pub use passwords::{Busy, Passwords};
pub use private::{create_private, write_private};
pub use screens::ScreenSources;
pub use sessions::{Init, Session};
pub use start::Options;
pub use stats::{AppStats, SellerStats};
pub use variables::SetVariable;
pub use vault::{Vault, VaultError};
pub use webhooks::{RELAYED, WebhookCall};

/// Everything that requests need, shared by all of them.
pub struct Service {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) vault: Vault,
    pub(crate) passwords: Passwords,
    pub(crate) catalog: catalog::Catalog,
    pub(crate) stats: stats::StatsCache,
    pub(crate) attempts: attempts::Attempts,
    pub(crate) listings: Semaphore,
    pub(crate) downloads: Semaphore,
    pub(crate) calls: Semaphore,
    pub(crate) outgoing: Arc<Outgoing>,
    pub(crate) mailer: Option<Mailer>,
    pub(crate) screens: Arc<screens::Screens>,
    /// Announces a message in the table of deliveries.
    pub(crate) deliver: Notify,
    pub(crate) files: file_store::FileStore,
    pub(crate) default_key: Arc<SigningKey>,
    pub(crate) options: Options,
}

/// Why a use case failed for another reason than its own.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key is not usable.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The system refused something.
    #[error("{0}")]
    System(String),
    /// What an operator asked for is not possible.
    #[error("{0}")]
    Refused(String),
}

impl Service {
    /// The time, as an interface.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Randomness, as an interface.
    pub fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// Signs replies of API 1.3 before an application is known, and all of them in single-key mode.
    pub fn default_key(&self) -> &Arc<SigningKey> {
        &self.default_key
    }

    /// The key that signs an application's replies of API 1.3.
    pub fn signing_key<'a>(&'a self, app: &'a App) -> &'a Arc<SigningKey> {
        if self.options.single_signing_key { &self.default_key } else { &app.signing_key }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<(), ServiceError> {
        self.renew_catalog().await
    }
}
