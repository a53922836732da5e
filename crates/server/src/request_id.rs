//! A name for each request: in the reply, in lines of the log that are written meanwhile, and in the access log, so that
//! what somebody complains of is found.

use std::{
    cell::Cell,
    collections::hash_map::RandomState,
    fmt,
    future::poll_fn,
    hash::{BuildHasher as _, Hasher as _},
    pin::Pin,
    sync::Arc,
};

use axum::http::{HeaderName, HeaderValue};
use tracing::Span;

/// The header of requests and replies.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Most characters of one that a proxy gives.
const MAX: usize = 64;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The name of a request: one that its proxy gave, or 16 hexadecimal digits. Drawing one and carrying it about allocates
/// nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct RequestId(Name);

#[derive(Clone, PartialEq, Eq)]
enum Name {
    Drawn([u8; 16]),
    Given(Arc<str>),
}

impl RequestId {
    /// Another one. It need not be hard to guess, only unlikely to come twice.
    pub(crate) fn draw() -> Self {
        thread_local! {
            static NEXT: Cell<u64> = Cell::new(RandomState::new().build_hasher().finish());
        }
        let drawn = NEXT.with(|next| {
            next.set(next.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
            mixed(next.get())
        });
        let digit = |place: usize| b"0123456789abcdef"[(drawn >> (60 - 4 * place)) as usize & 15];
        Self(Name::Drawn(std::array::from_fn(digit)))
    }

    /// One that a proxy gave, if it is a plain word that may stand in headers, lines of logs and JSON as it is.
    pub(crate) fn given(value: &HeaderValue) -> Option<Self> {
        let given = value.to_str().ok()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        let fits = !given.is_empty() && given.len() <= MAX && given.bytes().all(plain);
        fits.then(|| Self(Name::Given(given.into())))
    }

    /// As a text.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Drawn(digits) => std::str::from_utf8(digits).unwrap_or_default(),
            Name::Given(given) => given,
        }
    }

    /// As the value of a header.
    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(self.as_str()).unwrap_or(HeaderValue::from_static(""))
    }

    /// Does the work of the request. The work stays where it is: it is large, and moving it costs more than all else here.
    pub(crate) async fn while_doing<T>(&self, span: &Span, work: Pin<&mut impl Future<Output = T>>) -> T {
        let mut work = work;
        poll_fn(|context| CURRENT.sync_scope(self.clone(), || span.in_scope(|| work.as_mut().poll(context))))
            .await
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The request that the task works for, if it is one's.
pub fn current_request() -> Option<RequestId> {
    CURRENT.try_with(RequestId::clone).ok()
}

/// Hands the name of the request on to what is spawned for it.
pub(crate) async fn carried<T>(id: Option<RequestId>, work: impl Future<Output = T>) -> T {
    match id {
        Some(id) => CURRENT.scope(id, work).await,
        None => work.await,
    }
}

/// Steps of a number all over its bits (SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, pin::pin};

    use super::*;

    #[test]
    fn drawn_ones_differ() {
        let drawn: HashSet<String> = (0..10_000).map(|_| RequestId::draw().to_string()).collect();
        assert_eq!(drawn.len(), 10_000);
        assert!(drawn.iter().all(|id| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }

    #[test]
    fn given_ones_are_plain_words() {
        let given =
            |text: &[u8]| RequestId::given(&HeaderValue::from_bytes(text).unwrap()).map(|id| id.to_string());
        let long = "a".repeat(64);
        for plain in ["a", "7c3f-1_2.3:4", &long] {
            assert_eq!(given(plain.as_bytes()).as_deref(), Some(plain));
        }
        for other in [&b""[..], b"a b", b"a\"b", b"a\\", b"\xC3\xBC", b"a;b", "a".repeat(65).as_bytes()] {
            assert_eq!(given(other), None);
        }
    }

    #[tokio::test]
    async fn a_task_knows_its_request() {
        assert_eq!(current_request(), None);
        let id = RequestId::draw();
        let work = pin!(async {
            let spawned = tokio::spawn(carried(current_request(), async { current_request() }));
            (current_request(), spawned.await.unwrap())
        });
        let seen = id.while_doing(&Span::none(), work).await;
        assert_eq!(seen, (Some(id.clone()), Some(id)));
    }
}
