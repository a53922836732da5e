//! `/dashboard/{app}/audit-log`: who changed what in an application, from where, and what it was before.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use claviger_service::{AuditEntry, LogFilter, Logged};
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::{
    addresses::{Link, app_base},
    fault::{Answer, Fault},
    fields::Fields,
    frame::{Frame, Nav},
    moment::Moment,
    plots::grouped,
    rights::Need,
    route::Route,
    row_file::{AT_ONCE, Columns, Part, rows_file},
    seconds::second,
    tables::Pages,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] = &[
    Route::get("/dashboard/{app}/audit-log", Need::AppOwner, |visit| Box::pin(show(visit))),
    Route::get("/dashboard/{app}/audit-log/export", Need::AppOwner, |visit| Box::pin(export(visit))),
];

/// Entries on a page.
const ROWS: usize = 50;
/// Names of the fields of a filter.
const FIELDS: [&str; 6] = ["key", "type", "target", "text", "since", "until"];
const COLUMNS: &[&str] = &["id", "time", "who", "what", "target", "from", "changes"];

/// The filter, as it stands in the address.
struct Filter {
    key: String,
    kind: String,
    target: String,
    text: String,
    since: String,
    until: String,
    before: Option<i64>,
    problem: Option<String>,
}

impl Filter {
    fn read(query: &Fields) -> Self {
        let field = |name| query.filled(name).unwrap_or_default().to_owned();
        let [key, kind, target, text, since, until] = FIELDS.map(field);
        let odd = |text: &String| !text.is_empty() && second(text).is_none();
        let problem = (odd(&since) || odd(&until)).then(|| {
            "A time is a date such as 2026-11-26, with or without 14:05 (UTC), or a Unix second.".to_owned()
        });
        let before = query.filled("before").and_then(|text| text.parse().ok());
        Self { key, kind, target, text, since, until, before, problem }
    }

    fn values(&self) -> [&String; 6] {
        [&self.key, &self.kind, &self.target, &self.text, &self.since, &self.until]
    }

    fn is_empty(&self) -> bool {
        self.values().into_iter().all(String::is_empty)
    }

    fn wanted(&self) -> LogFilter {
        LogFilter {
            key: self.key.clone(),
            kind: self.kind.clone(),
            target: self.target.clone(),
            text: self.text.clone(),
            since: second(&self.since),
            until: second(&self.until),
            before: self.before,
        }
    }

    fn link(&self, path: impl Into<String>) -> Link {
        let filled = FIELDS.into_iter().zip(self.values()).filter(|(_, value)| !value.is_empty());
        filled.fold(Link::new(path), |link, (name, value)| link.with(name, value))
    }
}

/// What an entry tells, one by one: `name: old → new; …`.
fn changes(text: &str) -> Vec<String> {
    text.split("; ").filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// A change in the table.
struct Row {
    time: Moment,
    entry: AuditEntry,
    changes: Vec<String>,
    /// Where all changes of the same person, and to the same, are.
    of_who: String,
    to_what: String,
}

#[derive(Template)]
#[template(path = "audit_log.html")]
struct Page {
    frame: Frame,
    path: String,
    kept: String,
    filter: Filter,
    rows: Vec<Row>,
    pages: Pages,
    /// Not all was looked at.
    stopped: bool,
    csv: String,
    json: String,
}

async fn show(visit: Visit) -> Answer {
    let (app, filter) = (visit.app()?, Filter::read(&visit.query));
    let path = format!("{}audit-log", app_base(app));
    let (mut entries, stopped) = match &filter.problem {
        Some(_) => (Vec::new(), None),
        None => visit.service().look_through_audit(app, filter.wanted(), ROWS + 1).await?,
    };
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let next = if more { entries.last().map(|last| last.id) } else { stopped };
    let row = |Logged { time, entry, .. }: Logged<AuditEntry>| Row {
        time: visit.moment(time),
        changes: changes(&entry.changes),
        of_who: Link::new(path.clone()).with("key", &entry.actor).into(),
        to_what: Link::new(path.clone()).with("target", &entry.target).into(),
        entry,
    };
    let status = if filter.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Page {
        frame: visit.frame("Audit log", Nav::AuditLog).await?,
        kept: grouped(app.settings.audit_kept),
        rows: entries.into_iter().map(row).collect(),
        pages: Pages {
            first: filter.before.map(|_| filter.link(path.clone()).into()),
            back: None,
            on: next.map(|next| filter.link(path.clone()).with("before", next).into()),
        },
        stopped: stopped.is_some() && !more,
        csv: filter.link(format!("{path}/export")).with("format", "csv").into(),
        json: filter.link(format!("{path}/export")).with("format", "json").into(),
        path,
        filter,
    };
    visit.render_as(status, &page)
}

async fn export(visit: Visit) -> Answer {
    let (app, filter) = (visit.app()?.clone(), Filter::read(&visit.query));
    if let Some(problem) = filter.problem {
        return Err(Fault::Invalid(problem));
    }
    let (service, wanted) = (visit.service().clone(), Arc::new(filter.wanted()));
    let read = move |before| -> BoxFuture<'static, Result<Part, Fault>> {
        let (service, app) = (service.clone(), app.clone());
        let filter = LogFilter { before, ..(*wanted).clone() };
        Box::pin(async move {
            let (entries, stopped) = service.look_through_audit(&app, filter, AT_ONCE).await?;
            let full = entries.len() == AT_ONCE;
            let next = if full { entries.last().map(|last| last.id) } else { stopped };
            Ok(Part { rows: entries.into_iter().map(columns).collect(), next })
        })
    };
    rows_file(&visit, "audit-log", COLUMNS, Box::new(read)).await
}

fn columns(Logged { id, time, entry }: Logged<AuditEntry>) -> Columns {
    let time = Moment::new(time, time).exact().trim_end_matches(" UTC").to_owned();
    vec![
        ("id", json!(id)),
        ("time", json!(time)),
        ("who", json!(entry.actor)),
        ("what", json!(entry.action)),
        ("target", json!(entry.target)),
        ("from", json!(entry.ip)),
        ("changes", json!(entry.changes)),
    ]
}
