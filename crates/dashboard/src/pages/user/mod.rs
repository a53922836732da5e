//! `/dashboard/{app}/users/{id}`: one user with everything that hangs on the user, and all that can be done about it.

mod about;
mod account;
mod bans;
mod delete;
mod devices;
mod history;
mod page;
mod sessions;
mod time;
mod variables;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const USERS: Need = Need::App(Permission::Users);
const SESSIONS: Need = Need::App(Permission::Sessions);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/users/{id}", USERS, |visit| Box::pin(page::show(visit))),
    Route::get("/dashboard/{app}/users/{id}/history", USERS, |visit| Box::pin(history::show(visit))),
    Route::post("/dashboard/{app}/users/{id}/note", USERS, |visit| Box::pin(page::set_note(visit))),
    // Time.
    Route::post("/dashboard/{app}/users/{id}/extend", USERS, |visit| Box::pin(time::extend(visit))),
    Route::post("/dashboard/{app}/users/{id}/subtract", USERS, |visit| Box::pin(time::subtract(visit))),
    Route::post("/dashboard/{app}/users/{id}/pause", USERS, |visit| Box::pin(time::pause(visit, true))),
    Route::post("/dashboard/{app}/users/{id}/unpause", USERS, |visit| Box::pin(time::pause(visit, false))),
    Route::get("/dashboard/{app}/users/{id}/delete-subscription", USERS, |visit| {
        Box::pin(time::ask_delete(visit))
    }),
    Route::post("/dashboard/{app}/users/{id}/delete-subscription", USERS, |visit| {
        Box::pin(time::delete(visit))
    }),
    Route::post("/dashboard/{app}/users/{id}/license", Need::App(Permission::Licenses), |visit| {
        Box::pin(time::assign(visit))
    }),
    // Devices.
    Route::post("/dashboard/{app}/users/{id}/add-device", USERS, |visit| Box::pin(devices::add(visit))),
    Route::post("/dashboard/{app}/users/{id}/name-device", USERS, |visit| Box::pin(devices::name(visit))),
    Route::get("/dashboard/{app}/users/{id}/free-device", USERS, |visit| Box::pin(devices::ask_free(visit))),
    Route::post("/dashboard/{app}/users/{id}/free-device", USERS, |visit| Box::pin(devices::free(visit))),
    Route::post("/dashboard/{app}/users/{id}/cooldown", USERS, |visit| Box::pin(devices::cooldown(visit))),
    // Variables.
    Route::post("/dashboard/{app}/users/{id}/variable", USERS, |visit| Box::pin(variables::set(visit))),
    Route::get("/dashboard/{app}/users/{id}/delete-variable", USERS, |visit| {
        Box::pin(variables::ask_delete(visit))
    }),
    Route::post("/dashboard/{app}/users/{id}/delete-variable", USERS, |visit| {
        Box::pin(variables::delete(visit))
    }),
    // Who may not.
    Route::post("/dashboard/{app}/users/{id}/ban", USERS, |visit| Box::pin(bans::ban(visit))),
    Route::post("/dashboard/{app}/users/{id}/unban", USERS, |visit| Box::pin(bans::unban(visit))),
    Route::post("/dashboard/{app}/users/{id}/mute", Need::App(Permission::Chats), |visit| {
        Box::pin(bans::mute(visit))
    }),
    Route::post("/dashboard/{app}/users/{id}/unmute", Need::App(Permission::Chats), |visit| {
        Box::pin(bans::unmute(visit))
    }),
    Route::get("/dashboard/{app}/users/{id}/end-sessions", SESSIONS, |visit| {
        Box::pin(sessions::ask_end(visit))
    }),
    Route::post("/dashboard/{app}/users/{id}/end-sessions", SESSIONS, |visit| Box::pin(sessions::end(visit))),
    Route::get("/dashboard/{app}/users/{id}/delete", USERS, |visit| Box::pin(delete::ask(visit))),
    Route::post("/dashboard/{app}/users/{id}/delete", USERS, |visit| Box::pin(delete::delete(visit))),
    // What the user signs in with.
    Route::get("/dashboard/{app}/users/{id}/account", USERS, |visit| Box::pin(account::show(visit))).fresh(),
    Route::post("/dashboard/{app}/users/{id}/rename", USERS, |visit| Box::pin(account::rename(visit)))
        .fresh(),
    Route::post("/dashboard/{app}/users/{id}/password", USERS, |visit| Box::pin(account::password(visit)))
        .fresh(),
    Route::post("/dashboard/{app}/users/{id}/email", USERS, |visit| Box::pin(account::email(visit))).fresh(),
    Route::get("/dashboard/{app}/users/{id}/two-factor-off", USERS, |visit| {
        Box::pin(account::ask_two_factor_off(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/users/{id}/two-factor-off", USERS, |visit| {
        Box::pin(account::two_factor_off(visit))
    })
    .fresh(),
    Route::post("/dashboard/{app}/users/{id}/login-token", USERS, |visit| {
        Box::pin(account::login_token(visit))
    })
    .fresh(),
];
