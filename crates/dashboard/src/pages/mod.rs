//! The pages, each in a file named as its address.

mod account;
mod account_codes;
mod account_logs;
mod account_passkeys;
mod account_password;
mod app_settings;
mod applications;
mod audit_log;
mod blacklist;
mod chats;
mod confirm;
mod credentials;
mod customers_panel;
mod fault;
mod files;
mod find;
mod first_session;
mod hashes;
mod jobs;
mod key_pairs;
mod keyauth_addresses;
mod license;
mod licenses;
mod licenses_import;
mod licenses_new;
mod logs;
mod mutes;
mod notices;
mod overview;
mod own;
mod provider;
mod reports;
mod search;
mod seller_logs;
mod seller_settings;
mod sessions;
mod settings;
mod sign_in;
mod subscriptions;
mod team;
mod tokens;
mod user;
mod users;
mod users_new;
mod variables;
mod web_loader;
mod webhooks;
mod welcome;
mod whitelist;
mod why;

pub(crate) use self::fault::fault_page;
pub use self::welcome::invitation_link;
use crate::route::Route;

/// The routes of all pages.
pub(crate) const AREAS: &[&[Route]] = &[
    account::ROUTES,
    account_codes::ROUTES,
    account_logs::ROUTES,
    account_passkeys::ROUTES,
    account_password::ROUTES,
    app_settings::ROUTES,
    applications::ROUTES,
    audit_log::ROUTES,
    blacklist::ROUTES,
    chats::ROUTES,
    confirm::ROUTES,
    credentials::ROUTES,
    customers_panel::ROUTES,
    first_session::ROUTES,
    jobs::ROUTES,
    key_pairs::ROUTES,
    keyauth_addresses::ROUTES,
    logs::ROUTES,
    mutes::ROUTES,
    notices::ROUTES,
    overview::ROUTES,
    provider::ROUTES,
    reports::ROUTES,
    search::ROUTES,
    own::ROUTES,
    seller_logs::ROUTES,
    seller_settings::ROUTES,
    sessions::ROUTES,
    settings::ROUTES,
    sign_in::ROUTES,
    team::ROUTES,
    user::ROUTES,
    users_new::ROUTES,
    license::ROUTES,
    licenses_new::ROUTES,
    licenses_import::ROUTES,
    users::ROUTES,
    licenses::ROUTES,
    welcome::ROUTES,
    files::ROUTES,
    whitelist::ROUTES,
    hashes::ROUTES,
    subscriptions::ROUTES,
    tokens::ROUTES,
    variables::ROUTES,
    web_loader::ROUTES,
    webhooks::ROUTES,
    find::ROUTES,
    why::ROUTES,
];
