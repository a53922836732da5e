//! `/dashboard/{app}/seller-logs`: the requests to the Seller API.

use askama::Template;
use claviger_service::{Logged, SellerRequest};

use crate::{
    addresses::app_base,
    fault::Answer,
    frame::{Frame, Nav},
    log_filter::{PAGE, Wanted},
    moment::Moment,
    rights::Need,
    route::Route,
    tables::Pages,
    visit::Visit,
};

pub(crate) const ROUTES: &[Route] =
    &[Route::get("/dashboard/{app}/seller-logs", Need::AppOwner, |visit| Box::pin(show(visit)))];

/// A request in the table.
struct Row {
    time: Moment,
    hint: String,
    key_name: String,
    kind: String,
    status: String,
    /// How it is coloured: by whether the status tells a failure.
    class: &'static str,
    duration: String,
    ip: String,
    url: String,
}

#[derive(Template)]
#[template(path = "seller_logs.html")]
struct Page {
    frame: Frame,
    path: String,
    settings: String,
    is_on: bool,
    /// Names of the keys, to choose from.
    keys: Vec<String>,
    wanted: Wanted,
    rows: Vec<Row>,
    pages: Pages,
}

async fn show(visit: Visit) -> Answer {
    let (app, wanted) = (visit.app()?, Wanted::of(&visit.query));
    let path = format!("{}seller-logs", app_base(app));
    let mut entries = visit.service().seller_log(app, wanted.filter(), PAGE + 1).await?;
    let keys = visit.service().seller_keys(app).await?;
    let pages = wanted.pages(&path, &mut entries);
    visit.render(&Page {
        frame: visit.frame("Seller requests", Nav::SellerLogs).await?,
        settings: format!("{}seller-settings#log", app_base(app)),
        path,
        is_on: app.settings.seller_logs,
        keys: keys.into_iter().map(|key| key.name).collect(),
        wanted,
        rows: entries.into_iter().map(|logged| row(&visit, logged)).collect(),
        pages,
    })
}

fn row(visit: &Visit, Logged { time, entry, .. }: Logged<SellerRequest>) -> Row {
    let class = match entry.status {
        Some(400..) => "bad",
        _ => "",
    };
    Row {
        time: visit.moment(time),
        hint: entry.hint,
        key_name: entry.key_name,
        kind: entry.kind,
        status: entry.status.map(|status| status.to_string()).unwrap_or_default(),
        class,
        duration: entry.micros.map(duration).unwrap_or_default(),
        ip: entry.ip,
        url: entry.url,
    }
}

/// Microseconds, as they are read.
fn duration(micros: i64) -> String {
    if micros < 10_000 {
        format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
    } else if micros < 10_000_000 {
        format!("{} ms", micros / 1000)
    } else {
        format!("{} s", micros / 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn durations_are_short() {
        for (micros, text) in [
            (0, "0.0 ms"),
            (1_290, "1.2 ms"),
            (12_345, "12 ms"),
            (1_234_567, "1234 ms"),
            (12_000_000, "12 s"),
        ] {
            assert_eq!(super::duration(micros), text);
        }
    }
}
