//! `/dashboard/{app}/audit-log`: who changed what in an application.

use askama::Template;
use claviger_service::{AuditEntry, Logged};

use super::logs::{PAGE, Wanted};
use crate::{
    addresses::app_base,
    fault::Answer,
    frame::{Frame, Nav},
    moment::Moment,
    rights::Need,
    route::Route,
    tables::Pages,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] =
    &[Route::get("/dashboard/{app}/audit-log", Need::AppOwner, |visit| Box::pin(show(visit)))];

/// A change in the table.
struct Row {
    time: Moment,
    entry: AuditEntry,
}

#[derive(Template)]
#[template(path = "audit_log.html")]
struct Page {
    frame: Frame,
    path: String,
    kept: i64,
    wanted: Wanted,
    rows: Vec<Row>,
    pages: Pages,
}

async fn show(visit: Visit) -> Answer {
    let (app, wanted) = (visit.app()?, Wanted::of(&visit.query));
    let path = format!("{}audit-log", app_base(app));
    let mut entries = visit.service().audit(app, wanted.filter(), PAGE + 1).await?;
    let pages = wanted.pages(&path, &mut entries);
    let row = |Logged { time, entry, .. }| Row { time: visit.moment(time), entry };
    visit.render(&Page {
        frame: visit.frame("Audit log", Nav::AuditLog).await?,
        path,
        kept: app.settings.audit_kept,
        wanted,
        rows: entries.into_iter().map(row).collect(),
        pages,
    })
}
