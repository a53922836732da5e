//! `/dashboard/{app}/logs/export`: the lines that the filter means as a file, written while they are read.

use std::sync::Arc;

use claviger_service::vendor::Log;
use serde_json::json;

use super::filter::Filter;
use crate::{
    fault::{Answer, Fault},
    moment::Moment,
    names::Names,
    row_file::{AT_ONCE, Columns, Part, rows_file},
    visit::Visit,
};

const COLUMNS: &[&str] = &["id", "written", "time", "user", "pc", "text"];

pub(super) async fn export(visit: Visit) -> Answer {
    let (app, filter) = (visit.app()?.clone(), Filter::read(&visit.query));
    if let Some(problem) = filter.problem {
        return Err(Fault::Invalid(problem));
    }
    let (service, wanted, names) = (visit.service().clone(), Arc::new(filter.wanted()), Names::of(&visit)?);
    let read = move |before| -> futures_util::future::BoxFuture<'static, Result<Part, Fault>> {
        let (service, app, wanted) = (service.clone(), app.clone(), wanted.clone());
        Box::pin(async move {
            let page = service.log_page(&app, (*wanted).clone(), before, AT_ONCE).await?;
            Ok(Part { rows: page.rows.iter().map(|line| columns(line, names)).collect(), next: page.next })
        })
    };
    rows_file(&visit, "logs", COLUMNS, Box::new(read)).await
}

fn columns(line: &Log, names: Names) -> Columns {
    let time = Moment::new(line.written, line.written).exact().trim_end_matches(" UTC").to_owned();
    vec![
        ("id", json!(line.id)),
        ("written", json!(line.written)),
        ("time", json!(time)),
        ("user", json!(line.credential.as_ref().map(|name| names.show(name)))),
        ("pc", json!(line.pc_user)),
        ("text", json!(line.message)),
    ]
}
