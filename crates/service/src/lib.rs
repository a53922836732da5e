//! What Claviger does: one function per use case, in the words of the domain. HTTP and SQL stay outside.

mod background;
mod operator;
mod program;
mod shared;
pub mod vendor;

use std::sync::Arc;

use claviger_domain::{Clock, Random, SigningKey};
use claviger_outgoing::{Mailer, Outgoing};
use claviger_store::Store;
use tokio::sync::{Notify, Semaphore};

pub use claviger_outgoing::{AllowedTarget, MailOptions};
pub use claviger_store::{
    Database, StoreError,
    files::File,
    owners::Owner,
    sessions::{ScanRow, SessionUser},
    webhooks::Webhook,
};
pub use operator::{
    applications::{AppSummary, CreatedApp, parse_app_path},
    demo::{DEMO_OWNER, Demo},
    doctor,
    start::Options,
};
pub use program::{
    accounts,
    admission::TokenCheck,
    chat::Say,
    log::{Line, cut},
    sessions::{Init, Session},
    variables::SetVariable,
    webhook::{RELAYED, WebhookCall},
};
use shared::{attempts, catalog, file_store, screens, stats};
pub use shared::{
    attempts::FreeFailures,
    catalog::App,
    passwords::{Busy, Passwords},
    private::{create_private, write_private},
    screens::ScreenSources,
    stats::{AppStats, SellerStats},
    vault::{Vault, VaultError},
};
pub use vendor::{
    audit::AuditEntry,
    listing::{Listing, ListingPart, SessionFilter},
};

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
