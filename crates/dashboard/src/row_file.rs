//! Files of rows that are read page by page while the browser takes them.

use std::io;

use bytes::Bytes;
use claviger_capacity::Permit;
use futures_util::{Stream, future::BoxFuture, stream};

use crate::fault::{Answer, Fault};
use crate::tables::{csv_field, download};
use crate::visit::Visit;

/// Rows that are read at once.
pub(crate) const AT_ONCE: usize = 1000;

/// A row: its names and values, in the order of the columns.
pub(crate) type Columns = Vec<(&'static str, serde_json::Value)>;

/// A part of a file: rows, and the number before which the next part begins.
pub(crate) struct Part {
    pub rows: Vec<Columns>,
    pub next: Option<i64>,
}

/// Reads the part before a number.
pub(crate) type Read = Box<dyn Fn(Option<i64>) -> BoxFuture<'static, Result<Part, Fault>> + Send + Sync>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

struct File {
    read: Read,
    format: Format,
    before: Option<i64>,
    place: Place,
    rows: usize,
    /// How many files are written at once is bounded.
    _permit: Permit,
}

#[derive(PartialEq, Eq)]
enum Place {
    Start,
    Rows,
    End,
    Over,
}

/// A file of rows in the format that the address asks for: `csv` or `json`.
///
/// # Errors
/// When it is another, or too many files are written already.
pub(crate) async fn rows_file(
    visit: &Visit,
    what: &str,
    columns: &'static [&'static str],
    read: Read,
) -> Answer {
    let (app, format) = match visit.query.get("format") {
        Some("csv") => (visit.app()?, Format::Csv),
        Some("json") => (visit.app()?, Format::Json),
        _ => return Err(Fault::Invalid("A file is `csv` or `json`.".into())),
    };
    let permit = visit.service().list_permit(app).await?;
    let (ending, content_type) = match format {
        Format::Csv => ("csv", "text/csv; charset=utf-8"),
        Format::Json => ("json", "application/json"),
    };
    let file = File { read, format, before: None, place: Place::Start, rows: 0, _permit: permit };
    Ok(download(&format!("{}-{what}.{ending}", app.name), content_type, parts(file, columns)))
}

/// The pieces of the file. When the database fails in the middle, the connection breaks off, so that nobody takes half a
/// file for the whole.
fn parts(
    file: File,
    columns: &'static [&'static str],
) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    stream::unfold(file, async move |mut file| {
        let piece = match file.place {
            Place::Start => {
                file.place = Place::Rows;
                match file.format {
                    Format::Csv => Ok(Bytes::from(columns.join(",") + "\r\n")),
                    Format::Json => Ok(Bytes::from_static(b"[")),
                }
            }
            Place::Rows => file.more().await,
            Place::End => {
                file.place = Place::Over;
                Ok(Bytes::from_static(if file.format == Format::Json { b"\n]\n" } else { b"" }))
            }
            Place::Over => return None,
        };
        if piece.is_err() {
            file.place = Place::Over;
        }
        Some((piece, file))
    })
}

impl File {
    async fn more(&mut self) -> io::Result<Bytes> {
        let part = (self.read)(self.before).await.map_err(|_| io::Error::other("the file broke off"))?;
        let mut text = String::new();
        for row in part.rows {
            let first = self.rows == 0;
            self.rows += 1;
            match self.format {
                Format::Csv => {
                    let fields: Vec<String> = row.iter().map(|(_, value)| csv_value(value)).collect();
                    text += &(fields.join(",") + "\r\n");
                }
                Format::Json => {
                    let row: serde_json::Map<String, serde_json::Value> =
                        row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                    text += if first { "\n" } else { ",\n" };
                    text += &serde_json::Value::Object(row).to_string();
                }
            }
        }
        match part.next {
            Some(next) => self.before = Some(next),
            None => self.place = Place::End,
        }
        Ok(text.into())
    }
}

fn csv_value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => csv_field(text),
        other => other.to_string(),
    }
}
