//! `/dashboard/{app}/own/export`: what the reseller made as a file, written while it is read.

use std::{io, sync::Arc};

use bytes::Bytes;
use claviger_domain::{LicenseStatus, NEVER};
use claviger_service::{
    App, Service,
    people::Person,
    vendor::{License, OwnFilter},
};
use futures_util::{Stream, stream};

use crate::{
    fault::Answer,
    moment::Moment,
    tables::{csv_field, download},
    visit::Visit,
};

/// Licenses that are read at once.
const ROWS: i64 = 500;
const HEAD: &str = "key,level,days,state,used by,made,note\r\n";

pub(super) async fn export(visit: Visit) -> Answer {
    let status = visit.query.get("state").and_then(|state| state.parse::<LicenseStatus>().ok());
    let text = visit.query.filled("text").unwrap_or_default().chars().take(200).collect();
    let filter = OwnFilter { status, text, before: None };
    let (service, app, person) = (visit.service().clone(), visit.app()?.clone(), visit.person()?.clone());
    let name = format!("{}-licenses.csv", app.name);
    Ok(download(&name, "text/csv; charset=utf-8", parts(service, app, person, filter)))
}

/// The pieces of the file. When the database fails in the middle, the connection breaks off.
fn parts(
    service: Arc<Service>,
    app: Arc<App>,
    person: Arc<Person>,
    filter: OwnFilter,
) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let start = (HEAD.to_owned(), Some(filter));
    stream::unfold(start, move |(head, filter)| {
        let (service, app, person) = (service.clone(), app.clone(), person.clone());
        async move {
            let filter = filter?;
            let page = match service.own_licenses(&app, &person, filter.clone(), ROWS).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "a file of licenses broke off");
                    return Some((Err(io::Error::other("the file broke off")), (String::new(), None)));
                }
            };
            let next = page.next.map(|before| OwnFilter { before: Some(before), ..filter });
            let text = page.licenses.iter().fold(head, |text, license| text + &line(license));
            Some((Ok(Bytes::from(text)), (String::new(), next)))
        }
    })
}

fn line(license: &License) -> String {
    let days = match license.duration {
        NEVER => "never".into(),
        seconds => (seconds / 86_400).to_string(),
    };
    let fields = [
        csv_field(&license.key),
        csv_field(&license.level),
        days,
        license.status.as_str().into(),
        csv_field(license.usedby.as_deref().unwrap_or_default()),
        Moment::new(license.gendate, 0).exact().trim_end_matches(" UTC").to_owned(),
        csv_field(license.note.as_deref().unwrap_or_default()),
    ];
    fields.join(",") + "\r\n"
}
