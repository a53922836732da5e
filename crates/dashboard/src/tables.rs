//! What pages with tables share: going on by cursor, and files for spreadsheets.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::Stream;

/// Where the neighbouring pages of a table are; the template `pages.html` shows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pages {
    /// Address of the first page, where this is another.
    pub first: Option<String>,
    /// Address of the page before.
    pub back: Option<String>,
    /// Address of the page after.
    pub on: Option<String>,
}

/// A value of a CSV file (RFC 4180). Spreadsheets take what begins like a formula for one, whoever wrote it: such a text
/// gets an apostrophe in front.
pub(crate) fn csv_field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A file that is saved rather than shown, as it is made.
pub(crate) fn download(
    name: &str,
    content_type: &'static str,
    parts: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static,
) -> Response {
    let named: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let mut response = Body::from_stream(parts).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{named}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_for_spreadsheets() {
        for (text, field) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@x,y", "\"'@x,y\""),
            ("", ""),
        ] {
            assert_eq!(csv_field(text), field);
        }
    }
}
