//! Reports as files for spreadsheets.

use bytes::Bytes;
use futures_util::stream;

use super::rows::{FILES, Table, USUAL, countries, days_of, downloads, endings, growth, in_use, retention};
use crate::{
    fault::{Answer, Fault},
    rights::may,
    tables::{csv_field, download},
    visit::Visit,
};

pub(super) async fn export(visit: Visit) -> Answer {
    let (app, service) = (visit.app()?, visit.service());
    let wanted = visit.query.get("table").unwrap_or_default();
    let days = days_of(visit.query.get("span").unwrap_or(USUAL));
    let table = if wanted == "endings" {
        endings(&service.endings(app).await?)
    } else {
        let report = service.report(app, days).await?;
        let tables = [growth(&report), retention(&report.cohorts), countries(&report)];
        let tables = tables.into_iter().chain(in_use(&report));
        let files = may(visit.person()?, Some(app), FILES).then(|| downloads(&report));
        let mut tables = tables.chain(files);
        tables.find(|table| table.name == wanted).ok_or(Fault::NotFound)?
    };
    let name = format!("{}-{}.csv", app.name, table.name);
    let parts = stream::iter([Ok(Bytes::from(csv(&table)))]);
    Ok(download(&name, "text/csv; charset=utf-8", parts))
}

fn csv(table: &Table) -> String {
    // Heads are ours: `+1` is a month, not a formula.
    let mut text = table.head.join(",") + "\r\n";
    for row in &table.rows {
        let fields: Vec<String> = row.iter().map(|field| csv_field(field)).collect();
        text += &(fields.join(",") + "\r\n");
    }
    text
}
