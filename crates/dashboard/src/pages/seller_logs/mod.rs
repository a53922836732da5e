//! `/dashboard/{app}/seller-logs`: the requests to the Seller API, and all that is known of one.

mod list;
mod one;
mod shown;

use crate::{rights::Need, route::Route};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/seller-logs", Need::AppOwner, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/seller-logs/{id}", Need::AppOwner, |visit| Box::pin(one::show(visit))),
];
