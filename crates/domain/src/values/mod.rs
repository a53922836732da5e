//! What a value is, for each kind: what is cut off, what is refused, and what counts as the same. Every way in goes by
//! these rules, so that what one of them stores, every other one can say.
//!
//! | Kind | Cut off at its ends | Refused | The same |
//! |---|---|---|---|
//! | every value | blanks, line ends, NULs ([`trimmed`]) | | |
//! | name, key, mask, level, note, reason, version, address | white space and what is invisible ([`tidy`]) | what forges lines ([`is_line`]) | |
//! | name of a person or an application, key | as above | as above | by [`fold`] |
//! | password | as every value | | by [`opaque`] |
//! | text: value of a variable, message, content | as every value | | exactly |

mod name;
mod password;
mod text;

pub use name::{fold, former};
pub use password::opaque;
pub use text::{NOT_A_LINE, in_one_line, is_line, tidy, trimmed};
