//! Fixed texts of the Seller API (`docs/protocol/seller.md`), in the words that callers know.

/// Status 404: the seller key is missing, malformed or nobody's.
pub const SELLER_KEY_NOT_FOUND: &str = "Seller Key Not Found";
/// Status 429: too many requests with one key, or too many unknown keys from one address.
pub const TOO_FREQUENT: &str = "Seller key used too frequently! Try again in 1 minute. Keep seller key private, \
    use webhook function. Also, store data after fetching first time.";
/// Status 403: the operator banned the application.
pub const APP_BANNED: &str = "This application has been banned for violating terms";
/// Status 423: the application's settings do not allow the caller's address.
pub const NOT_WHITELISTED: &str = "Restricted. Only authorized IPs may use this seller key!";
/// Status 403: the owner's role does not include the Seller API.
pub const NOT_AUTHORIZED: &str = "Not authorized to use SellerAPI, please upgrade.";
/// `type` is missing.
pub const NO_TYPE: &str = "Type not specified";
/// `type` stands more than once in the query.
pub const TYPE_TWICE: &str =
    r#"You have "type" defined more than 1 time. Remove 1 of the types and keep only 1"#;
/// `type` is unknown.
pub const UNKNOWN_TYPE: &str = "Type doesn't exist";
/// Status 400, followed by the parameter's name.
pub const MISSING_PARAMETER: &str = "Missing parameter: ";
/// Status 400, followed by the parameter's name.
pub const INVALID_PARAMETER: &str = "Invalid parameter: ";
/// Status 500: our fault; details stand in the log only.
pub const INTERNAL_ERROR: &str = "Error: internal error";

/// `kill`: the session is dead.
pub const SESSION_KILLED: &str = "Successfully killed session!";
/// `kill`: no live session of this application has the id.
pub const SESSION_NOT_KILLED: &str = "Failed to kill session!";
/// `killall`: all sessions are dead.
pub const ALL_SESSIONS_KILLED: &str = "Successfully killed all sessions!";
/// `killall`: there was no live session.
pub const NO_SESSION_KILLED: &str = "Failed to kill all sessions!";
/// Status 406, `fetchallsessions`: there is no live session.
pub const NO_SESSIONS: &str = "No sessions found";
