//! What is called, and what comes of it.

use std::time::Duration;

/// Which redirects are followed; five at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redirects {
    /// None; the reply that redirects is the answer.
    None,
    /// Those to the same host and port, and from `http` to `https`; others are [`CallError::Redirected`].
    SameHost,
    /// All that the guard permits.
    Any,
}

/// A call. Not shown by `Debug`, since addresses, headers and bodies hold secrets.
#[derive(Clone)]
pub struct Call<'a> {
    /// The address: `http` or `https`.
    pub url: &'a str,
    /// With a body it is a POST, else a GET.
    pub body: Option<Vec<u8>>,
    /// The body's type.
    pub content_type: Option<&'a str>,
    /// Sent as `User-Agent`.
    pub user_agent: &'a str,
    /// Most bytes of an answer.
    pub max_bytes: usize,
    /// For the whole call, redirects and answer included.
    pub timeout: Duration,
    /// Which redirects are followed.
    pub redirects: Redirects,
    /// Further headers. Every host on the way gets them, so with [`Redirects::Any`] they must not be secret.
    pub headers: &'a [(&'a str, &'a str)],
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Why nothing came back. The texts name hosts only: the rest of an address may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It is no address of the web.
    #[error("the address is not of the form http://HOST/… or https://HOST/…")]
    BadUrl,
    /// A header cannot be sent as it is.
    #[error("the user agent or another header holds characters that headers cannot hold")]
    BadHeader,
    /// An inner address.
    #[error("{0} is an inner address; the operator can allow it with outgoing_allow")]
    Forbidden(String),
    /// A redirect that is not to be followed.
    #[error("{0} redirects to where the call must not go")]
    Redirected(String),
    /// One redirect after the other.
    #[error("{0} redirects too often")]
    TooManyRedirects(String),
    /// A larger answer than wanted.
    #[error("{0} answers with more than {1} bytes")]
    TooLarge(String, usize),
    /// No answer in time.
    #[error("{0} does not answer in time")]
    Timeout(String),
    /// Nothing to check the host's certificate with.
    #[error("{0} cannot be reached: https needs root certificates; install the package ca-certificates")]
    NoRoots(String),
    /// No connection, or it broke.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
}
