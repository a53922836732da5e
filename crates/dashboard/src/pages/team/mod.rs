//! `/dashboard/{app}/team`: managers and resellers, what they may do, and whether they may sign in.

mod acts;
mod balance;
mod form;
mod found;
mod identity;
mod limits;
mod link;
mod list;
mod member;
mod new;

use crate::{rights::Need, route::Route};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/team", Need::AppOwner, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/team/new", Need::AppOwner, |visit| Box::pin(new::show(visit))).fresh(),
    Route::post("/dashboard/{app}/team/new", Need::AppOwner, |visit| Box::pin(new::make(visit))).fresh(),
    Route::get("/dashboard/{app}/team/{id}", Need::AppOwner, |visit| Box::pin(member::show(visit))),
    Route::get("/dashboard/{app}/team/{id}/limits", Need::AppOwner, |visit| Box::pin(limits::show(visit))),
    Route::post("/dashboard/{app}/team/{id}/limits", Need::AppOwner, |visit| Box::pin(limits::set(visit))),
    Route::post("/dashboard/{app}/team/{id}/balance", Need::AppOwner, |visit| {
        Box::pin(balance::change(visit))
    }),
    Route::get("/dashboard/{app}/team/{id}/suspend", Need::AppOwner, |visit| {
        Box::pin(acts::ask_suspend(visit))
    }),
    Route::post("/dashboard/{app}/team/{id}/suspend", Need::AppOwner, |visit| Box::pin(acts::suspend(visit))),
    Route::post("/dashboard/{app}/team/{id}/resume", Need::AppOwner, |visit| Box::pin(acts::resume(visit))),
    Route::post("/dashboard/{app}/team/{id}/sign-out", Need::AppOwner, |visit| {
        Box::pin(acts::sign_out(visit))
    }),
    Route::get("/dashboard/{app}/team/{id}/drop-factors", Need::AppOwner, |visit| {
        Box::pin(acts::ask_drop_factors(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/team/{id}/drop-factors", Need::AppOwner, |visit| {
        Box::pin(acts::drop_factors(visit))
    })
    .fresh(),
    Route::get("/dashboard/{app}/team/{id}/remove", Need::AppOwner, |visit| {
        Box::pin(acts::ask_remove(visit))
    }),
    Route::post("/dashboard/{app}/team/{id}/remove", Need::AppOwner, |visit| Box::pin(acts::remove(visit))),
    Route::post("/dashboard/{app}/team/{id}/identity", Need::AppOwner, |visit| {
        Box::pin(identity::bind(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/team/{id}/identity/remove", Need::AppOwner, |visit| {
        Box::pin(identity::unbind(visit))
    })
    .fresh(),
    Route::get("/dashboard/{app}/team/{id}/link", Need::AppOwner, |visit| Box::pin(link::ask(visit))).fresh(),
    Route::post("/dashboard/{app}/team/{id}/link", Need::AppOwner, |visit| Box::pin(link::make(visit)))
        .fresh(),
    Route::post("/dashboard/{app}/team/{id}/link/withdraw", Need::AppOwner, |visit| {
        Box::pin(link::withdraw(visit))
    }),
];
