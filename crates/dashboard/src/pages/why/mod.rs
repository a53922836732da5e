//! `/dashboard/{app}/why/users/{id}` and `…/why/licenses/{id}`: why a user or a license works or does not, what mends it,
//! and what to tell the customer.

mod about;
mod facts;
mod mend;
mod page;

use claviger_domain::Permission;

pub(super) use self::about::address_of;
use self::{about::LOOK, mend::mend, page::show};
use crate::{rights::Need, route::Route};

const USERS: Need = Need::App(Permission::Users);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/why/{kind}/{id}", LOOK, |visit| Box::pin(show(visit))),
    Route::post("/dashboard/{app}/why/{kind}/{id}/reset-devices", USERS, |visit| {
        Box::pin(mend(visit, "reset_devices"))
    }),
    Route::post("/dashboard/{app}/why/{kind}/{id}/extend", USERS, |visit| Box::pin(mend(visit, "extend"))),
    Route::post("/dashboard/{app}/why/{kind}/{id}/end-sessions", Need::App(Permission::Sessions), |visit| {
        Box::pin(mend(visit, "end_sessions"))
    }),
    Route::post("/dashboard/{app}/why/{kind}/{id}/unban", USERS, |visit| Box::pin(mend(visit, "unban"))),
    Route::post("/dashboard/{app}/why/{kind}/{id}/unban-license", Need::App(Permission::Licenses), |visit| {
        Box::pin(mend(visit, "unban_license"))
    }),
    Route::post("/dashboard/{app}/why/{kind}/{id}/unpause", USERS, |visit| Box::pin(mend(visit, "unpause"))),
    Route::post("/dashboard/{app}/why/{kind}/{id}/unpause-app", Need::App(Permission::Settings), |visit| {
        Box::pin(mend(visit, "unpause_app"))
    }),
    Route::post("/dashboard/{app}/why/{kind}/{id}/turn-two-factor-off", USERS, |visit| {
        Box::pin(mend(visit, "turn_two_factor_off"))
    }),
    Route::post(
        "/dashboard/{app}/why/{kind}/{id}/remove-entry",
        Need::App(Permission::Blacklists),
        |visit| Box::pin(mend(visit, "remove_entry")),
    ),
];
