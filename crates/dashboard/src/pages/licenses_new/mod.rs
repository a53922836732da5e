//! `/dashboard/{app}/licenses/new`: making licenses, and those that were just made.

mod form;
mod made;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const LICENSES: Need = Need::App(Permission::Licenses);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/licenses/new", LICENSES, |visit| Box::pin(form::show(visit))),
    Route::post("/dashboard/{app}/licenses/new", LICENSES, |visit| Box::pin(form::make(visit))),
    Route::post("/dashboard/{app}/licenses/new/preview", LICENSES, |visit| Box::pin(form::preview(visit))),
    Route::get("/dashboard/{app}/licenses/made/{form}", LICENSES, |visit| Box::pin(made::show(visit))),
    Route::get("/dashboard/{app}/licenses/made/{form}/{format}", LICENSES, |visit| {
        Box::pin(made::download(visit))
    }),
];
