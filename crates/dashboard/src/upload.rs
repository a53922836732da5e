//! Files that browsers send: in a form, whose fields come first, or alone. They are read as they come, whatever their
//! size; who takes them says how much is too much.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, header},
};
use bytes::Bytes;
use claviger_capacity::{Meter, Pace};
use futures_util::{Stream, StreamExt, future::BoxFuture};
use multer::{Field, Multipart};
use tokio::sync::Mutex;

use crate::{fault::Fault, fields::Fields};

/// How slowly a browser may send.
const PACE: Pace = Pace { grace: Duration::from_secs(30), bytes_per_second: 1024 };
/// How long a browser may take to send a file, or a piece of one.
const WITHIN: Duration = Duration::from_mins(10);
/// What a form has besides its file, in bytes.
const FIELDS_MAX: usize = 64 * 1024;
/// Fields that a form has besides its file.
const COUNT_MAX: usize = 100;
/// Bytes that come without anything that can be read: headers of parts that do not end.
const AHEAD_MAX: usize = 256 * 1024;
/// So much of what is not wanted is read, and for so long: who sends without looking would not see the reply.
const DISCARDED: usize = 16 * 1024 * 1024;
const DISCARDED_WITHIN: Duration = Duration::from_secs(10);

/// Why no more of a file can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UploadFault {
    /// The browser is gone, or too slow.
    Broken,
    /// It is no form with a file.
    Malformed,
    /// Whoever sent it is let in no more.
    Refused,
}

impl From<UploadFault> for Fault {
    fn from(fault: UploadFault) -> Self {
        Self::Invalid(match fault {
            UploadFault::Refused => {
                return Self::Forbidden("You may not do this any more. Nothing was changed.".into());
            }
            UploadFault::Broken => "The file did not arrive as a whole. Nothing was changed.".into(),
            UploadFault::Malformed => "This is no form with one file. Nothing was changed: without JavaScript, send one file at a time.".into(),
        })
    }
}

/// A file on its way. Copies mean the same one.
#[derive(Clone)]
pub(crate) struct Upload {
    /// Its name, as the browser has it; empty when it came alone or none was chosen.
    pub name: String,
    source: Arc<Mutex<Source>>,
}

struct Source {
    from: Way,
    meter: Meter,
    /// When all must be here.
    end: Instant,
    /// Asked once no more comes: whether whoever sends it may still do so.
    last_word: Option<BoxFuture<'static, bool>>,
}

struct Form {
    /// As long as there is more of it.
    file: Option<Field<'static>>,
    rest: Multipart<'static>,
    ahead: Arc<AtomicUsize>,
}

enum Way {
    /// The body of the request is the file.
    Body(BodyDataStream),
    /// The file is a part of a form.
    Form(Box<Form>),
    /// All was read, or nothing more can be.
    Ended,
}

impl Upload {
    /// Reads a request up to its file: the fields that stand before that, which are all that count.
    ///
    /// # Errors
    /// When it is a form that cannot be read.
    pub async fn begin(headers: &HeaderMap, body: Body) -> Result<(Fields, Self), UploadFault> {
        let kind =
            headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (mut meter, end) = (Meter::new(PACE, Instant::now()), Instant::now() + WITHIN);
        let body = body.into_data_stream();
        let Ok(boundary) = multer::parse_boundary(kind) else {
            let source = Source { from: Way::Body(body), meter, end, last_word: None };
            let upload = Self { name: String::new(), source: Arc::new(Mutex::new(source)) };
            return Ok((Fields::default(), upload));
        };
        let ahead = Arc::<AtomicUsize>::default();
        let mut rest = Multipart::new(Ahead { body: Box::pin(body), ahead: ahead.clone() }, boundary);
        let reading = read_fields(&mut rest, &ahead, &mut meter);
        let within = PACE.grace;
        let (fields, file) =
            tokio::time::timeout(within, reading).await.unwrap_or(Err(UploadFault::Broken))?;
        let name = file.as_ref().and_then(Field::file_name).unwrap_or_default().to_owned();
        let from = Way::Form(Box::new(Form { file, rest, ahead }));
        let source = Source { from, meter, end, last_word: None };
        Ok((fields, Self { name, source: Arc::new(Mutex::new(source)) }))
    }

    /// Once no more comes, this decides whether it counts: files take minutes, in which somebody may lose what let them in.
    pub async fn decide_at_end(&self, still: BoxFuture<'static, bool>) {
        self.source.lock().await.last_word = Some(still);
    }

    /// More of the file; `None` at its end.
    ///
    /// # Errors
    /// When the browser is gone or too slow, or at the end must not send it any more.
    pub async fn next(&self) -> Result<Option<Bytes>, UploadFault> {
        let mut source = self.source.lock().await;
        source.next().await
    }

    /// Reads a part of what nobody wanted, so that the browser reads the reply.
    pub async fn discard(&self) {
        let reading = async {
            let mut read = 0;
            while let Ok(Some(bytes)) = self.next().await {
                read += bytes.len();
                if read > DISCARDED {
                    break;
                }
            }
        };
        let _ = tokio::time::timeout(DISCARDED_WITHIN, pin!(reading)).await;
    }
}

impl Source {
    async fn next(&mut self) -> Result<Option<Bytes>, UploadFault> {
        let next = tokio::time::timeout_at(self.meter.until().min(self.end).into(), self.from.next()).await;
        match next.unwrap_or(Err(UploadFault::Broken)) {
            Ok(Some(bytes)) => {
                self.meter.moved(bytes.len(), Instant::now());
                Ok(Some(bytes))
            }
            end => {
                self.from = Way::Ended;
                let refused = match self.last_word.take() {
                    Some(still) => !still.await,
                    None => false,
                };
                if refused { Err(UploadFault::Refused) } else { end }
            }
        }
    }
}

impl Way {
    async fn next(&mut self) -> Result<Option<Bytes>, UploadFault> {
        match self {
            Self::Ended => Ok(None),
            Self::Body(body) => body.next().await.transpose().map_err(|_| UploadFault::Broken),
            Self::Form(form) => {
                let Form { file, rest, ahead } = &mut **form;
                ahead.store(0, Ordering::Relaxed);
                if let Some(field) = file {
                    match field.chunk().await.map_err(|_| UploadFault::Broken)? {
                        Some(bytes) => return Ok(Some(bytes)),
                        None => *file = None,
                    }
                }
                // The form must end as one, so that half a file is not taken for a whole one.
                match rest.next_field().await {
                    Ok(None) => Ok(None),
                    Ok(Some(_)) => Err(UploadFault::Malformed),
                    Err(_) => Err(UploadFault::Broken),
                }
            }
        }
    }
}

/// The fields before the file, and the file.
async fn read_fields(
    form: &mut Multipart<'static>,
    ahead: &AtomicUsize,
    meter: &mut Meter,
) -> Result<(Fields, Option<Field<'static>>), UploadFault> {
    let (mut fields, mut left) = (Vec::new(), FIELDS_MAX);
    loop {
        ahead.store(0, Ordering::Relaxed);
        let Some(mut field) = form.next_field().await.map_err(|_| UploadFault::Malformed)? else {
            return Ok((Fields::of(fields), None));
        };
        meter.moved(1, Instant::now());
        if field.file_name().is_some() {
            return Ok((Fields::of(fields), Some(field)));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let mut value = Vec::new();
        left = left.checked_sub(name.len()).ok_or(UploadFault::Malformed)?;
        while let Some(bytes) = field.chunk().await.map_err(|_| UploadFault::Malformed)? {
            ahead.store(0, Ordering::Relaxed);
            left = left.checked_sub(bytes.len()).ok_or(UploadFault::Malformed)?;
            value.extend_from_slice(&bytes);
        }
        fields.push((name, String::from_utf8_lossy(&value).into_owned()));
        if fields.len() > COUNT_MAX {
            return Err(UploadFault::Malformed);
        }
    }
}

/// A body that ends when too much of it came without anything in it that can be read.
struct Ahead {
    body: Pin<Box<BodyDataStream>>,
    ahead: Arc<AtomicUsize>,
}

impl Stream for Ahead {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.body.as_mut().poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            let ahead = self.ahead.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
            if ahead > AHEAD_MAX.max(bytes.len()) {
                return Poll::Ready(Some(Err(axum::Error::new("too much came without a part"))));
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; boundary=X";

    /// The whole file, where it has no more than `max` bytes.
    async fn whole(upload: &Upload, max: usize) -> Result<Option<Vec<u8>>, UploadFault> {
        let mut whole = Vec::new();
        while let Some(bytes) = upload.next().await? {
            whole.extend_from_slice(&bytes);
        }
        Ok(Some(whole).filter(|whole| whole.len() <= max))
    }

    async fn begin(kind: &str, body: impl Into<Body>) -> Result<(Fields, Upload), UploadFault> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())]);
        Upload::begin(&headers, body.into()).await
    }

    fn form(end: &str) -> String {
        format!(
            "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1 ü\r\n\
             --X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.txt\"\r\n\r\ncontent{end}"
        )
    }

    #[tokio::test]
    async fn fields_come_first_and_the_file_as_it_is() {
        let (fields, upload) = begin(KIND, form("\r\n--X--\r\n")).await.unwrap();
        assert_eq!((fields.get("a"), upload.name.as_str()), (Some("1 ü"), "b.txt"));
        assert_eq!(whole(&upload, 7).await.unwrap().unwrap(), b"content");
        assert_eq!(upload.next().await, Ok(None));
        let (_, upload) = begin(KIND, form("\r\n--X--\r\n")).await.unwrap();
        assert_eq!(whole(&upload, 6).await, Ok(None), "too large");
        let (fields, upload) = begin("application/octet-stream", "bytes").await.unwrap();
        assert!(fields.get("a").is_none() && upload.name.is_empty());
        assert_eq!(whole(&upload, 10).await.unwrap().unwrap(), b"bytes");
    }

    #[tokio::test]
    async fn half_a_file_is_none() {
        for end in ["", "\r\n--X", "\r\n--Y--\r\n"] {
            let (_, upload) = begin(KIND, form(end)).await.unwrap();
            assert_eq!(whole(&upload, 100).await, Err(UploadFault::Broken), "{end:?}");
        }
        let second = "\r\n--X\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n2\r\n--X--\r\n";
        let (_, upload) = begin(KIND, form(second)).await.unwrap();
        assert_eq!(whole(&upload, 100).await, Err(UploadFault::Malformed));
    }

    #[tokio::test]
    async fn what_is_no_form_is_refused() {
        for body in ["", "x", "--X\r\n", "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1"] {
            assert_eq!(begin(KIND, body).await.map(|_| ()), Err(UploadFault::Malformed), "{body:?}");
        }
        let long = format!(
            "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}",
            "x".repeat(FIELDS_MAX + 1)
        );
        assert!(begin(KIND, long).await.is_err());
        let many = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n".repeat(COUNT_MAX + 2);
        assert!(begin(KIND, many).await.is_err());
        let pieces = (0..1000).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 1000])));
        let endless = Body::from_stream(futures_util::stream::iter(pieces));
        assert!(begin(KIND, endless).await.is_err());
    }
}
