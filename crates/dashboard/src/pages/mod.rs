//! The pages, each in a file named as its address.

mod applications;
mod fault;
mod overview;
mod sign_in;

pub(crate) use self::fault::fault_page;
use crate::route::Route;

/// The routes of all pages.
pub(crate) const AREAS: &[&[Route]] = &[applications::ROUTES, overview::ROUTES, sign_in::ROUTES];
