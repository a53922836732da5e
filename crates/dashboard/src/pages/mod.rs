//! The pages, each in a file named as its address.

mod app_settings;
mod applications;
mod credentials;
mod fault;
mod find;
mod first_session;
mod missing;
mod overview;
mod sign_in;
mod welcome;
mod why;

pub(crate) use self::fault::fault_page;
pub use self::welcome::invitation_link;
use crate::route::Route;

/// The routes of all pages.
pub(crate) const AREAS: &[&[Route]] = &[
    app_settings::ROUTES,
    applications::ROUTES,
    credentials::ROUTES,
    first_session::ROUTES,
    overview::ROUTES,
    sign_in::ROUTES,
    welcome::ROUTES,
    find::ROUTES,
    why::ROUTES,
];
