//! `/dashboard/{app}/licenses`: all licenses.

mod change;
mod export;
mod list;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Licenses);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/licenses", NEED, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/licenses/count", NEED, |visit| Box::pin(list::count(visit))),
    Route::get("/dashboard/{app}/licenses/change", NEED, |visit| Box::pin(change::ask(visit))),
    Route::post("/dashboard/{app}/licenses/change", NEED, |visit| Box::pin(change::change(visit))),
    Route::get("/dashboard/{app}/licenses/export", NEED, |visit| Box::pin(export::export(visit))),
];
