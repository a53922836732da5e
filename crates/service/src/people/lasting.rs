//! How long a sign-in lasts, and how long what was shown for it counts.

use claviger_store::people::sign_ins::Since;

/// A sign-in ends so many seconds after its last request: 12 hours, so that a working day with breaks is one.
pub const IDLE: i64 = 12 * 3600;
/// A sign-in ends so many seconds after its beginning, however busy it is: 14 days.
pub const ENDS_AFTER: i64 = 14 * 86_400;
/// For so many seconds after credentials were shown, secrets are too, and credentials may be changed.
pub const FRESH: i64 = 15 * 60;

/// Which sign-ins live at `now`.
pub(crate) fn since(now: i64) -> Since {
    Since { seen: now - IDLE, began: now - ENDS_AFTER }
}
