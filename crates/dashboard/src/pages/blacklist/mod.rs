//! `/dashboard/{app}/blacklist`: who is kept out, and why.

mod add;
mod page;
mod remove;

use axum::http::StatusCode;
use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Blacklists);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/blacklist", NEED, |visit| {
        Box::pin(async move { page::page(&visit, StatusCode::OK, page::Tried::default()).await })
    }),
    Route::post("/dashboard/{app}/blacklist", NEED, |visit| Box::pin(add::add(visit))),
    Route::get("/dashboard/{app}/blacklist/remove", NEED, |visit| Box::pin(remove::ask(visit))),
    Route::post("/dashboard/{app}/blacklist/remove", NEED, |visit| Box::pin(remove::remove(visit))),
];
