//! The Client API's formats (`docs/protocol/client.md`).

pub mod crypt;
mod nonce;
mod params;
mod reply;
pub mod signature;
pub mod text;
pub mod v1_0;
mod version;

pub use nonce::nonce;
pub use params::ClientParams;
pub use reply::Reply;
pub use version::ApiVersion;
