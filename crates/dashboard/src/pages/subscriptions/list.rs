//! The list, and what the pages beside it share.

use askama::Template;
use claviger_domain::Permission;
use claviger_service::App;

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    plots::grouped,
    rights::{Need, may},
    tables::Pages,
    visit::Visit,
};

/// Rows of a page.
const ROWS: i64 = 100;

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
pub(super) fn address(app: &App) -> String {
    format!("{}subscriptions", app_base(app))
}

pub(super) async fn show(visit: Visit) -> Answer {
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
        may_users: may(visit.person()?, Some(app), Need::App(Permission::Users)),
        base,
    };
    visit.render(&page)
}
