//! `/dashboard/{app}/webhooks`: addresses that programs have called without knowing them, the messages of the application,
//! and what came of both.

mod change;
mod delete;
mod event;
mod list;
mod log;
mod messages;
mod test;

use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Webhooks);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/webhooks", NEED, |visit| Box::pin(list::show(visit))),
    Route::get("/dashboard/{app}/webhooks/new", NEED, |visit| Box::pin(change::ask_new(visit))),
    Route::post("/dashboard/{app}/webhooks/new", NEED, |visit| Box::pin(change::add(visit))),
    Route::get("/dashboard/{app}/webhooks/edit", NEED, |visit| Box::pin(change::ask_edit(visit))).fresh(),
    Route::post("/dashboard/{app}/webhooks/edit", NEED, |visit| Box::pin(change::edit(visit))).fresh(),
    Route::get("/dashboard/{app}/webhooks/delete", NEED, |visit| Box::pin(delete::ask(visit))),
    Route::post("/dashboard/{app}/webhooks/delete", NEED, |visit| Box::pin(delete::delete(visit))),
    Route::get("/dashboard/{app}/webhooks/test", NEED, |visit| Box::pin(test::ask(visit))),
    Route::post("/dashboard/{app}/webhooks/test", NEED, |visit| Box::pin(test::call(visit))),
    Route::get("/dashboard/{app}/webhooks/log", NEED, |visit| Box::pin(log::show(visit))),
    Route::get("/dashboard/{app}/webhooks/log/{id}", NEED, |visit| Box::pin(event::show(visit))),
    Route::post("/dashboard/{app}/webhooks/log/{id}/replay", NEED, |visit| Box::pin(event::replay(visit))),
    Route::get("/dashboard/{app}/webhooks/messages", NEED, |visit| Box::pin(messages::show(visit))),
    Route::post("/dashboard/{app}/webhooks/messages/test", NEED, |visit| Box::pin(messages::test(visit))),
    Route::post("/dashboard/{app}/webhooks/messages/now", NEED, |visit| Box::pin(messages::hurry(visit))),
    Route::get("/dashboard/{app}/webhooks/messages/drop", NEED, |visit| Box::pin(messages::ask_drop(visit))),
    Route::post("/dashboard/{app}/webhooks/messages/drop", NEED, |visit| Box::pin(messages::drop(visit))),
];
