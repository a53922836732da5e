//! A multipart form with a file in it, read as it comes (`docs/protocol/seller.md`).

use std::{
    error::Error,
    fmt,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::Stream;
use multer::{Field, Multipart};

use crate::{Malformed, Params};

/// What a form has besides the content of the file in it, in bytes.
pub const FORM_MAX: usize = 64 * 1024;
/// What a field costs besides its value.
const FIELD: usize = 100;

/// A form that is being read.
pub struct UploadForm {
    parts: Multipart<'static>,
    meter: Arc<Meter>,
    /// The file, as long as there is more of it.
    file: Option<Field<'static>>,
    had_file: bool,
    params: Params,
    /// Bytes that are left for fields.
    left: usize,
}

/// A part of what was sent.
#[derive(Debug)]
pub enum UploadPiece {
    /// The file begins; its name, as the sender has it, may be empty.
    File(String),
    /// More of its content.
    Bytes(Bytes),
}

/// Why a form cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadFault {
    /// It is no multipart form, or ends too early.
    Malformed,
    /// Too much stands around the file.
    TooLarge,
    /// There is a second file, or one in another part than `file`.
    OtherFile,
    /// The sender is gone.
    Broken,
}

impl fmt::Display for UploadFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => Malformed::Multipart.fmt(formatter),
            Self::TooLarge | Self::Broken => formatter.write_str("Request too large or incomplete"),
            Self::OtherFile => formatter.write_str("The form may have one file, in the part `file`"),
        }
    }
}

impl UploadForm {
    /// Begins to read a body of this type.
    ///
    /// # Errors
    /// When the type is none of a multipart form.
    pub fn new<E>(
        content_type: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    ) -> Result<Self, UploadFault>
    where
        E: Into<Box<dyn Error + Send + Sync>> + 'static,
    {
        let boundary = multer::parse_boundary(content_type).map_err(|_| UploadFault::Malformed)?;
        let meter = Arc::new(Meter::default());
        let body = Metered { body: Box::pin(body), meter: meter.clone(), rests: false };
        let parts = Multipart::new(body, boundary);
        Ok(Self { parts, meter, file: None, had_file: false, params: Params::default(), left: FORM_MAX })
    }

    /// Reads on; `None` at the end.
    ///
    /// # Errors
    /// See [`UploadFault`]. Nothing more can be read then.
    pub async fn next(&mut self) -> Result<Option<UploadPiece>, UploadFault> {
        loop {
            self.meter.restart();
            if let Some(file) = &mut self.file {
                match file.chunk().await.map_err(|error| self.meter.fault(&error))? {
                    Some(bytes) => return Ok(Some(UploadPiece::Bytes(bytes))),
                    None => self.file = None,
                }
                continue;
            }
            let next = self.parts.next_field().await;
            let Some(field) = next.map_err(|error| self.meter.fault(&error))? else { return Ok(None) };
            match (field.name(), field.file_name()) {
                (Some("file"), Some(name)) if !self.had_file => {
                    let name = name.to_owned();
                    (self.file, self.had_file) = (Some(field), true);
                    return Ok(Some(UploadPiece::File(name)));
                }
                (_, Some(_)) => return Err(UploadFault::OtherFile),
                (_, None) => self.read_field(field).await?,
            }
        }
    }

    /// The fields that are no files.
    pub fn into_params(self) -> Params {
        self.params
    }

    async fn read_field(&mut self, mut field: Field<'static>) -> Result<(), UploadFault> {
        let name = field.name().map(str::to_owned);
        let mut value = Vec::new();
        self.take(FIELD + name.as_ref().map_or(0, String::len))?;
        while let Some(bytes) = field.chunk().await.map_err(|error| self.meter.fault(&error))? {
            self.take(bytes.len())?;
            value.extend_from_slice(&bytes);
            self.meter.restart();
        }
        if let Some(name) = name {
            self.params.push(&name, &String::from_utf8_lossy(&value));
        }
        Ok(())
    }

    fn take(&mut self, bytes: usize) -> Result<(), UploadFault> {
        self.left = self.left.checked_sub(bytes).ok_or(UploadFault::TooLarge)?;
        Ok(())
    }
}

/// What came since something was read last, and why nothing more does.
#[derive(Default)]
struct Meter {
    waiting: AtomicUsize,
    is_over: AtomicBool,
    is_broken: AtomicBool,
}

impl Meter {
    fn restart(&self) {
        self.waiting.store(0, Ordering::Relaxed);
    }

    fn fault(&self, error: &multer::Error) -> UploadFault {
        if self.is_over.load(Ordering::Relaxed) {
            UploadFault::TooLarge
        } else if self.is_broken.load(Ordering::Relaxed)
            || matches!(error, multer::Error::StreamReadFailed(_))
        {
            UploadFault::Broken
        } else {
            UploadFault::Malformed
        }
    }
}

/// The body. The library reads as long as there is something, so it is given one piece at a time, and no further one when
/// it has had enough without finding what it looks for.
struct Metered<S> {
    body: Pin<Box<S>>,
    meter: Arc<Meter>,
    rests: bool,
}

impl<S, E> Stream for Metered<S>
where
    S: Stream<Item = Result<Bytes, E>>,
    E: Into<Box<dyn Error + Send + Sync>> + 'static,
{
    type Item = Result<Bytes, Box<dyn Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.rests) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.meter.waiting.load(Ordering::Relaxed) > FORM_MAX {
            self.meter.is_over.store(true, Ordering::Relaxed);
            return Poll::Ready(Some(Err("too much at once".into())));
        }
        let piece = std::task::ready!(self.body.as_mut().poll_next(context));
        self.rests = true;
        match &piece {
            Some(Ok(bytes)) => {
                self.meter.waiting.fetch_add(bytes.len(), Ordering::Relaxed);
            }
            Some(Err(_)) => self.meter.is_broken.store(true, Ordering::Relaxed),
            None => {}
        }
        Poll::Ready(piece.map(|piece| piece.map_err(Into::into)))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=x";

    /// What a form held.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Held {
        file: Option<(String, Vec<u8>)>,
        fields: Vec<(String, String)>,
    }

    /// Reads a body that comes in pieces of `size` bytes.
    fn read(body: &[u8], size: usize) -> Result<Held, UploadFault> {
        let pieces: Vec<_> =
            body.chunks(size).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
        let mut form = UploadForm::new(TYPE, stream::iter(pieces))?;
        Runtime.block_on(async {
            let mut held = Held::default();
            while let Some(piece) = form.next().await? {
                match piece {
                    UploadPiece::File(name) => held.file = Some((name, Vec::new())),
                    UploadPiece::Bytes(bytes) => {
                        held.file.as_mut().expect("a name before").1.extend_from_slice(&bytes);
                    }
                }
            }
            let params = form.into_params();
            held.fields = params.iter().map(|(name, value)| (name.into(), value.into())).collect();
            Ok(held)
        })
    }

    /// Polls until there is something; whoever waits here has always woken somebody before.
    struct Runtime;

    impl Runtime {
        fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
            let mut work = std::pin::pin!(work);
            let mut context = Context::from_waker(std::task::Waker::noop());
            loop {
                if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
                    return done;
                }
            }
        }
    }

    fn part(head: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("--x\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    }

    const END: &[u8] = b"--x--\r\n";

    #[test]
    fn tells_what_is_wrong() {
        let file = part("name=file; filename=a", b"content");
        let whole = [&*file, END].concat();
        let many = [&*part("name=a", b"").repeat(2000), END].concat();
        let header = format!(
            "--x\r\nContent-Disposition: form-data; name=file; filename=a\r\nX: {}",
            "x".repeat(1 << 20)
        );
        for (body, fault) in [
            (whole[..whole.len() - 9].to_vec(), UploadFault::Malformed),
            (whole[..40].to_vec(), UploadFault::Malformed),
            (b"--y--\r\n".to_vec(), UploadFault::Malformed),
            (b"no form at all".to_vec(), UploadFault::Malformed),
            ([&*file, &*file, END].concat(), UploadFault::OtherFile),
            ([&*part("name=other; filename=a", b""), END].concat(), UploadFault::OtherFile),
            ([&*part("filename=a", b""), END].concat(), UploadFault::OtherFile),
            ([&*part("name=a", &[b'a'; FORM_MAX]), END].concat(), UploadFault::TooLarge),
            (many, UploadFault::TooLarge),
            (header.into_bytes(), UploadFault::TooLarge),
            (vec![b'x'; 1 << 20], UploadFault::TooLarge),
        ] {
            assert_eq!(
                read(&body, 4096).unwrap_err(),
                fault,
                "{:?}",
                String::from_utf8_lossy(&body[..body.len().min(90)])
            );
        }
        assert!(matches!(
            UploadForm::new("multipart/form-data", stream::iter([Ok::<_, Infallible>(Bytes::new())])),
            Err(UploadFault::Malformed)
        ));
        let broken = stream::iter([Ok(Bytes::from_static(b"--x\r\n")), Err(std::io::Error::other("gone"))]);
        let mut form = UploadForm::new(TYPE, broken).unwrap();
        assert_eq!(Runtime.block_on(form.next()).unwrap_err(), UploadFault::Broken);
    }

    proptest! {
        #[test]
        fn what_was_sent_is_read(
            content in prop::collection::vec(prop::sample::select(b"a-x\r\n".as_slice()), 0..400), size in 1..500usize,
        ) {
            let inner = [b"\r\n".as_slice(), &content].concat();
            prop_assume!(!inner.windows(5).any(|part| part == b"\r\n--x"));
            let body = [
                part("name=authed", b"0"), part("name=\"file\"; filename=\"a b.exe\"", &content), part("name=last", "é".as_bytes()),
                END.to_vec(),
            ].concat();
            let file = Some(("a b.exe".to_owned(), content));
            let fields = vec![("authed".into(), "0".into()), ("last".into(), "é".into())];
            prop_assert_eq!(read(&body, size), Ok(Held { file, fields }));
        }

        #[test]
        fn anything_is_read(bytes in prop::collection::vec(any::<u8>(), 0..300), size in 1..50usize) {
            let _ = read(&bytes, size);
            let _ = read(&[b"--x\r\n", bytes.as_slice()].concat(), size);
        }
    }
}
