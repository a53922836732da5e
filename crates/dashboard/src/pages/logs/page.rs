//! The page of lines, the newest first.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::vendor::{LinePage, Log};

use super::filter::Filter;
use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault},
    frame::{Frame, Nav},
    moment::Moment,
    names::Names,
    plots::grouped,
    tables::Pages,
    visit::Visit,
};

/// Lines of a page.
const ROWS: usize = 100;

/// A line, as the table shows it.
pub(super) struct Row {
    id: i64,
    written: Moment,
    user: Option<String>,
    /// Where that user is, for whoever may see users.
    user_at: Option<String>,
    pc: Option<String>,
    /// Where the lines of that computer are.
    pc_at: Option<String>,
    text: String,
}

/// Rows alone.
#[derive(Template)]
#[template(path = "logs.html", block = "rows")]
pub(super) struct Rows {
    rows: Vec<Row>,
}

impl Rows {
    /// Lines as a person sees them, in this order.
    ///
    /// # Errors
    /// When the route names no application.
    pub(super) fn of(visit: &Visit, lines: Vec<Log>) -> Result<Self, Fault> {
        let base = app_base(visit.app()?);
        let names = Names::of(visit)?;
        let row = |line: Log| Row {
            id: line.id,
            written: visit.moment(line.written),
            user_at: line
                .credential
                .as_ref()
                .filter(|_| names.whole)
                .map(|name| Link::new(format!("{base}find")).with("text", name).into()),
            user: line.credential.map(|name| names.show(&name)),
            pc_at: line.pc_user.as_ref().map(|pc| Link::new(format!("{base}logs")).with("pc", pc).into()),
            pc: line.pc_user,
            text: line.message,
        };
        Ok(Self { rows: lines.into_iter().map(row).collect() })
    }
}

#[derive(Template)]
#[template(path = "logs.html")]
struct Page {
    frame: Frame,
    base: String,
    kept: String,
    filter: Filter,
    rows: Vec<Row>,
    pages: Pages,
    looked: Option<String>,
    events: String,
    first: String,
    at_top: bool,
    csv: String,
    json: String,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let (base, filter) = (app_base(app), Filter::read(&visit.query));
    let (path, before) =
        (format!("{base}logs"), visit.query.filled("before").and_then(|text| text.parse().ok()));
    // Before the lines are read, so that none is missed in between.
    let since = service.last_line(app).await?;
    let LinePage { rows, next, looked } = match &filter.problem {
        Some(_) => LinePage { rows: Vec::new(), next: None, looked: None },
        None => service.log_page(app, filter.wanted(), before, ROWS).await?,
    };
    let status = if filter.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        frame: visit.frame("Logs", Nav::Logs).await?,
        kept: grouped(app.settings.logs_kept),
        rows: Rows::of(&visit, rows)?.rows,
        pages: Pages {
            first: before.is_some().then(|| filter.link(path.clone()).into()),
            back: None,
            on: next.map(|next| filter.link(path.clone()).with("before", next).into()),
        },
        looked: looked.map(|looked| grouped(i64::try_from(looked).unwrap_or(i64::MAX))),
        events: filter.link(format!("{path}/live")).with("after", since).into(),
        first: filter.link(path.clone()).into(),
        at_top: before.is_none() && filter.problem.is_none(),
        csv: filter.link(format!("{path}/export")).with("format", "csv").into(),
        json: filter.link(format!("{path}/export")).with("format", "json").into(),
        base,
        filter,
    };
    visit.render_as(status, &page)
}
