//! What waits to be deleted by a job, and is gone already for whoever looks.

/// The kind of job that deletes all users, which those who look for users must know.
pub(crate) const DELETE_USERS: &str = "delete_users";

/// Condition for users of the application `$1` that are not about to be deleted by a job.
pub(crate) const USER_STAYS: &str = "users.id > COALESCE(
    (SELECT MAX(upto) FROM bulk_jobs WHERE app = $1 AND kind = 'delete_users'), 0)";
/// The same for what hangs on a user by number.
pub(crate) const OWNER_STAYS: &str = "user_id > COALESCE(
    (SELECT MAX(upto) FROM bulk_jobs WHERE app = $1 AND kind = 'delete_users'), 0)";
