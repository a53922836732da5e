//! The Seller API's formats (`docs/protocol/seller.md`).

mod list;
mod params;
mod reply;
pub mod session_row;
pub mod text;
mod upload;

pub use crate::shop::{Shop, Unclear};
pub use list::{list_end, list_row, list_start};
pub use params::SellerParams;
pub use reply::{ContentType, SellerReply};
pub use session_row::SessionRow;
pub use upload::{FORM_MAX, UploadFault, UploadForm, UploadPiece};
