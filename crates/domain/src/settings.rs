//! Settings of an application, with their defaults (`docs/protocol/settings.md`).

use serde::{Deserialize, Serialize};

/// Longest life of a session that an app may ask for, in seconds (a week).
pub const MAX_SESSION_SECONDS: i64 = 604_800;
/// Mask of generated license keys unless the app has another.
pub const DEFAULT_MASK: &str = "******-******-******-******-******-******";

/// Everything an owner may change about an application's behavior. Kept as one JSON text; a field missing there
/// has its default, so a new field needs no migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct AppSettings {
    /// Programs may start (`init`).
    pub enabled: bool,
    /// Paused by the owner.
    pub paused: bool,
    /// Which versions of the Client API answer.
    pub api: ApiVersions,
    /// Version that programs must have.
    pub version: String,
    /// Where a program of another version finds the right one; at most 120 bytes.
    pub download: Option<String>,
    /// A user may log in only from the devices bound to the account.
    pub hwid_check: bool,
    /// A login without a HWID is refused.
    pub force_hwid: bool,
    /// Shortest HWID accepted at login, in bytes.
    pub min_hwid: usize,
    /// Life of a session in seconds, counted from `init`; at most [`MAX_SESSION_SECONDS`].
    pub session_seconds: i64,
    /// API 1.2: `init` must bring an `enckey`.
    pub force_encryption: bool,
    /// The program's hash is compared with [`AppSettings::hashes`].
    pub hash_check: bool,
    /// Allowed MD5 hashes of the program, 32 lower-case hexadecimal digits each.
    pub hashes: Vec<String>,
    /// The next hash that a program presents is added to [`AppSettings::hashes`], if there is none yet; this is set
    /// back then.
    pub hash_learn: bool,
    /// Programs behind VPNs, proxies and hosting providers are refused at `init`, but for whitelisted addresses.
    pub vpn_block: bool,
    /// `init` must bring a token of the application.
    pub token_system: bool,
    /// Passwords known from breaches are refused at registration.
    pub block_leaked_passwords: bool,
    /// A program's `ban` also blacklists the address it came from.
    pub ban_blacklists_ip: bool,
    /// A session answers only the address it began at.
    pub bind_session_to_ip: bool,
    /// `login` answers an unknown user like a wrong password, and `forgot` the same whether or not user and address are
    /// known.
    pub hide_unknown_users: bool,
    /// Where `log` is sent besides; at most 130 bytes.
    pub webhook: Option<String>,
    /// Lines of `log` that are kept, the newest ones.
    pub logs_kept: i64,
    /// Each request to the Seller API is kept, without secrets.
    pub seller_logs: bool,
    /// Requests to the Seller API that are kept, the newest ones.
    pub seller_logs_kept: i64,
    /// Changes that the audit log keeps, the newest ones.
    pub audit_kept: i64,
    /// `appdetails` of the Seller API tells the app secret.
    pub seller_api_shows_secret: bool,
    /// Seconds that a user waits between two resets of the devices that the user asks for.
    pub cooldown_seconds: i64,
    /// Where the web loader finds the program; at most 120 bytes.
    pub web_download: Option<String>,
    /// Where resellers buy balance; at most 69 bytes.
    pub reseller_store: Option<String>,
    /// Secret of the shop Sellix; encrypted, as hexadecimal digits.
    pub sellix_secret: Option<String>,
    /// What the shop calls a reseller's license for a day; at most 13 bytes, as the others.
    pub day_product_id: Option<String>,
    /// What the shop calls a reseller's license for a week.
    pub week_product_id: Option<String>,
    /// What the shop calls a reseller's license for a month.
    pub month_product_id: Option<String>,
    /// What the shop calls a reseller's license for ever.
    pub lifetime_product_id: Option<String>,
    /// Shortest user name, in bytes.
    pub min_username: usize,
    /// A successful login ends the user's other sessions.
    pub kill_other_sessions: bool,
    /// Addresses and networks that may use the Seller API; empty: all.
    pub seller_api_whitelist: Vec<String>,
    /// Mask of generated license keys.
    pub license_mask: String,
    /// Texts shown to end users.
    pub messages: Messages,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            paused: false,
            api: ApiVersions::default(),
            version: "1.0".into(),
            download: None,
            hwid_check: true,
            force_hwid: true,
            min_hwid: 20,
            session_seconds: 21_600,
            force_encryption: false,
            hash_check: false,
            hashes: Vec::new(),
            hash_learn: false,
            vpn_block: false,
            token_system: false,
            block_leaked_passwords: false,
            ban_blacklists_ip: true,
            bind_session_to_ip: false,
            hide_unknown_users: false,
            webhook: None,
            logs_kept: 100_000,
            seller_logs: false,
            seller_logs_kept: 10_000,
            audit_kept: 100_000,
            seller_api_shows_secret: true,
            cooldown_seconds: 604_800,
            web_download: None,
            reseller_store: None,
            sellix_secret: None,
            day_product_id: None,
            week_product_id: None,
            month_product_id: None,
            lifetime_product_id: None,
            min_username: 1,
            kill_other_sessions: false,
            seller_api_whitelist: Vec::new(),
            license_mask: DEFAULT_MASK.into(),
            messages: Messages::default(),
        }
    }
}

/// Which versions of the Client API an application answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiVersions {
    /// Whole body encrypted with a weak scheme; off for new apps.
    pub v1_0: bool,
    /// Unauthenticated replies; off for new apps.
    pub v1_1: bool,
    /// Replies signed with HMAC-SHA256.
    pub v1_2: bool,
    /// Replies signed with Ed25519.
    pub v1_3: bool,
}

impl ApiVersions {
    /// All versions on.
    pub const ALL: Self = Self { v1_0: true, v1_1: true, v1_2: true, v1_3: true };
}

impl Default for ApiVersions {
    fn default() -> Self {
        Self { v1_0: false, v1_1: false, v1_2: true, v1_3: true }
    }
}

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The texts that an owner may word differently; at most 100 bytes each.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        pub struct Messages {
            $($(#[$doc])* pub $name: String,)*
        }

        impl Default for Messages {
            fn default() -> Self {
                Self { $($name: $text.into(),)* }
            }
        }
    };
}

messages! {
    /// The app is switched off.
    app_disabled = "This application is disabled";
    /// The app is paused.
    paused_app = "Application is currently paused, please wait for the developer to say otherwise.";
    /// The address is that of a VPN.
    vpn_blocked = "VPNs are blocked on this application";
    /// The program's hash is not among the allowed ones.
    hash_check_fail = "This program hash does not match, make sure you're using latest version";
    /// No such token.
    token_invalid = "Token Invalid";
    /// Registration under a taken name.
    username_taken = "Username already taken, choose a different one";
    /// No such license key.
    key_not_found = "Invalid license key";
    /// The license key was used before.
    key_used = "License key has already been used";
    /// The time of the license is over; kept for panels that show it.
    key_expired = "Your license has expired";
    /// The license is banned; `{reason}` stands for the reason.
    key_banned = "Your license is banned";
    /// No subscription has the key's level.
    no_sub_level = "There is no subscription created for your key level. Contact application developer.";
    /// No such user.
    username_not_found = "Invalid username";
    /// Wrong password.
    pass_mismatch = "Password does not match.";
    /// Login from a device that is not bound.
    hwid_mismatch = "HWID doesn't match. Ask for a HWID reset";
    /// The device or address is blacklisted.
    hwid_blacked = "You've been blacklisted from our application";
    /// No subscription runs.
    no_active_subs = "No active subscription(s) found";
    /// Only paused subscriptions.
    paused_sub = "Your subscription is paused and can't be used right now";
    /// The user is banned; `{reason}` stands for the reason.
    user_banned = "The user is banned";
    /// A request that needs a login came without one.
    session_unauthed = "Session is not validated";
    /// Login, registration or license accepted.
    logged_in = "Logged in!";
    /// User name shorter than the app's minimum.
    username_too_short = "Username too short, try longer one.";
    /// Registration with a password known from a breach.
    password_leaked = "This password has been leaked in a data breach (not from us), please use a different one.";
    /// The next message came too early.
    chat_hit_delay = "Chat slower, you've hit the delay limit";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_have_their_defaults() {
        let settings: AppSettings =
            serde_json::from_str(r#"{"version":"2","messages":{"loggedIn":"Hi"}}"#).unwrap();
        let messages = Messages { logged_in: "Hi".into(), ..Messages::default() };
        assert_eq!(settings, AppSettings { version: "2".into(), messages, ..AppSettings::default() });
    }
}
