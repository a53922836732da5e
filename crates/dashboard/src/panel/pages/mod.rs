//! The panel's pages, each in a file named as its address.

mod devices;
mod downloads;
mod email;
mod files;
mod forgot;
mod home;
mod password;
mod redeem;
mod sessions;
mod sign_in;
mod two_factor;

use super::route::PanelRoute;

/// The routes of all pages.
pub(super) const AREAS: &[&[PanelRoute]] = &[
    home::ROUTES,
    sign_in::ROUTES,
    redeem::ROUTES,
    devices::ROUTES,
    sessions::ROUTES,
    password::ROUTES,
    email::ROUTES,
    two_factor::ROUTES,
    forgot::ROUTES,
    downloads::ROUTES,
    files::ROUTES,
];
