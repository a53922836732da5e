//! `/dashboard/{app}/users`: all users.

mod change;
mod export;
mod list;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Users);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/users", NEED, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/users/count", NEED, |visit| Box::pin(list::count(visit))),
    Route::get("/dashboard/{app}/users/change", NEED, |visit| Box::pin(change::ask(visit))),
    Route::post("/dashboard/{app}/users/change", NEED, |visit| Box::pin(change::change(visit))),
    Route::get("/dashboard/{app}/users/export", NEED, |visit| Box::pin(export::export(visit))),
];
