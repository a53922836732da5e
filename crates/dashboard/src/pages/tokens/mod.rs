//! `/dashboard/{app}/tokens`: what programs present when they start, where the application wants a token.

mod act;
mod list;
mod one;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Tokens);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/tokens", NEED, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/tokens/show", NEED, |visit| Box::pin(one::show(visit))).fresh(),
    Route::get("/dashboard/{app}/tokens/ban", NEED, |visit| Box::pin(act::ask_ban(visit))),
    Route::post("/dashboard/{app}/tokens/ban", NEED, |visit| Box::pin(act::ban(visit))),
    Route::get("/dashboard/{app}/tokens/unban", NEED, |visit| Box::pin(act::ask_unban(visit))),
    Route::post("/dashboard/{app}/tokens/unban", NEED, |visit| Box::pin(act::unban(visit))),
    Route::get("/dashboard/{app}/tokens/reset", NEED, |visit| Box::pin(act::ask_reset(visit))),
    Route::post("/dashboard/{app}/tokens/reset", NEED, |visit| Box::pin(act::reset(visit))),
];
