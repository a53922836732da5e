//! Lists, written page by page while they are read, so that a million rows take little memory.

use axum::body::Body;
use bytes::Bytes;
use claviger_domain::in_one_line;
use claviger_service::vendor::ManageError;
use claviger_wire::seller::{SellerReply, list_end, list_start};
use futures_util::{future::BoxFuture, stream};
use serde::Serialize;

use super::{Answer, Outcome, Request};

/// Rows that are read at once.
const PAGE: usize = 1000;
/// Most rows that a caller may ask for.
const LIMIT_MAX: usize = 10_000;

/// A list as the protocol has it. `R` is a row of the database.
pub(crate) struct List<R> {
    /// Message of the reply.
    pub(crate) message: &'static str,
    /// Field that holds the rows.
    pub(crate) field: &'static str,
    /// Failure when there are none (status 406).
    pub(crate) none: &'static str,
    /// Name of a row, by which the list is sorted: a number where `numbered`, else any text.
    pub(crate) name: fn(&R) -> String,
    pub(crate) numbered: bool,
    /// A row in text mode, for lists that have one.
    pub(crate) line: Option<fn(&R) -> String>,
}

/// What a caller wants of a list.
struct Wanted {
    /// Rows after the one of this name; empty: from the first.
    after: String,
    /// At most so many.
    limit: usize,
    /// One row a line.
    text: bool,
}

impl Wanted {
    fn of<R>(list: &List<R>, request: &Request) -> Result<Self, SellerReply> {
        let limit = match request.params.get("limit").map(|text| text.parse::<usize>()) {
            None => usize::MAX,
            Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => limit,
            Some(_) => return Err(SellerReply::invalid_parameter("limit")),
        };
        let after = request.params.get("cursor").map(|cursor| name_of(&cursor, list.numbered));
        let after = after.map(|name| name.ok_or_else(|| SellerReply::invalid_parameter("cursor")));
        let text = request.text_mode && list.line.is_some();
        Ok(Self { after: after.transpose()?.unwrap_or_default(), limit, text })
    }
}

/// The name in a cursor. Numbers stand there as they are; texts as hexadecimal digits, fit for any address.
fn name_of(cursor: &str, numbered: bool) -> Option<String> {
    if numbered {
        return cursor.parse::<i64>().ok().filter(|&number| number >= 0).map(|number| number.to_string());
    }
    // PostgreSQL has no NUL in texts, so no cursor of ours has one.
    String::from_utf8(hex::decode(cursor).ok()?).ok().filter(|name| !name.contains('\0'))
}

fn cursor_of(name: String, numbered: bool) -> String {
    if numbered { name } else { hex::encode(name) }
}

/// Reads at most so many rows after the one of a name (empty: from the first), in the order of the list.
pub(crate) type ReadPage<R> =
    Box<dyn Fn(String, i64) -> BoxFuture<'static, Result<Vec<R>, ManageError>> + Send>;

impl<R: Send + Sync + 'static> List<R> {
    /// Answers with rows that are read as the caller takes them; `encode` makes of each what the reply shows.
    pub(crate) async fn answer<T: Serialize>(
        self,
        request: &Request,
        read: ReadPage<R>,
        encode: impl Fn(&R) -> T + Send + 'static,
    ) -> Outcome {
        let wanted = Wanted::of(&self, request)?;
        let (first_page, none) = (wanted.after.is_empty(), self.none);
        let mut writer = Writer { list: self, wanted, read, encode, rows: 0, begun: false, ended: false };
        // The status depends on whether there is a row, so the first part is awaited.
        let first = writer.part().await?;
        if writer.rows == 0 && first_page {
            return Err(SellerReply::failure(none).status(406).into());
        }
        let text = writer.wanted.text;
        let parts = stream::unfold((Some(first), writer), async |(first, mut writer)| {
            if let Some(first) = first {
                return Some((Ok(Bytes::from(first)), (None, writer)));
            }
            if writer.ended {
                return None;
            }
            // When the database fails in the middle, the connection breaks off, so that nobody takes half a list for
            // the whole.
            let part = writer.part().await.map_err(|error| {
                tracing::error!(%error, "a list broke off");
                writer.ended = true;
                std::io::Error::other("the list broke off")
            });
            Some((part.map(Bytes::from), (None, writer)))
        });
        Ok(Answer::Stream { body: Body::from_stream(parts), text })
    }

    /// Answers with rows that were read already; they are sorted by their names here, since databases differ in how
    /// they order texts.
    pub(crate) async fn whole<T: Serialize>(
        self,
        request: &Request,
        mut rows: Vec<R>,
        encode: impl Fn(&R) -> T + Send + 'static,
    ) -> Outcome
    where
        R: Clone,
    {
        // Numbers are sorted as such.
        let (numbered, name_of) = (self.numbered, self.name);
        let key = move |name: String| (if numbered { name.parse::<i64>().unwrap_or(0) } else { 0 }, name);
        rows.sort_by_cached_key(|row| key(name_of(row)));
        let after = move |name: String, limit: i64| -> BoxFuture<'static, _> {
            let last = key(name);
            let begin = rows.partition_point(|row| key(name_of(row)) <= last);
            let page: Vec<R> = rows[begin..].iter().take(limit as usize).cloned().collect();
            Box::pin(async { Ok(page) })
        };
        self.answer(request, Box::new(after), encode).await
    }
}

struct Writer<R, E> {
    list: List<R>,
    wanted: Wanted,
    read: ReadPage<R>,
    encode: E,
    rows: usize,
    begun: bool,
    ended: bool,
}

impl<R, E, T> Writer<R, E>
where
    E: Fn(&R) -> T,
    T: Serialize,
{
    /// The next piece of the body.
    async fn part(&mut self) -> Result<Vec<u8>, ManageError> {
        // One more row than wanted tells whether there is a next page.
        let asked = PAGE.min(self.wanted.limit.saturating_add(1));
        let mut rows = (self.read)(self.wanted.after.clone(), asked as i64).await?;
        let more = rows.len() > self.wanted.limit;
        self.ended = more || rows.len() < asked;
        rows.truncate(self.wanted.limit);
        self.wanted.limit -= rows.len();
        let mut out = Vec::with_capacity(rows.len() * 256 + 128);
        if !self.begun && !self.wanted.text {
            list_start(&mut out, self.list.message, self.list.field);
        }
        self.begun = true;
        for row in &rows {
            self.row(&mut out, row);
        }
        if let Some(last) = rows.last() {
            self.wanted.after = (self.list.name)(last);
        }
        if self.ended && !self.wanted.text {
            let next = more.then(|| cursor_of(self.wanted.after.clone(), self.list.numbered));
            list_end(&mut out, next.as_deref());
        }
        Ok(out)
    }

    fn row(&mut self, out: &mut Vec<u8>, row: &R) {
        let first = self.rows == 0;
        self.rows += 1;
        match self.list.line.filter(|_| self.wanted.text) {
            Some(line) => {
                out.extend_from_slice(if first { b"" } else { b"\r\n" });
                // A name of an older release may have line ends, which would forge rows.
                out.extend_from_slice(in_one_line(&line(row)).as_bytes());
            }
            None => {
                out.extend_from_slice(if first { b"" } else { b"," });
                claviger_wire::seller::list_row(out, &(self.encode)(row));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_lead_back_to_names() {
        for (name, numbered) in [("17", true), ("Zoë's\n\"x\"", false), ("", false)] {
            let cursor = cursor_of(name.into(), numbered);
            assert_eq!(name_of(&cursor, numbered).as_deref(), Some(name));
        }
        for (cursor, numbered) in [("-1", true), ("x", true), ("xyz", false), ("ff", false), ("6100", false)]
        {
            assert_eq!(name_of(cursor, numbered), None, "{cursor}");
        }
    }
}
