//! Notices: what an owner wants to be told of, by mail or by a call to an address.

mod choose;
mod settings;
mod watch;

pub(crate) use self::settings::open;
pub use self::{
    choose::{NoticeChange, SavedNotices},
    settings::{BACKUP_DAYS, NoticeSettings, Occasion},
};
pub use claviger_store::notices::Message as Notice;
