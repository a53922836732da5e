//! `/dashboard/{app}/own`: what a reseller made, and making more.

mod acts;
mod export;
mod list;
mod make;
mod rights;
mod users;

use crate::{rights::Need, route::Route};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/own", Need::Reseller, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/own/export", Need::Reseller, |visit| Box::pin(export::export(visit))),
    Route::get("/dashboard/{app}/own/new", Need::Reseller, |visit| Box::pin(make::show(visit))),
    Route::post("/dashboard/{app}/own/new", Need::Reseller, |visit| Box::pin(make::make(visit))),
    Route::get("/dashboard/{app}/own/{id}/ban", Need::Reseller, |visit| Box::pin(acts::ask_ban(visit))),
    Route::post("/dashboard/{app}/own/{id}/ban", Need::Reseller, |visit| Box::pin(acts::ban(visit))),
    Route::post("/dashboard/{app}/own/{id}/unban", Need::Reseller, |visit| Box::pin(acts::unban(visit))),
    Route::get("/dashboard/{app}/own/{id}/delete", Need::Reseller, |visit| Box::pin(acts::ask_delete(visit))),
    Route::post("/dashboard/{app}/own/{id}/delete", Need::Reseller, |visit| Box::pin(acts::delete(visit))),
    Route::get("/dashboard/{app}/own-users", Need::Reseller, |visit| Box::pin(users::show(visit))),
    Route::get("/dashboard/{app}/own-users/{id}/reset", Need::Reseller, |visit| {
        Box::pin(users::ask_reset(visit))
    }),
    Route::post("/dashboard/{app}/own-users/{id}/reset", Need::Reseller, |visit| {
        Box::pin(users::reset(visit))
    }),
];
