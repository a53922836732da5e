//! `/dashboard/{app}/sessions/export`: the sessions that the filter means as a file, written while they are read.

use std::io;

use bytes::Bytes;
use claviger_domain::SessionId;
use claviger_service::{EncodeRow, Listing, ListingPart, ScanRow, SessionFilter};
use futures_util::{Stream, stream};

use crate::{
    fault::{Answer, Fault},
    moment::Moment,
    names::{Names, beginning},
    session_filter::Filter,
    tables::{csv_field, download},
    visit::Visit,
};

/// How a file is written.
struct Format {
    name: &'static str,
    content_type: &'static str,
    start: &'static str,
    row: EncodeRow,
    /// The same, for whoever sees only how names begin.
    short_row: EncodeRow,
    end: &'static str,
}

const CSV: Format = Format {
    name: "csv",
    content_type: "text/csv; charset=utf-8",
    start: "id,user,address,api,began,expires,signed_in\r\n",
    row: csv_row,
    short_row: csv_short_row,
    end: "",
};
const JSON: Format = Format {
    name: "json",
    content_type: "application/json",
    start: "[",
    row: json_row,
    short_row: json_short_row,
    end: "\n]\n",
};

pub(super) async fn export(visit: Visit) -> Answer {
    let (app, filter) = (visit.app()?, Filter::read(&visit.query, Names::of(&visit)?));
    if let Some(problem) = filter.problem {
        return Err(Fault::Invalid(problem));
    }
    let format = match visit.query.get("format") {
        Some("csv") => CSV,
        Some("json") => JSON,
        _ => return Err(Fault::Invalid("A file of sessions is `csv` or `json`.".into())),
    };
    let whose = filter.whose();
    let wanted = SessionFilter {
        credential: whose.user,
        validated: whose.signed_in,
        ip: whose.ip,
        text: whose.text,
        ..SessionFilter::default()
    };
    let row = if Names::of(&visit)?.whole { format.row } else { format.short_row };
    let listing = visit.service().list_sessions(app, wanted, row).await?;
    let name = format!("{}-sessions.{}", app.name, format.name);
    Ok(download(&name, format.content_type, parts(listing, &format)))
}

/// The pieces of the file. When the database fails in the middle, the connection breaks off, so that nobody takes half a
/// file for the whole.
fn parts(listing: Listing, format: &Format) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let end = format.end;
    let start = Bytes::from_static(format.start.as_bytes());
    stream::unfold((Some(start), Some(listing)), async move |(start, listing)| {
        if let Some(start) = start {
            return Some((Ok(start), (None, listing)));
        }
        let mut listing = listing?;
        Some(match listing.next().await {
            Some(ListingPart::Rows(rows)) => (Ok(rows.into()), (None, Some(listing))),
            Some(ListingPart::End { .. }) => (Ok(Bytes::from_static(end.as_bytes())), (None, None)),
            Some(ListingPart::Failed(error)) => {
                tracing::error!(%error, "a file of sessions broke off");
                (Err(io::Error::other("the file broke off")), (None, None))
            }
            None => (Err(io::Error::other("the file was given up")), (None, None)),
        })
    })
}

/// When a session began, in Unix seconds.
fn began(id: &str) -> i64 {
    SessionId::parse(id).map_or(0, |id| (id.created_ms() / 1000) as i64)
}

/// A Unix second as spreadsheets read it.
fn second(at: i64) -> String {
    Moment::new(at, at).exact().trim_end_matches(" UTC").to_owned()
}

/// A row in which the name is told only as it begins.
fn shortened(out: &mut Vec<u8>, row: ScanRow<'_>, first: bool, write: EncodeRow) {
    let name = row.credential.map(beginning);
    write(out, ScanRow { credential: name.as_deref(), ..row }, first);
}

fn csv_short_row(out: &mut Vec<u8>, row: ScanRow<'_>, first: bool) {
    shortened(out, row, first, csv_row);
}

fn json_short_row(out: &mut Vec<u8>, row: ScanRow<'_>, first: bool) {
    shortened(out, row, first, json_row);
}

fn csv_row(out: &mut Vec<u8>, row: ScanRow<'_>, _: bool) {
    let fields = [
        row.id.to_owned(),
        csv_field(row.credential.unwrap_or_default()),
        csv_field(row.ip),
        format!("{}.{}", row.api / 10, row.api % 10),
        second(began(row.id)),
        second(row.expires),
        if row.credential.is_some() { "yes" } else { "no" }.to_owned(),
    ];
    out.extend(fields.join(",").bytes());
    out.extend(b"\r\n");
}

fn json_row(out: &mut Vec<u8>, row: ScanRow<'_>, first: bool) {
    let value = serde_json::json!({
        "id": row.id,
        "user": row.credential,
        "address": row.ip,
        "api": format!("{}.{}", row.api / 10, row.api % 10),
        "began": began(row.id),
        "expires": row.expires,
    });
    out.extend(if first { "\n" } else { ",\n" }.bytes());
    out.extend(value.to_string().bytes());
}
