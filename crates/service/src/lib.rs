//! What Claviger does: one function per use case, in the words of the domain. HTTP and SQL stay outside.

mod background;
pub mod backups;
pub mod customers;
mod error;
mod operator;
mod options;
pub mod people;
mod program;
mod service;
mod shared;
pub mod vendor;

pub use claviger_outgoing::{AllowedTarget, MailOptions};
pub use claviger_store::{
    Database, StoreError,
    files::File,
    owners::Owner,
    refuse_stray_log,
    sessions::{ScanRow, SessionUser},
    webhooks::Webhook,
};
pub use error::ServiceError;
pub use operator::{
    applications::{AppSummary, CreatedApp, parse_app_path},
    demo::{DEMO_OWNER, Demo},
    doctor,
    key_pairs::{FormerKeyPairUse, ReplacedKeyPair},
    master_keys::{MasterKeyUse, Rotation},
    takeover,
};
pub use options::Options;
pub use program::{
    accounts,
    admission::TokenCheck,
    chat::Say,
    links::{FileLink, LINK_SECONDS, LinkFault, Linked, SHARED_SECONDS},
    log::Line,
    sessions::{Asking, Init, Session},
    variables::SetVariable,
    webhook::WebhookCall,
};
pub use service::Service;
pub use shared::{
    alerts::{Alert, Alerted},
    attempts::FreeFailures,
    by::on_behalf_of,
    calls::RELAYED,
    catalog::{App, SellerKey},
    content::Content,
    master_key::{MasterKeyError, MasterKeySource, Protection},
    outcome::Outcome as TryOutcome,
    passwords::{Busy, Passwords, UsersPassword},
    proxy::{ProxyFault, ProxyWatch},
    screens::ScreenSources,
    shares::Shares,
    stats::{AppStats, SellerStats},
    text::cut,
    vault::Vault,
};
pub use vendor::{
    audit::{AuditEntry, COMMAND_LINE, LogFilter, Logged, RequestAndChange, SellerRequest},
    facts::{Before, Subject},
    listing::{EncodeRow, Listing, ListingPart, SessionFilter},
    seller_keys::FoundSellerKey,
};
