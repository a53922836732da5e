//! `/dashboard/{app}/licenses/{id}`: one license with its story, and all that can be done about it.

mod about;
mod acts;
mod bans;
mod delete;
mod page;
mod story;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const LICENSES: Need = Need::App(Permission::Licenses);

/// What changes the user too needs the permission for users besides, as it does of a seller key.
const USER_TOO: &[(&str, Permission)] = &[("user_too", Permission::Users)];
/// The same, where it is told how.
const USER: &[(&str, Permission)] = &[("user", Permission::Users)];

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/licenses/{id}", LICENSES, |visit| Box::pin(page::show(visit))),
    Route::post("/dashboard/{app}/licenses/{id}/note", LICENSES, |visit| Box::pin(acts::set_note(visit))),
    Route::post("/dashboard/{app}/licenses/{id}/duration", LICENSES, |visit| {
        Box::pin(acts::set_duration(visit))
    })
    .fields(USER_TOO),
    Route::post("/dashboard/{app}/licenses/{id}/add-time", LICENSES, |visit| Box::pin(acts::add_time(visit)))
        .fields(USER_TOO),
    Route::post("/dashboard/{app}/licenses/{id}/assign", LICENSES, |visit| Box::pin(acts::assign(visit))),
    Route::post("/dashboard/{app}/licenses/{id}/ban", LICENSES, |visit| Box::pin(bans::ban(visit)))
        .fields(USER_TOO),
    Route::post("/dashboard/{app}/licenses/{id}/unban", LICENSES, |visit| Box::pin(bans::unban(visit))),
    Route::get("/dashboard/{app}/licenses/{id}/delete", LICENSES, |visit| Box::pin(delete::ask(visit)))
        .fields(USER),
    Route::post("/dashboard/{app}/licenses/{id}/delete", LICENSES, |visit| Box::pin(delete::delete(visit)))
        .fields(USER),
];
