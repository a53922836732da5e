//! The list, and what the pages beside it share.

use askama::Template;
use axum::http::StatusCode;
use claviger_service::{App, File};

use crate::{
    addresses::{Link, app_base},
    assets,
    fault::{Answer, Fault},
    fields::Fields,
    frame::{Frame, Nav},
    moment::Moment,
    plots::grouped,
    sizes::bytes,
    tables::Pages,
    visit::Visit,
};

/// Rows of a page.
const ROWS: usize = 50;

/// A file in the table.
struct Row {
    file: File,
    size: String,
    uploaded: Moment,
    /// The beginning of the digest, and all of it.
    digest: Option<(String, String)>,
    /// What acts on it are told: `?id=…`.
    named: String,
    /// Downloads in the last 30 days, and in all.
    lately: String,
    ever: String,
}

#[derive(Template)]
#[template(path = "files.html")]
struct Page {
    frame: Frame,
    base: String,
    script: &'static str,
    rows: Vec<Row>,
    pages: Pages,
    count: usize,
    taken: String,
    file_max: String,
    /// What is wrong with what was sent.
    problem: Option<String>,
}

/// Where the page of an application is.
pub(super) fn address(app: &App) -> String {
    format!("{}files", app_base(app))
}

/// The file that an address or a form names.
pub(super) async fn named(visit: &Visit, fields: &Fields) -> Result<File, Fault> {
    let id = fields.get("id").unwrap_or_default();
    visit.service().file(visit.app()?, id).await?.ok_or(Fault::NotFound)
}

pub(super) async fn show(visit: Visit) -> Answer {
    page(&visit, StatusCode::OK, None).await
}

pub(super) async fn page(visit: &Visit, status: StatusCode, problem: Option<String>) -> Answer {
    let (app, base) = (visit.app()?, address(visit.app()?));
    let files = visit.service().newest_files(app).await?;
    let from = visit.query.get("from").and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    let link =
        |from: usize| Link::new(base.clone()).with_some("from", Some(from).filter(|from| *from > 0)).into();
    let taken = files.iter().filter(|(file, _)| file.url.is_none()).map(|(file, _)| file.size).sum();
    let (count, more) = (files.len(), files.len() > from.saturating_add(ROWS));
    let counts = visit.service().download_counts(app).await?;
    let times = |file: &File, place: usize| grouped(counts.get(&file.id).map_or(0, |counts| counts[place]));
    let row = |(file, sha256): (File, Option<String>)| Row {
        lately: times(&file, 0),
        ever: times(&file, 1),
        size: bytes(file.size),
        uploaded: visit.moment(file.uploaded),
        digest: sha256.map(|sha256| (sha256.chars().take(12).collect(), sha256)),
        named: Link::new("").with("id", &file.id).into(),
        file,
    };
    let page = Page {
        frame: visit.frame("Files", Nav::Files).await?,
        script: assets::files(),
        rows: files.into_iter().skip(from).take(ROWS).map(row).collect(),
        pages: Pages {
            first: (from > 0).then(|| base.clone()),
            back: (from > 0).then(|| link(from.saturating_sub(ROWS))),
            on: more.then(|| link(from + ROWS)),
        },
        count,
        taken: bytes(taken),
        file_max: bytes(i64::try_from(visit.service().file_max_bytes()).unwrap_or(i64::MAX)),
        base,
        problem,
    };
    visit.render_as(status, &page)
}
