//! `/dashboard/{app}/seller-logs`: the requests to the Seller API.

use askama::Template;
use claviger_service::{Logged, SellerRequest};

use super::shown::{address, class, duration};
use crate::{
    addresses::app_base,
    fault::Answer,
    frame::{Frame, Nav},
    log_filter::{PAGE, Wanted},
    moment::Moment,
    tables::Pages,
    visit::Visit,
};

/// A request in the table.
struct Row {
    /// Where all is told of it.
    address: String,
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

pub(super) async fn show(visit: Visit) -> Answer {
    let (app, wanted) = (visit.app()?, Wanted::of(&visit.query));
    let path = address(app);
    let mut entries = visit.service().seller_log(app, wanted.filter(), PAGE + 1).await?;
    let keys = visit.service().seller_keys(app).await?;
    let pages = wanted.pages(&path, &mut entries);
    visit.render(&Page {
        frame: visit.frame("Seller requests", Nav::SellerLogs).await?,
        settings: format!("{}seller-settings#log", app_base(app)),
        rows: entries.into_iter().map(|logged| row(&visit, &path, logged)).collect(),
        path,
        is_on: app.settings.seller_logs,
        keys: keys.into_iter().map(|key| key.name).collect(),
        wanted,
        pages,
    })
}

fn row(visit: &Visit, path: &str, Logged { id, time, entry }: Logged<SellerRequest>) -> Row {
    Row {
        class: class(&entry),
        time: visit.moment(time),
        hint: entry.hint,
        key_name: entry.key_name,
        kind: entry.kind,
        status: entry.status.map(|status| status.to_string()).unwrap_or_default(),
        address: format!("{path}/{id}"),
        duration: entry.micros.map(duration).unwrap_or_default(),
        ip: entry.ip,
        url: entry.url,
    }
}
