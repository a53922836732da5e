//! Cookies: who is signed in, what ties a form to a browser that is not, and what is said after a redirect.

use axum::http::{HeaderMap, HeaderValue, header};
use claviger_domain::Secret;
use percent_encoding::{percent_decode_str, utf8_percent_encode};

use crate::state::State;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The secret of a sign-in.
    SignIn,
    /// A random value of a browser in which nobody is signed in, to which forms are tied.
    Visit,
    /// What the next page is to say.
    Saying,
}

impl Cookie {
    /// With TLS browsers take it from this very server only, and for no other path (`__Host-`). Without TLS they would
    /// not take such a name at all.
    fn name(self, state: &State) -> &'static str {
        match (self, state.by_tls()) {
            (Self::SignIn, true) => "__Host-claviger",
            (Self::SignIn, false) => "claviger",
            (Self::Visit, true) => "__Host-claviger-visit",
            (Self::Visit, false) => "claviger-visit",
            (Self::Saying, true) => "__Host-claviger-saying",
            (Self::Saying, false) => "claviger-saying",
        }
    }

    /// The value that a request brings.
    pub fn read(self, state: &State, headers: &HeaderMap) -> Option<Secret> {
        let name = self.name(state);
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| Secret::new(value))
    }

    /// The header that sets it, until the browser is closed or for `seconds`.
    pub fn set(self, state: &State, value: &str, seconds: Option<i64>) -> HeaderValue {
        let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let secure = if state.by_tls() { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}", self.name(state));
        let mut value = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
        value.set_sensitive(true);
        value
    }

    /// The header that removes it.
    pub fn remove(self, state: &State) -> HeaderValue {
        self.set(state, "", Some(0))
    }
}

/// A text for a cookie's value.
pub(crate) fn pack(text: &str) -> String {
    utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// What [`pack`] packed.
pub(crate) fn unpack(value: &str) -> String {
    percent_decode_str(value).decode_utf8_lossy().into_owned()
}
