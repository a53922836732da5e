//! `/dashboard/{app}/reports`: how an application grows, which subscriptions end when, and who comes back.

mod export;
mod page;
mod rows;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::Either(Permission::Users, Permission::Licenses);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/reports", NEED, |visit| Box::pin(page::show(visit))),
    Route::get("/dashboard/{app}/reports/export", NEED, |visit| Box::pin(export::export(visit))),
];
