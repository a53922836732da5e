//! The pages, each in a file named as its address.

mod fault;
mod overview;

pub(crate) use self::fault::fault_page;
use crate::route::Route;

/// The routes of all pages.
pub(crate) const AREAS: &[&[Route]] = &[overview::ROUTES];
