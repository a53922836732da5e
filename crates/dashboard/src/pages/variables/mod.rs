//! `/dashboard/{app}/variables`: texts that programs read from the server.

mod change;
mod delete;
mod list;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Variables);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/variables", NEED, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/variables/new", NEED, |visit| Box::pin(change::ask_new(visit))),
    Route::post("/dashboard/{app}/variables/new", NEED, |visit| Box::pin(change::add(visit))),
    Route::get("/dashboard/{app}/variables/edit", NEED, |visit| Box::pin(change::ask_edit(visit))),
    Route::post("/dashboard/{app}/variables/edit", NEED, |visit| Box::pin(change::edit(visit))),
    Route::get("/dashboard/{app}/variables/delete", NEED, |visit| Box::pin(delete::ask(visit))),
    Route::post("/dashboard/{app}/variables/delete", NEED, |visit| Box::pin(delete::delete(visit))),
];
