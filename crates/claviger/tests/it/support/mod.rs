//! What the tests share: a server of their own, raw HTTP, and what replies must look like.

pub mod account;
pub mod app;
pub mod browser;
pub mod by_provider;
pub mod cli;
pub mod collector;
pub mod crypto;
pub mod disk;
pub mod expect;
pub mod frames;
pub mod http;
pub mod issuer;
pub mod line;
pub mod live;
pub mod mailbox;
pub mod metrics;
pub mod needle;
pub mod objects;
pub mod panel;
pub mod people;
pub mod pipe;
pub mod postgres;
pub mod proxied;
pub mod seal;
pub mod second;
pub mod server;
pub mod session;
pub mod table;
pub mod target;
pub mod tls;
pub mod v1_0;
pub mod vendor;
pub mod wait;
pub mod wire;

pub use account::{Info, assert_logged_in};
pub use app::App;
pub use browser::{Browser, escaped, without_ages};
pub use cli::Cli;
pub use expect::{Seal, assert_json, assert_text, mask_nonce, mask_number, mask_numbers, mask_text};
pub use http::{Reply, encode, form};
pub use line::Line;
pub use live::Live;
pub use server::Server;
pub use session::Session;
pub use wait::{eventually, now};

/// The reply of check 8 of the Client API.
pub const SESSION_NOT_FOUND: &str =
    "Session not found. If you get this frequently, ask the developer to use the latest example code";
/// The reply to an unknown `type` of the Client API, misspelled as the protocol has it.
pub const TYPE_NOT_FOUND: &str = "The value inputted for type paramater was not found";
/// The whole body when no application has the given name and owner id.
pub const INVALID: &str = "KeyAuth_Invalid";
/// The value of the 1.2 `signature` header when the client gave no key.
pub const NO_KEY: &str = "No encryption key supplied";

/// The body of the Seller API's 404.
pub const KEY_NOT_FOUND: &str = r#"{"success":false,"message":"Seller Key Not Found"}"#;
/// The body of the Seller API's 403.
pub const NOT_AUTHORIZED: &str =
    r#"{"success":false,"message":"Not authorized to use SellerAPI, please upgrade."}"#;

/// A hardware id as Windows clients send it.
pub const HWID: &str = "S-1-5-21-1004336348-1177238915-682003330-1001";
/// The one of another computer.
pub const OTHER_HWID: &str = "S-1-5-21-2000000000-3000000000-400000000-1002";
/// What clients of API 1.2 send as `enckey`.
pub const ENCKEY: &str = "4a59f8ca-b304-47";

/// The versions of the Client API whose requests are plain.
pub const VERSIONS: [&str; 3] = ["1.1", "1.2", "1.3"];
/// All versions; the support encrypts and decrypts those of API 1.0.
pub const ALL_VERSIONS: [&str; 4] = ["1.0", "1.1", "1.2", "1.3"];
