//! `/dashboard/{app}/chats` and `/dashboard/{app}/chats/{name}`: channels, what is said there, and speaking along.

mod channel;
mod channels;
mod live;
mod remove;

use axum::http::StatusCode;
use claviger_domain::Permission;

use crate::{rights::Need, route::Route};

const NEED: Need = Need::App(Permission::Chats);

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/chats", NEED, |visit| {
        Box::pin(async move { channels::page(&visit, StatusCode::OK, None).await })
    }),
    Route::post("/dashboard/{app}/chats", NEED, |visit| Box::pin(channels::add(visit))),
    Route::get("/dashboard/{app}/chats/{name}", NEED, |visit| {
        Box::pin(async move { channel::page(&visit, StatusCode::OK, channel::Problems::default()).await })
    }),
    Route::get("/dashboard/{app}/chats/{name}/live", NEED, |visit| Box::pin(live::follow(visit))),
    Route::post("/dashboard/{app}/chats/{name}/say", NEED, |visit| Box::pin(channel::say(visit))),
    Route::post("/dashboard/{app}/chats/{name}/delay", NEED, |visit| Box::pin(channel::set_delay(visit))),
    Route::get("/dashboard/{app}/chats/{name}/clear", NEED, |visit| Box::pin(remove::ask_clear(visit))),
    Route::post("/dashboard/{app}/chats/{name}/clear", NEED, |visit| Box::pin(remove::clear(visit))),
    Route::get("/dashboard/{app}/chats/{name}/delete", NEED, |visit| Box::pin(remove::ask_delete(visit))),
    Route::post("/dashboard/{app}/chats/{name}/delete", NEED, |visit| Box::pin(remove::delete(visit))),
];
