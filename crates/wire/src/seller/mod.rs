//! The Seller API's formats (`docs/protocol/seller.md`).

mod params;
mod reply;
pub mod session_row;
mod shop;
pub mod text;

pub use params::SellerParams;
pub use reply::{ContentType, SellerReply};
pub use session_row::SessionRow;
pub use shop::ShopPayload;
