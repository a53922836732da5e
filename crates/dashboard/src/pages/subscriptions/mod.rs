//! `/dashboard/{app}/subscriptions`: what the application offers for each level of license, and how many have it.

mod change;
mod of_all;

use askama::Template;
use claviger_domain::Permission;
use claviger_service::App;

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    plots::grouped,
    rights::{Need, may},
    route::Route,
    tables::Pages,
    visit::Visit,
};

const NEED: Need = Need::App(Permission::Subscriptions);
/// Time of users is given and taken by who may change users.
const USERS: Need = Need::App(Permission::Users);
/// Rows of a page.
const ROWS: i64 = 100;

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/subscriptions", NEED, |visit| Box::pin(show(visit))),
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

/// A subscription in the table.
struct Row {
    name: String,
    level: String,
    running: String,
    paused: String,
    any_running: bool,
    any_paused: bool,
    /// What acts on it are told: `?name=…`.
    named: String,
}

#[derive(Template)]
#[template(path = "subscriptions.html")]
struct Page {
    frame: Frame,
    base: String,
    rows: Vec<Row>,
    pages: Pages,
    may_users: bool,
}

/// Where the page of an application is.
fn address(app: &App) -> String {
    format!("{}subscriptions", app_base(app))
}

async fn show(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let base = address(app);
    let skip =
        visit.query.get("from").and_then(|text| text.parse().ok()).filter(|from| *from > 0).unwrap_or(0);
    let mut offered = service.subscription_page(app, skip, ROWS + 1).await?;
    let more = offered.len() as i64 > ROWS;
    offered.truncate(ROWS as usize);
    let counts = service.subscriber_counts(app).await?;
    let from =
        |skip: i64| Link::new(base.clone()).with_some("from", Some(skip).filter(|skip| *skip > 0)).into();
    let rows = offered.into_iter().map(|one| {
        let count = counts.of(&one.name);
        Row {
            named: Link::new("").with("name", &one.name).into(),
            running: grouped(count.running),
            paused: grouped(count.paused),
            any_running: count.running > 0,
            any_paused: count.paused > 0,
            name: one.name,
            level: one.level,
        }
    });
    let page = Page {
        frame: visit.frame("Subscriptions", Nav::Subscriptions).await?,
        rows: rows.collect(),
        pages: Pages {
            first: (skip > 0).then(|| base.clone()),
            back: (skip > 0).then(|| from(skip - ROWS)),
            on: more.then(|| from(skip.saturating_add(ROWS))),
        },
        may_users: may(visit.person()?, Some(app), USERS),
        base,
    };
    visit.render(&page)
}
