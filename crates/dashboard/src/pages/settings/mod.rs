//! `/dashboard/{app}/settings`: every setting and every text of an application.

mod form;
mod page;
mod reset;

use claviger_domain::Permission;

use self::page::Part;
use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Settings);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/settings", NEED, |visit| Box::pin(page::show(visit))),
    Route::post("/dashboard/{app}/settings", NEED, |visit| Box::pin(form::change(visit, Part::Open))),
    Route::get("/dashboard/{app}/settings/reset", NEED, |visit| Box::pin(reset::ask(visit, Part::Open))),
    Route::post("/dashboard/{app}/settings/reset", NEED, |visit| Box::pin(reset::reset(visit, Part::Open))),
    // What seller keys may do, and what is kept of it, is the owner's alone.
    Route::post("/dashboard/{app}/settings/owner", Need::AppOwner, |visit| {
        Box::pin(form::change(visit, Part::Owner))
    }),
    Route::get("/dashboard/{app}/settings/owner/reset", Need::AppOwner, |visit| {
        Box::pin(reset::ask(visit, Part::Owner))
    }),
    Route::post("/dashboard/{app}/settings/owner/reset", Need::AppOwner, |visit| {
        Box::pin(reset::reset(visit, Part::Owner))
    }),
];
