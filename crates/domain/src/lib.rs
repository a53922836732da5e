//! Claviger's types and rules. Pure: no input or output, no clock and no randomness of its own; both come in
//! through [`Clock`] and [`Random`], so that every rule can be tested without waiting.

mod account;
mod client_address;
mod climbs;
mod clock;
mod duration;
mod hwid;
mod id;
mod license;
mod network;
mod panel;
mod person;
mod program;
mod random;
mod role;
mod secret;
mod seldom;
mod seller_rights;
mod settings;
mod signing;
mod strength;
mod subscription;
mod values;

pub use account::{AccountRole, Balance, Permission, ResellerRight, may_make_level};
pub use client_address::ClientAddress;
pub use climbs::climbs;
pub use clock::{Clock, SystemClock};
pub use duration::{DAYS_MAX, NEVER, SECONDS_MAX, Term, TermError, Unit, sum};
pub use hwid::{HWID_MAX, HwidList, normalize_hwid};
pub use id::{BASE62, OwnerId, SESSION_ID_LEN, SessionId};
pub use license::{Alphabet, LicenseStatus, Mask, MaskError};
pub use network::{Network, NetworkError, is_same_subscriber, subscriber};
pub use panel::{CONTRAST_MIN, Colour, Offer, PANEL_LANGUAGES, PanelSettings};
pub use person::PersonId;
pub use program::is_md5;
pub use random::{Random, SystemRandom};
pub use role::Role;
pub use secret::Secret;
pub use seldom::Seldom;
pub use seller_rights::{SellerArea, SellerRights};
pub use settings::{ApiVersions, AppSettings, DEFAULT_MASK, MAX_SESSION_SECONDS, Messages};
pub use signing::{LongMessage, SigningKey, hmac_sha256_hex, hmac_sha256_long_hex};
pub use strength::{PASSWORD_MAX, PASSWORD_MIN, Strength, strength};
pub use subscription::{Pauser, Subscription, Subscriptions};
pub use values::{NOT_A_LINE, fold, former, in_one_line, is_line, opaque, tidy, trimmed};
