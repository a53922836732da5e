//! `/dashboard/{app}/seller-settings`: the keys for the Seller API, from where they may be used, and what is kept of
//! requests.

mod form;
mod key;
mod links;
mod named;
mod page;
mod secret;

use crate::{rights::Need, route::Route};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/seller-settings", Need::AppOwner, |visit| Box::pin(page::show(visit))),
    Route::post("/dashboard/{app}/seller-settings/addresses", Need::AppOwner, |visit| {
        Box::pin(page::set_addresses(visit))
    }),
    Route::post("/dashboard/{app}/seller-settings/log", Need::AppOwner, |visit| {
        Box::pin(page::switch_log(visit))
    }),
    Route::get("/dashboard/{app}/seller-settings/new", Need::AppOwner, |visit| {
        Box::pin(key::show_new(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/seller-settings/new", Need::AppOwner, |visit| Box::pin(key::make(visit)))
        .fresh(),
    Route::get("/dashboard/{app}/seller-settings/keys/{id}", Need::AppOwner, |visit| {
        Box::pin(key::show(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/seller-settings/keys/{id}", Need::AppOwner, |visit| {
        Box::pin(key::change(visit))
    })
    .fresh(),
    Route::get("/dashboard/{app}/seller-settings/keys/{id}/rotate", Need::AppOwner, |visit| {
        Box::pin(secret::ask_rotate(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/seller-settings/keys/{id}/rotate", Need::AppOwner, |visit| {
        Box::pin(secret::rotate(visit))
    })
    .fresh(),
    Route::get("/dashboard/{app}/seller-settings/keys/{id}/revoke", Need::AppOwner, |visit| {
        Box::pin(secret::ask_revoke(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/seller-settings/keys/{id}/revoke", Need::AppOwner, |visit| {
        Box::pin(secret::revoke(visit))
    })
    .fresh(),
];
