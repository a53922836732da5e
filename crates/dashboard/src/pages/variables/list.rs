//! The list, and what the pages beside it share.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::{
    App, cut,
    vendor::{Variable, VariablePage},
};

use crate::{
    addresses::{Link, app_base},
    fault::Answer,
    frame::{Frame, Nav},
    tables::Pages,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 50;
/// Longest text that is looked for, in bytes.
const TEXT_MAX: usize = 200;
/// Bytes of a value that the table shows.
const SHOWN: usize = 120;

/// A variable in the table.
struct Row {
    name: String,
    /// Its beginning.
    value: String,
    authed: bool,
    /// What acts on it are told: `?name=…`.
    named: String,
}

impl Row {
    fn new(Variable { name, value, authed }: Variable) -> Self {
        let begin = cut(&value, SHOWN);
        let value = if begin.len() < value.len() { format!("{begin}…") } else { value };
        Self { named: Link::new("").with("name", &name).into(), name, value, authed }
    }
}

#[derive(Template)]
#[template(path = "variables.html")]
struct Page {
    frame: Frame,
    base: String,
    text: String,
    problem: Option<String>,
    rows: Vec<Row>,
    pages: Pages,
}

/// Where the page of an application is.
pub(super) fn address(app: &App) -> String {
    format!("{}variables", app_base(app))
}

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, base) = (visit.app()?, address(visit.app()?));
    let text = visit.query.filled("text").unwrap_or_default().to_owned();
    let after = visit.query.get("after").unwrap_or_default();
    let problem =
        (text.len() > TEXT_MAX).then(|| format!("A text to look for has {TEXT_MAX} bytes at most."));
    let VariablePage { rows, next } = match &problem {
        Some(_) => VariablePage::default(),
        None => visit.service().variable_page(app, &text, after, ROWS).await?,
    };
    let link = || Link::new(base.clone()).with_some("text", Some(&text).filter(|text| !text.is_empty()));
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        frame: visit.frame("Variables", Nav::Variables).await?,
        rows: rows.into_iter().map(Row::new).collect(),
        pages: Pages {
            first: (!after.is_empty()).then(|| link().into()),
            back: None,
            on: next.map(|next| link().with("after", next).into()),
        },
        base,
        text,
        problem,
    };
    visit.render_as(status, &page)
}
