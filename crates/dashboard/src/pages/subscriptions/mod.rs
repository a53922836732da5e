//! `/dashboard/{app}/subscriptions`: what the application offers for each level of license, and how many have it.

mod change;
mod list;
mod of_all;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Subscriptions);
/// Time of users is given and taken by who may change users.
const USERS: Need = Need::App(Permission::Users);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/subscriptions", NEED, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/subscriptions/new", NEED, |visit| Box::pin(change::ask_new(visit))),
    Route::post("/dashboard/{app}/subscriptions/new", NEED, |visit| Box::pin(change::add(visit))),
    Route::get("/dashboard/{app}/subscriptions/level", NEED, |visit| Box::pin(change::ask_level(visit))),
    Route::post("/dashboard/{app}/subscriptions/level", NEED, |visit| Box::pin(change::set_level(visit))),
    Route::get("/dashboard/{app}/subscriptions/delete", NEED, |visit| Box::pin(change::ask_delete(visit))),
    Route::post("/dashboard/{app}/subscriptions/delete", NEED, |visit| Box::pin(change::delete(visit))),
    Route::get("/dashboard/{app}/subscriptions/pause", NEED, |visit| Box::pin(of_all::ask_pause(visit))),
    Route::post("/dashboard/{app}/subscriptions/pause", NEED, |visit| Box::pin(of_all::pause(visit))),
    Route::get("/dashboard/{app}/subscriptions/unpause", NEED, |visit| Box::pin(of_all::ask_unpause(visit))),
    Route::post("/dashboard/{app}/subscriptions/unpause", NEED, |visit| Box::pin(of_all::unpause(visit))),
    Route::get("/dashboard/{app}/subscriptions/extend", USERS, |visit| Box::pin(of_all::ask_extend(visit))),
    Route::post("/dashboard/{app}/subscriptions/extend", USERS, |visit| Box::pin(of_all::extend(visit))),
    Route::get("/dashboard/{app}/subscriptions/shorten", USERS, |visit| Box::pin(of_all::ask_shorten(visit))),
    Route::post("/dashboard/{app}/subscriptions/shorten", USERS, |visit| Box::pin(of_all::shorten(visit))),
];
