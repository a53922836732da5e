//! KeyAuth's wire formats: parameters in, replies and their signatures out. No input or output and no clock; randomness
//! comes in through [`claviger_domain::Random`].
//!
//! [`client`] is the Client API (what a vendor's program calls), [`seller`] the Seller API (what a vendor's bots, shops
//! and scripts call).

mod body;
pub mod client;
mod digits;
pub mod forwarded;
mod json;
mod never;
mod params;
mod payload;
pub mod proxy_protocol;
pub mod seller;
mod shop;

pub use body::Malformed;
pub use digits::push_hex;
pub use never::{NEVER_TOLD, told, told_end};
pub use params::{Params, normalize};
