//! What waits to be deleted by a job, and is gone already for whoever looks; and what is not there before a job is done.

/// The kind of job that deletes all users, which those who look for users must know.
pub(crate) const DELETE_USERS: &str = "delete_users";

/// Condition for users of the application `$1` that are not about to be deleted by a job.
pub(crate) const USER_STAYS: &str = "users.id > COALESCE(
    (SELECT MAX(upto) FROM bulk_jobs WHERE app = $1 AND kind = 'delete_users'), 0)";
/// The same for what hangs on a user by number.
pub(crate) const OWNER_STAYS: &str = "user_id > COALESCE(
    (SELECT MAX(upto) FROM bulk_jobs WHERE app = $1 AND kind = 'delete_users'), 0)";

/// The kind of job that makes the licenses of a list.
pub(crate) const IMPORT_LICENSES: &str = "import_licenses";
/// Condition for licenses of the application `$1` that are not part of a list of which others are still to be made. Most
/// applications import nothing at a time, which is looked at once for all rows.
pub(crate) const LICENSE_IS_THERE: &str =
    "(NOT EXISTS (SELECT 1 FROM imports h WHERE h.app = $1 AND h.first IS NOT NULL)
      OR NOT EXISTS (SELECT 1 FROM imports h WHERE h.app = $1 AND licenses.id BETWEEN h.first AND h.last))";
/// The same for what hangs on a license or a user by `kind` and `owner`.
pub(crate) const TOKEN_IS_THERE: &str =
    "(kind <> 'license' OR NOT EXISTS (SELECT 1 FROM imports h WHERE h.app = $1 AND h.first IS NOT NULL)
      OR NOT EXISTS (SELECT 1 FROM imports h WHERE h.app = $1 AND tokens.owner BETWEEN h.first AND h.last))";
