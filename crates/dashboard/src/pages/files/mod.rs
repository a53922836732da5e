//! `/dashboard/{app}/files`: what programs download.

mod address_of;
mod change;
mod delete;
mod download;
mod list;
mod parts;
mod receive;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Files);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/files", NEED, |visit| Box::pin(list::show(visit))),
    Route::upload("/dashboard/{app}/files", NEED, |visit| Box::pin(receive::receive(visit))),
    Route::get("/dashboard/{app}/files/replace", NEED, |visit| Box::pin(receive::ask_replace(visit))),
    Route::get("/dashboard/{app}/files/new-address", NEED, |visit| Box::pin(address_of::ask(visit))),
    Route::post("/dashboard/{app}/files/new-address", NEED, |visit| Box::pin(address_of::add(visit))),
    Route::get("/dashboard/{app}/files/edit", NEED, |visit| Box::pin(change::ask(visit))),
    Route::post("/dashboard/{app}/files/edit", NEED, |visit| Box::pin(change::edit(visit))),
    Route::get("/dashboard/{app}/files/content", NEED, |visit| Box::pin(download::content(visit))),
    Route::get("/dashboard/{app}/files/link", NEED, |visit| Box::pin(download::ask_link(visit))),
    Route::post("/dashboard/{app}/files/link", NEED, |visit| Box::pin(download::link(visit))),
    Route::get("/dashboard/{app}/files/delete", NEED, |visit| Box::pin(delete::ask(visit))),
    Route::post("/dashboard/{app}/files/delete", NEED, |visit| Box::pin(delete::delete(visit))),
    Route::post("/dashboard/{app}/files/uploads", NEED, |visit| Box::pin(parts::begin(visit))),
    Route::get("/dashboard/{app}/files/uploads/{id}", NEED, |visit| Box::pin(parts::state(visit))),
    Route::upload("/dashboard/{app}/files/uploads/{id}", NEED, |visit| Box::pin(parts::piece(visit))),
    Route::post("/dashboard/{app}/files/uploads/{id}/cancel", NEED, |visit| Box::pin(parts::cancel(visit))),
];
