//! `/dashboard/{app}/logs`: what programs wrote with `log`.

mod clear;
mod export;
mod filter;
mod page;
mod tail;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Logs);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/logs", NEED, |visit| Box::pin(page::show(visit))),
    Route::get("/dashboard/{app}/logs/live", NEED, |visit| Box::pin(tail::follow(visit))),
    Route::get("/dashboard/{app}/logs/export", NEED, |visit| Box::pin(export::export(visit))),
    Route::get("/dashboard/{app}/logs/clear", NEED, |visit| Box::pin(clear::ask(visit))),
    Route::post("/dashboard/{app}/logs/clear", NEED, |visit| Box::pin(clear::clear(visit))),
];
