//! A table as a file, written while it is read.

use std::io;

use bytes::Bytes;
use claviger_service::vendor::{Export, TableRow};
use futures_util::{Stream, stream};

use crate::{
    fault::{Answer, Fault},
    fields::Fields,
    moment::Moment,
    tables::download,
};

/// How rows are written.
pub(crate) struct Formats<R> {
    /// The first line of a CSV file.
    pub head: &'static str,
    /// A row of a CSV file.
    pub csv: fn(&R) -> Vec<String>,
    /// A row as JSON.
    pub json: fn(&R) -> serde_json::Value,
}

/// Which of the two an address asks for.
///
/// # Errors
/// When it asks for neither.
pub(crate) fn is_json(fields: &Fields) -> Result<bool, Fault> {
    match fields.get("format") {
        Some("csv") => Ok(false),
        Some("json") => Ok(true),
        _ => Err(Fault::Invalid("A file of this table is `csv` or `json`.".into())),
    }
}

/// The file.
///
/// # Errors
/// Never; it is what handlers return.
pub(crate) fn file<R: TableRow>(name: &str, is_json: bool, export: Export<R>, formats: Formats<R>) -> Answer {
    let (extension, content_type) =
        if is_json { ("json", "application/json") } else { ("csv", "text/csv; charset=utf-8") };
    Ok(download(&format!("{name}.{extension}"), content_type, parts(is_json, export, formats)))
}

struct Writing<R: TableRow> {
    /// `None`: it is over.
    export: Option<Export<R>>,
    begun: bool,
    first: bool,
    is_json: bool,
    formats: Formats<R>,
}

/// The pieces of the file. When the database fails in the middle, the connection breaks off, so that nobody takes half a
/// file for the whole.
fn parts<R: TableRow>(
    is_json: bool,
    export: Export<R>,
    formats: Formats<R>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let writing = Writing { export: Some(export), begun: false, first: true, is_json, formats };
    stream::unfold(writing, async |mut writing| {
        if !writing.begun {
            writing.begun = true;
            let head = if writing.is_json { "[".to_owned() } else { format!("{}\r\n", writing.formats.head) };
            return Some((Ok(Bytes::from(head)), writing));
        }
        loop {
            let export = writing.export.as_mut()?;
            match export.next().await {
                Ok(Some(rows)) if rows.is_empty() => {}
                Ok(Some(rows)) => {
                    let text = writing.rows(&rows);
                    return Some((Ok(Bytes::from(text)), writing));
                }
                Ok(None) => {
                    writing.export = None;
                    let end = if writing.is_json { "\n]\n" } else { "" };
                    return Some((Ok(Bytes::from_static(end.as_bytes())), writing));
                }
                Err(error) => {
                    tracing::error!(%error, "a file of a table broke off");
                    writing.export = None;
                    return Some((Err(io::Error::other("the file broke off")), writing));
                }
            }
        }
    })
}

impl<R: TableRow> Writing<R> {
    fn rows(&mut self, rows: &[R]) -> String {
        let mut text = String::new();
        for row in rows {
            if self.is_json {
                text += if self.first { "\n" } else { ",\n" };
                text += &(self.formats.json)(row).to_string();
            } else {
                text += &(self.formats.csv)(row).join(",");
                text += "\r\n";
            }
            self.first = false;
        }
        text
    }
}

/// A Unix second as spreadsheets read it.
pub(crate) fn second(at: i64) -> String {
    Moment::new(at, at).exact().trim_end_matches(" UTC").to_owned()
}
