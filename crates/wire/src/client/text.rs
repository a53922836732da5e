//! Fixed texts of the Client API (`docs/protocol/client.md`), in the words that programs know; slips of spelling are
//! part of them.

/// `ownerid` is missing.
pub const NO_OWNER_ID: &str =
    "No OwnerID specified. Select app & copy code snippet from https://keyauth.cc/app/";
/// `name` is missing.
pub const NO_APP_NAME: &str =
    "No app name specified. Select app & copy code snippet from https://keyauth.cc/app/";
/// `ownerid` has another length than ten bytes.
pub const OWNER_ID_LENGTH: &str =
    "OwnerID should be 10 characters long. Select app & copy code snippet from https://keyauth.cc/app/";
/// Too many requests within a minute.
pub const TOO_MANY_REQUESTS: &str = "This application has sent too many requests. Try again in a minute.";
/// The whole body, which is no JSON, when no application has this `ownerid` and `name`.
pub const KEYAUTH_INVALID: &str = "KeyAuth_Invalid";
/// The operator banned the application.
pub const APP_BANNED: &str = "This application has been banned from KeyAuth.cc for violating terms.";
/// `type` is unknown, in API 1.1 and later.
pub const UNKNOWN_TYPE: &str = "The value inputted for type paramater was not found";
/// `type` is unknown, in API 1.0.
pub const UNKNOWN_TYPE_V1_0: &str = "Unhandled Type";
/// The session is unknown, expired, killed, logged out, or another application's.
pub const SESSION_NOT_FOUND: &str =
    "Session not found. If you get this frequently, ask the developer to use the latest example code";
/// Our fault; details stand in the log only.
pub const INTERNAL_ERROR: &str = "Error: internal error";
/// More names and values than any request has.
pub const TOO_MANY_PARAMETERS: &str = "Too many parameters";
/// More work is waiting than can be done soon.
pub const BUSY: &str = "The server is busy. Try again in a moment.";
