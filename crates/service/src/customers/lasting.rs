//! How long customers stay signed in.

use claviger_store::panel::sign_ins::Since;

/// A sign-in ends so many seconds after its last request: 12 hours.
pub const CUSTOMER_IDLE: i64 = 12 * 3600;
/// A sign-in ends so many seconds after its beginning, however busy it is: 7 days.
pub const CUSTOMER_ENDS_AFTER: i64 = 7 * 86_400;

/// Which sign-ins live at `now`.
pub(super) fn since(now: i64) -> Since {
    Since { seen: now - CUSTOMER_IDLE, began: now - CUSTOMER_ENDS_AFTER }
}
