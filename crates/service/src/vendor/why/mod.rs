//! Why a user or a license works or does not: the same rules as at a sign-in, told in words, with what mends it.

mod act;
mod ask;
mod judge;
mod mend;
mod reason;
mod state;
mod tried;
mod verdict;
mod words;

pub(super) use self::tried::named;
pub use self::{
    act::{Act, Mended},
    reason::{BannedBy, Matched, Reason, Seen, Why},
    tried::{Tried, Who},
    verdict::{Standing, Subject, Verdict},
};
