//! Calls to web servers: with a time limit, a size limit, and the guard at every step.

use std::{error::Error, io, sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::{Client, Response, StatusCode, dns::Resolve, header};
use rustls::RootCertStore;
use tokio::time::Instant;
use tracing::Instrument as _;
use url::{Host, Url};

use crate::{
    AllowedTarget, Answer, Call, CallError, Redirects,
    guard::{Guard, GuardedNames, InnerAddress, SystemNames, Trust},
    tls,
};

/// Redirects that are followed one after the other.
const REDIRECTS_MAX: usize = 5;
/// How long an idle connection is kept for the next call.
const IDLE: Duration = Duration::from_secs(30);
/// Idle connections that are kept for one host.
const IDLE_MAX: usize = 8;

/// Where calls may go.
#[derive(Clone, Debug, Default)]
pub struct OutgoingOptions {
    /// Inner addresses that the operator allows.
    pub allow: Vec<AllowedTarget>,
    /// The server's own address, of which scheme, host and port count: it may be called whatever it resolves to.
    pub own_url: Option<String>,
}

/// Calls web servers.
pub struct Outgoing {
    guard: Arc<Guard>,
    /// Resolves to outer addresses only.
    names: GuardedNames,
    /// Connects to outer addresses only.
    outer: Client,
    /// Connects to whatever a host that the operator named resolves to.
    named: Client,
    has_roots: bool,
}

impl Outgoing {
    /// A client that keeps connections for later calls.
    ///
    /// # Errors
    /// When the system's TLS cannot be set up. Without root certificates only calls with `https` fail.
    pub fn new(options: OutgoingOptions) -> Result<Self, io::Error> {
        Self::with(options, Arc::new(SystemNames), tls::system_roots()).map_err(io::Error::other)
    }

    fn with(
        options: OutgoingOptions,
        names: Arc<dyn Resolve>,
        roots: RootCertStore,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let guard = Arc::new(Guard::new(options.allow, options.own_url.as_deref()));
        let has_roots = !roots.is_empty();
        let tls = tls::config(roots)?;
        let client = |names: Arc<dyn Resolve>| {
            tls::client(tls.clone())
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(IDLE_MAX)
                .dns_resolver(names)
                .build()
        };
        let guarded = || GuardedNames { guard: guard.clone(), names: names.clone() };
        let outer = client(Arc::new(guarded()))?;
        Ok(Self { names: guarded(), guard: guard.clone(), outer, named: client(names)?, has_roots })
    }

    /// Whether an address could be called, as far as can be told without asking anybody; for addresses that are kept
    /// for later.
    ///
    /// # Errors
    /// [`CallError::BadUrl`] and [`CallError::Forbidden`].
    pub fn check_url(&self, url: &str) -> Result<(), CallError> {
        self.judge(&parse(url)?).map(drop)
    }

    /// As [`Outgoing::check_url`], and resolves the host's name.
    ///
    /// # Errors
    /// [`CallError::BadUrl`], [`CallError::Forbidden`], and [`CallError::Unreachable`] when the name cannot be resolved.
    pub async fn resolve(&self, url: &str) -> Result<(), CallError> {
        let url = parse(url)?;
        let Trust::Outer = self.judge(&url)? else { return Ok(()) };
        let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
        let unreachable = |reason: String| CallError::Unreachable(host(&url), reason);
        let parsed = name.parse().map_err(|_| CallError::BadUrl)?;
        match self.names.resolve(parsed).await {
            Ok(_) => Ok(()),
            Err(error) if error.is::<InnerAddress>() => Err(CallError::Forbidden(host(&url))),
            Err(error) => Err(unreachable(error.to_string())),
        }
    }

    /// Makes a call.
    ///
    /// # Errors
    /// See [`CallError`]; any status is an answer.
    pub async fn call(&self, call: Call<'_>) -> Result<Answer, CallError> {
        let mut incoming = self.open(call).await?;
        let mut body = Vec::new();
        while let Some(piece) = incoming.next().await? {
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status: incoming.status(), body })
    }

    /// Makes a call whose answer's body is not held in memory. The limit of time is that of both together.
    ///
    /// # Errors
    /// As [`Outgoing::call`].
    pub async fn open(&self, call: Call<'_>) -> Result<Incoming, CallError> {
        let url = parse(call.url)?;
        let host = host(&url);
        let (until, max) = (Instant::now() + call.timeout, call.max_bytes);
        let span = tracing::info_span!(
            target: "claviger::trace",
            "call",
            otel.kind = "client",
            server.address = host,
            http.request.method = if call.body.is_some() { "POST" } else { "GET" },
        );
        let opened = tokio::time::timeout_at(until, self.follow(url, call)).instrument(span).await;
        let (url, response) = opened.unwrap_or(Err(CallError::Timeout(host)))?;
        Incoming::new(url, response, max, until)
    }

    async fn follow(&self, mut url: Url, mut call: Call<'_>) -> Result<(Url, Response), CallError> {
        for _ in 0..=REDIRECTS_MAX {
            let response = self.send(&url, &call).await?;
            let location = location(&response).filter(|_| call.redirects != Redirects::None);
            let Some(location) = location else { return Ok((url, response)) };
            let next = url.join(&location).ok().filter(is_web);
            let next = next.filter(|next| call.redirects == Redirects::Any || is_same_host(&url, next));
            url = next.ok_or_else(|| CallError::Redirected(host(&url)))?;
            // As browsers do: only these two repeat the body.
            if !matches!(response.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT) {
                (call.body, call.content_type) = (None, None);
            }
        }
        Err(CallError::TooManyRedirects(host(&url)))
    }

    async fn send(&self, url: &Url, call: &Call<'_>) -> Result<Response, CallError> {
        let client = match self.judge(url)? {
            Trust::Named => &self.named,
            Trust::Outer => &self.outer,
        };
        if url.scheme() == "https" && !self.has_roots {
            return Err(CallError::NoRoots(host(url)));
        }
        let mut request = match &call.body {
            Some(body) => client.post(url.clone()).body(body.clone()),
            None => client.get(url.clone()),
        };
        request = request.header(header::USER_AGENT, call.user_agent);
        if let Some(content_type) = call.content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        request.send().await.map_err(|error| failure(url, &error))
    }

    fn judge(&self, url: &Url) -> Result<Trust, CallError> {
        self.guard.judge(url).ok_or_else(|| CallError::Forbidden(host(url)))
    }
}

fn parse(url: &str) -> Result<Url, CallError> {
    Url::parse(url).ok().filter(is_web).ok_or(CallError::BadUrl)
}

/// Whether `url` names a web server, and no user.
pub fn is_web(url: &Url) -> bool {
    let plain = url.username().is_empty() && url.password().is_none();
    matches!(url.scheme(), "http" | "https") && url.has_host() && plain
}

/// Whether `next` is the same web server as `url`, or the same with TLS where there was none.
fn is_same_host(url: &Url, next: &Url) -> bool {
    let same_port = url.port_or_known_default() == next.port_or_known_default();
    let upgrade = url.scheme() == "http" && next.scheme() == "https";
    let both_default = url.port().is_none() && next.port().is_none();
    url.host() == next.host() && (upgrade && (same_port || both_default) || url.origin() == next.origin())
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().into()
}

/// Where a reply redirects to, if it does.
fn location(response: &Response) -> Option<String> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(header::LOCATION).filter(|_| redirects)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// An answer whose body is on its way.
pub struct Incoming {
    url: Url,
    response: Response,
    /// Most bytes of the body.
    max: usize,
    /// How many of these are left.
    left: usize,
    until: Instant,
}

impl Incoming {
    fn new(url: Url, response: Response, max: usize, until: Instant) -> Result<Self, CallError> {
        if response.content_length().is_some_and(|length| length > max as u64) {
            return Err(CallError::TooLarge(host(&url), max));
        }
        Ok(Self { url, response, max, left: max, until })
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The headers that a person may want to see: a hundred at most, long values cut.
    pub fn headers(&self) -> Vec<(String, String)> {
        const HEADERS_MAX: usize = 100;
        const VALUE_MAX: usize = 500;
        let text = |value: &[u8]| String::from_utf8_lossy(value).chars().take(VALUE_MAX).collect();
        let headers = self.response.headers().iter().take(HEADERS_MAX);
        headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect()
    }

    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    /// When there is more than was wanted, it took too long, or the connection broke.
    pub async fn next(&mut self) -> Result<Option<Bytes>, CallError> {
        let piece = tokio::time::timeout_at(self.until, self.response.chunk()).await;
        let piece = piece.map_err(|_| CallError::Timeout(host(&self.url)))?;
        let Some(piece) = piece.map_err(|error| failure(&self.url, &error))? else { return Ok(None) };
        let left = self.left.checked_sub(piece.len());
        self.left = left.ok_or_else(|| CallError::TooLarge(host(&self.url), self.max))?;
        Ok(Some(piece))
    }
}

/// The reason behind a failure, without the address that the library writes.
fn failure(url: &Url, error: &reqwest::Error) -> CallError {
    if error.is_builder() {
        return CallError::BadHeader;
    }
    let mut reason = error.source();
    while let Some(next) = reason.and_then(Error::source) {
        reason = Some(next);
    }
    match reason {
        Some(reason) if reason.is::<InnerAddress>() => CallError::Forbidden(host(url)),
        Some(reason) => CallError::Unreachable(host(url), reason.to_string()),
        None => CallError::Unreachable(host(url), "the request failed".into()),
    }
}

#[cfg(test)]
mod tests;
