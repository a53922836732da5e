//! `/dashboard/{app}/sessions`: the programs that run.

mod activity;
mod export;
mod kill;
mod live;

use askama::Template;
use axum::http::StatusCode;
use claviger_domain::{Permission, SessionId};
use claviger_service::vendor::{Place, SessionPage, SessionQuery, Span};

use crate::{
    addresses::app_base,
    fault::Answer,
    frame::{Frame, Nav},
    names::Names,
    plots::{self, Plot, grouped},
    rights::Need,
    route::Route,
    session_filter::{Filter, place},
    session_rows::{Row, told},
    tables::Pages,
    visit::Visit,
};

const NEED: Need = Need::App(Permission::Sessions);
/// Rows of a page.
const ROWS: usize = 50;

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/sessions", NEED, |visit| Box::pin(show(visit))),
    Route::get("/dashboard/{app}/sessions/kill", NEED, |visit| Box::pin(kill::ask(visit))),
    Route::post("/dashboard/{app}/sessions/kill", NEED, |visit| Box::pin(kill::kill(visit))),
    Route::get("/dashboard/{app}/sessions/live", NEED, |visit| Box::pin(live::watch(visit))),
    Route::get("/dashboard/{app}/sessions/export", NEED, |visit| Box::pin(export::export(visit))),
    Route::get("/dashboard/{app}/sessions/activity", NEED, |visit| Box::pin(activity::show(visit))),
];

#[derive(Template)]
#[template(path = "sessions.html")]
struct Page {
    frame: Frame,
    /// Where the application's pages begin.
    base: String,
    filter: Filter,
    rows: Vec<Row>,
    pages: Pages,
    /// How many sessions live, whatever the filter.
    live: String,
    /// Some live.
    any: bool,
    /// So many were looked at without filling the page.
    looked: Option<String>,
    /// Where changes come from.
    events: String,
    /// Where the newest of them are.
    first: String,
    /// New rows may come in at the top.
    at_top: bool,
    kill_all: String,
    csv: String,
    json: String,
    plots: Vec<Plot>,
}

async fn show(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let (base, place, names) = (app_base(app), place(&visit.query), Names::of(&visit)?);
    let filter = Filter::read(&visit.query, names);
    let path = format!("{base}sessions");
    let query = SessionQuery { whose: filter.whose(), order: filter.order(), place, limit: ROWS };
    let page = match &filter.problem {
        Some(_) => SessionPage::default(),
        None => service.session_page(app, query).await?,
    };
    let live = service.live_sessions(app).await?;
    let is_start = place == Place::Start;
    // Who filters or goes on looks for something else than plots.
    let plots = if filter.is_empty() && is_start {
        let activity = service.activity(app, Span::Day).await?;
        vec![plots::live(&activity, plots::HALF), plots::starts(&activity, plots::HALF)]
    } else {
        Vec::new()
    };
    let since =
        page.rows.first().map_or_else(|| SessionId::lower_bound(service.clock().now_ms()), |row| row.id);
    let status = if filter.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        frame: visit.frame("Sessions", Nav::Sessions).await?,
        pages: pages(&filter, &path, &page, is_start),
        live: told(live),
        any: live != claviger_service::vendor::Number::Exactly(0),
        looked: page.looked.map(|looked| grouped(i64::try_from(looked).unwrap_or(i64::MAX))),
        events: filter.link(format!("{path}/live")).with("since", since).into(),
        first: filter.link(path.clone()).into(),
        at_top: is_start && !filter.oldest_first && filter.problem.is_none(),
        kill_all: filter.link(format!("{path}/kill")).into(),
        csv: filter.link(format!("{path}/export")).with("format", "csv").into(),
        json: filter.link(format!("{path}/export")).with("format", "json").into(),
        rows: page.rows.into_iter().map(|session| Row::new(session, &base, visit.now(), names)).collect(),
        base,
        filter,
        plots,
    };
    visit.render_as(status, &page)
}

fn pages(filter: &Filter, path: &str, page: &SessionPage, is_start: bool) -> Pages {
    let link = || filter.link(path.to_owned());
    Pages {
        first: (!is_start).then(|| link().into()),
        back: page.previous.map(|id| link().with("before", id).into()),
        on: page.next.map(|id| link().with("after", id).into()),
    }
}
