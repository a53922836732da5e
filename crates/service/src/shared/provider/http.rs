//! How a provider is asked: through the one place that calls others, past its guard.

use std::{pin::Pin, time::Duration};

use claviger_capacity::Who;
use claviger_outgoing::{Call, Redirects};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};

use crate::shared::calls::{CallFailure, Calls};

/// For one question.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const ANSWER_MAX: usize = 256 * 1024;

/// No answer, and why.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unanswered(pub(super) String);

/// How a provider is asked, and for whom.
#[derive(Clone)]
pub(crate) struct Way<'a> {
    /// What makes the calls.
    pub(crate) calls: &'a Calls,
    /// Whose share they count against.
    pub(crate) who: Who,
}

/// Asks a provider, as the library wants it.
pub(super) struct Asker<'a> {
    pub(super) way: &'a Way<'a>,
    /// Only by TLS, as the provider's own address tells.
    pub(super) secure: bool,
}

impl<'c> AsyncHttpClient<'c> for Asker<'_> {
    type Error = Unanswered;
    // Named, since the compiler proves no `Send` for what it only infers here.
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(ask(self.way, self.secure, request))
    }
}

/// Asks once.
async fn ask(way: &Way<'_>, secure: bool, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
    let url = request.uri().to_string();
    if !fit(secure, &url) {
        return Err(Unanswered("one of its addresses is not of https".into()));
    }
    let text = |name: &http::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = text(&http::header::CONTENT_TYPE);
    let kept = [http::header::ACCEPT, http::header::AUTHORIZATION];
    let headers: Vec<(&str, &str)> =
        kept.iter().filter_map(|name| text(name).map(|value| (name.as_str(), value))).collect();
    let is_post = request.method() == http::Method::POST;
    let call = Call {
        url: &url,
        content_type,
        body: is_post.then(|| request.body().clone()),
        user_agent: "Claviger",
        max_bytes: ANSWER_MAX,
        timeout: TIMEOUT,
        redirects: Redirects::None,
        headers: &headers,
    };
    let (answer, headers) = match way.calls.call_and_tell(way.who.clone(), call).await {
        Ok(answer) => answer,
        Err(CallFailure::Busy(busy)) => return Err(Unanswered(busy.to_string())),
        Err(CallFailure::Call(error)) => return Err(Unanswered(error.to_string())),
    };
    let mut response = http::Response::builder().status(answer.status);
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("content-type") {
            response = response.header(http::header::CONTENT_TYPE, value);
        }
    }
    response.body(answer.body).map_err(|_| Unanswered("its answer has a head that is none".into()))
}

/// Whether an address may be used by a provider.
pub(super) fn fit(secure: bool, url: &str) -> bool {
    url.starts_with("https://") || (!secure && url.starts_with("http://"))
}
