//! `/dashboard/{app}/notices`: what the owner wants to be told of, by mail or by a call to an address.

mod page;

use crate::{rights::Need, route::Route};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/notices", Need::AppOwner, |visit| Box::pin(page::show(visit))),
    Route::post("/dashboard/{app}/notices", Need::AppOwner, |visit| Box::pin(page::choose(visit))).fresh(),
    Route::post("/dashboard/{app}/notices/test", Need::AppOwner, |visit| Box::pin(page::test(visit))),
    Route::get("/dashboard/{app}/notices/confirm", Need::AppOwner, |visit| Box::pin(page::ask(visit))),
    Route::post("/dashboard/{app}/notices/confirm", Need::AppOwner, |visit| Box::pin(page::confirm(visit))),
];
