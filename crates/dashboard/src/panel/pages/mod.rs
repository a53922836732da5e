//! The panel's pages, each in a file named as its address.

mod devices;
mod files;
mod home;
mod password;
mod redeem;
mod sessions;
mod sign_in;

use super::route::PanelRoute;

/// The routes of all pages.
pub(super) const AREAS: &[&[PanelRoute]] = &[
    home::ROUTES,
    sign_in::ROUTES,
    redeem::ROUTES,
    devices::ROUTES,
    sessions::ROUTES,
    password::ROUTES,
    files::ROUTES,
];
