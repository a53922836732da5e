//! `/dashboard/{app}/customers-panel`: what end users may do in the browser, and how it looks there.

mod logo;
mod set;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const SETTINGS: Need = Need::App(Permission::Settings);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/customers-panel", SETTINGS, |visit| Box::pin(set::show(visit))),
    Route::post("/dashboard/{app}/customers-panel", SETTINGS, |visit| Box::pin(set::set(visit))),
    // Whoever may not see the files must not give them to a customer either, which may be they themselves.
    Route::post("/dashboard/{app}/customers-panel/file", set::FILES, |visit| {
        Box::pin(set::offer_file(visit))
    }),
    Route::get("/dashboard/{app}/customers-panel/logo", SETTINGS, |visit| Box::pin(logo::show(visit))),
    Route::upload("/dashboard/{app}/customers-panel/logo", SETTINGS, |visit| Box::pin(logo::set(visit))),
    Route::get("/dashboard/{app}/customers-panel/logo/remove", SETTINGS, |visit| Box::pin(logo::ask(visit))),
    Route::post("/dashboard/{app}/customers-panel/logo/remove", SETTINGS, |visit| {
        Box::pin(logo::remove(visit))
    }),
];
